"""The demo's work inside a Blender: install the extension, press Generate, write the files.

Runs as `python demo_driver.py ARGS` with the bpy module, or as `blender --background --python
demo_driver.py -- ARGS`. Uses the add-on as a person would: its zip, its preferences, its operators.
Lines that begin with "demo: " are for the person; one that begins with "demo fault: " ends it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import bpy

MODULE = "bl_ext.user_default.eightcount"
BACKEND_SECONDS = 180.0


class DemoFault(Exception):
    """A sentence for the person: what went wrong, and what to do."""


@dataclass
class Report:
    """What report.json says. timings: seconds of each stage, in the order in which they came."""

    song: str
    genre: str = ""
    seed: int = 0
    model: str = ""
    seconds: float = 0.0
    frames: int = 0
    fps: float = 0.0
    beat_score: float | None = None
    tempo: float | None = None
    device: str = ""
    blender: str = bpy.app.version_string
    take: str = ""
    video: bool = False
    warnings: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    """Make everything; return the exit code."""
    arguments = read_arguments()
    report = Report(song=arguments.song.name)
    try:
        addon = install_extension(arguments, report)
        make_take(addon, arguments, report)
        write_files(addon, arguments.out, report)
        bpy.ops.eightcount.backend_stop()
        render(addon, arguments.out, report)
    except DemoFault as fault:
        print(f"demo fault: {fault}", flush=True)
        return 1
    finally:
        bpy.ops.preferences.addon_disable(module=MODULE)
    return 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo_driver.py")
    parser.add_argument("--extension", type=Path, required=True)
    parser.add_argument("--backend-python", type=Path, required=True)
    parser.add_argument("--song", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--genre")
    parser.add_argument("--style", help="a genre to take if the model knows it and none is given")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--model", default="")
    words = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    return parser.parse_args(words)


def say(sentence: str) -> None:
    print(f"demo: {sentence}", flush=True)


def install_extension(arguments: argparse.Namespace, report: Report) -> object:
    """Install and enable the zip, set the backend's Python; return the add-on's package."""
    started = time.perf_counter()
    bpy.ops.extensions.package_install_files(
        filepath=str(arguments.extension), repo="user_default", enable_on_install=True
    )
    if MODULE not in bpy.context.preferences.addons:
        raise DemoFault(f"Blender {bpy.app.version_string} could not enable {arguments.extension}.")
    settings = bpy.context.preferences.addons[MODULE].preferences
    settings.backend_python = str(arguments.backend_python)
    settings.model = arguments.model
    # Blender begins with a cube in the dancer's place, and with a camera that looks at it.
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    # A take has 30 frames a second: in a scene of 30 each lies on a frame of its own.
    bpy.context.scene.render.fps = 30
    bpy.context.preferences.filepaths.save_version = 0
    report.timings["extension installed"] = round(time.perf_counter() - started, 3)
    say("The add-on is installed and enabled.")
    return importlib.import_module(MODULE)


class Watch:
    """Looks on while the add-on works: the operator waits, and so would we."""

    def __init__(self, session: object) -> None:
        self.started = time.perf_counter()
        self.first_frames = 0.0
        self.job: object = None
        self._tick = session.tick
        session.tick = self._look
        self._session = session

    def _look(self, budget: float) -> bool:
        self.job = self._session.job or self.job
        busy = self._tick(budget)
        if not self.first_frames and self.job is not None and self.job.action_uid:
            self.first_frames = self.elapsed()
        return busy

    def elapsed(self) -> float:
        return round(time.perf_counter() - self.started, 3)


def make_take(addon: object, arguments: argparse.Namespace, report: Report) -> None:
    """Start the backend and press Generate."""
    session = part(addon, "session").current()
    start_backend(addon, session, report)
    wanted = {"song": str(arguments.song), "seed": str(arguments.seed)}
    genre = arguments.genre
    if genre is None and arguments.style in session.welcome.genres:
        genre = arguments.style
    wanted.update({"genre": genre} if genre else {})
    wanted.update({"seconds": arguments.seconds} if arguments.seconds else {})
    watch = Watch(session)
    press(bpy.ops.eightcount.generate, **wanted)
    report.timings["first frames keyed"] = watch.first_frames
    report.timings["take keyed"] = watch.elapsed()
    describe(addon, session, watch.job, report)
    say(f"The take {report.take!r} is keyed: {report.frames} frames.")


def start_backend(addon: object, session: object, report: Report) -> None:
    started = time.perf_counter()
    press(bpy.ops.eightcount.backend_start, wait=False)
    while session.state in ("starting", "warming"):
        part(addon, "pump").tick()
        if session.welcome is not None:
            report.timings.setdefault("backend said hello", round(time.perf_counter() - started, 3))
        if time.perf_counter() - started > BACKEND_SECONDS:
            raise DemoFault("The backend did not get ready within three minutes.")
        time.sleep(0.005)
    fail_on_fault(session)
    report.timings["backend ready"] = round(time.perf_counter() - started, 3)
    report.device = session.welcome.device
    say(f"The backend is ready: model {session.welcome.model} on {session.welcome.device}.")


def press(operator: object, **properties: object) -> None:
    """Call an operator; what it reports as an error becomes a DemoFault."""
    try:
        operator("EXEC_DEFAULT", **properties)
    except RuntimeError as error:
        raise DemoFault(str(error).removeprefix("Error: ").strip()) from error


def fail_on_fault(session: object) -> None:
    if session.fault is not None:
        raise DemoFault(str(session.fault.error))


def describe(addon: object, session: object, job: object, report: Report) -> None:
    """Fill the report with what the take itself and the backend say of it."""
    action = bpy.data.actions[session.last_take]
    settings = part(addon, "rig.take").read_settings(action)
    report.take, report.genre, report.seed = action.name, settings.genre, settings.seed
    report.model, report.fps = settings.model, settings.fps
    report.seconds = round(settings.seconds, 3)
    report.frames = job.result.frames
    report.beat_score = job.result.beat_score
    report.tempo = session.heard.tempo if session.heard is not None else None
    report.warnings = list(session.notes)
    report.timings.update({f"backend: {k}": round(v, 3) for k, v in job.result.timings.items()})


def write_files(addon: object, out: Path, report: Report) -> None:
    """take.npz, take.bvh, take.blend and the report, all before the video: rendering can crash."""
    started = time.perf_counter()
    action = bpy.data.actions[report.take]
    export = part(addon, "rig.export")
    export.export_npz(action, out / "take.npz")
    export.export_bvh(action, out / "take.bvh")
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "take.blend"), check_existing=False)
    report.timings["files written"] = round(time.perf_counter() - started, 3)
    report.write(out / "report.json")
    say("The take is saved; now the video.")


def render(addon: object, out: Path, report: Report) -> None:
    """preview.mp4, and take.blend again with its stage and camera."""
    started = time.perf_counter()
    preview = part(addon, "rig.preview")
    film = out / "preview.mp4"
    told = [0]

    def tell(scene: bpy.types.Scene, *_: object) -> None:
        share = 100 * (scene.frame_current - scene.frame_start + 1) // report.frames
        if share >= told[0] + 20:
            told[0] = share
            say(f"{share} % of the video.")

    bpy.app.handlers.render_write.append(tell)
    try:
        preview.render_preview(bpy.context.scene, film)
    except Exception as error:
        say(f"The video failed: {error}")
        film.unlink(missing_ok=True)
        return
    finally:
        bpy.app.handlers.render_write.remove(tell)
    report.video = film.is_file()
    report.timings["video rendered"] = round(time.perf_counter() - started, 3)
    bpy.ops.wm.save_as_mainfile(filepath=str(out / "take.blend"), check_existing=False)
    report.write(out / "report.json")


def part(addon: object, name: str) -> object:
    """Return a module of the add-on."""
    return importlib.import_module(f"{addon.__name__}.{name}")


if __name__ == "__main__":
    sys.exit(main())
