"""`python install.py demo`: a song in, a keyframed take out, made by the add-on in a Blender of
its own.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eightcount_setup.blender import DEBIAN_RENDER, Blender, find_blender, real_blender
from eightcount_setup.commands import CommandFailed, child_environment, run
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.setting_up import Installation

SAID, FAULT = "demo: ", "demo fault: "
TAKE_FILES = ("take.blend", "take.npz", "take.bvh", "report.json")
VIDEO = "preview.mp4"
# A style of which the bundled model knows many moves, on the beat.
DEFAULT_STYLE = "house"


@dataclass(frozen=True)
class DemoOrder:
    """What to make.

    None: the project's own song, its genre, all of it, the bundled model, bpy from .venv.
    """

    song: Path | None = None
    genre: str | None = None
    seconds: float | None = None
    seed: int = 1
    model: str | None = None
    blender: Path | None = None


def check_order(root: Path, order: DemoOrder) -> None:
    """Raise SetupFault for what can be told before minutes of installing: no song, no Blender."""
    find_song(root, order.song)
    if order.blender is not None:
        real_blender(order.blender)


def run_demo(root: Path, installation: Installation, order: DemoOrder, journal: Journal) -> int:
    """Make the take in out/demo/ and say what came of it; return the exit code.

    Raises SetupFault.
    """
    blender = find_blender(installation.python, order.blender)
    song = find_song(root, order.song)
    folder = fresh_folder(root / "out" / "demo")
    journal.say(f"Making a take of {song.name} in {blender.name}.")
    started = time.monotonic()
    arguments = driver_arguments(installation, order, song, folder)
    crashed = _drive(root, blender, arguments, journal)
    lacking = [name for name in TAKE_FILES if not (folder / name).is_file()]
    if lacking:
        raise SetupFault(
            "demo",
            f"Blender ended before it had made {', '.join(lacking)}.",
            f"{journal.path} has all it said.",
        )
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    if not report["video"]:
        # Blender leaves a few bytes of a film behind when it cannot go on.
        (folder / VIDEO).unlink(missing_ok=True)
    _sum_up(root, folder, report, time.monotonic() - started, journal)
    if not report["video"]:
        how = " (Blender crashed while rendering)" if crashed else ""
        journal.say(
            f"The video could not be rendered{how}; everything else is there. On Debian and Ubuntu "
            f"install {DEBIAN_RENDER} and run install.py demo again."
        )
    return 0


def find_song(root: Path, given: Path | None) -> Path:
    """Return `given`, or one of the songs that the project synthesised. Raises SetupFault."""
    folder = root / "assets" / "demo"
    songs = [given] if given is not None else sorted(folder.glob(f"{DEFAULT_STYLE}*.ogg"))
    songs = songs or sorted(folder.glob("*.ogg"))
    if not songs:
        raise SetupFault("no-song", "assets/demo/ has no song.", "Give --song an audio file.")
    song = songs[0].resolve()
    if not song.is_file():
        raise SetupFault("no-song", f"There is no file {song}.", "Give --song an audio file.")
    return song


def song_style(song: Path) -> str | None:
    """Return the style of one of the project's own songs, which its beats' file names; else None."""
    try:
        return json.loads(song.with_suffix(".json").read_text(encoding="utf-8"))["style"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def fresh_folder(folder: Path) -> Path:
    """Return `folder` without the files of an earlier demo, lest one be taken for this one's."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*TAKE_FILES, VIDEO):
        (folder / name).unlink(missing_ok=True)
    return folder


def driver_arguments(
    installation: Installation, order: DemoOrder, song: Path, folder: Path
) -> list[str]:
    """Return the words that packaging/demo_driver.py understands."""
    words = {
        "extension": installation.extension,
        "backend-python": installation.python,
        "song": song,
        "out": folder,
        "seed": order.seed,
        "genre": order.genre,
        "style": song_style(song),
        "seconds": order.seconds,
        "model": order.model,
    }
    given = {name: value for name, value in words.items() if value is not None}
    return [word for name, value in given.items() for word in (f"--{name}", str(value))]


def _drive(root: Path, blender: Blender, arguments: list[str], journal: Journal) -> bool:
    """Run the driver inside `blender`; return whether Blender crashed.

    Raises SetupFault with the driver's fault.
    """
    faults: list[str] = []

    def hear(line: str) -> None:
        if line.startswith(SAID):
            journal.say("  " + line[len(SAID) :])
        elif line.startswith(FAULT):
            faults.append(line[len(FAULT) :])

    resources = tempfile.mkdtemp(prefix="eightcount-blender-")
    # Blender finds its extensions, preferences and caches below this folder, and nothing of the
    # person's own.
    environment = child_environment(BLENDER_USER_RESOURCES=resources, PYTHONIOENCODING="utf-8")
    try:
        script = blender.script(root / "packaging" / "demo_driver.py", arguments)
        run(script, journal, cwd=root, environment=environment, on_line=hear)
    except CommandFailed as failure:
        if faults:
            raise SetupFault("demo", faults[0]) from failure
        return True
    finally:
        shutil.rmtree(resources, ignore_errors=True)
    return False


def _sum_up(
    root: Path, folder: Path, report: dict[str, Any], seconds: float, journal: Journal
) -> None:
    made = [name for name in (*TAKE_FILES, VIDEO) if (folder / name).is_file()]
    score = report["beat_score"]
    journal.say(
        f"{report['song']}: {report['seconds']:.1f} s of {report['genre'] or 'any genre'} by the "
        f"model {report['model']}, seed {report['seed']}, "
        f"beat score {'none' if score is None else format(score, '.3f')}."
    )
    journal.say(f"Made {', '.join(made)} in {folder.relative_to(root)} in {seconds:.0f} s.")
