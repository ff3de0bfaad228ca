"""`.venv`: made, repaired, filled and checked."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eightcount_setup import marker
from eightcount_setup.commands import NO_WINDOW, CommandFailed, child_environment, run
from eightcount_setup.faults import SetupFault
from eightcount_setup.journal import Journal
from eightcount_setup.marker import Contents, State
from eightcount_setup.own_package import install_project
from eightcount_setup.pip import explain, pip
from eightcount_setup.pythons import find_python, probe
from eightcount_setup.requirements import pinned
from eightcount_setup.space import require_space
from eightcount_setup.torch_choice import choose_torch, read_machine
from eightcount_setup.torch_install import install_torch

# Imported once before the marker is written; looked for (not imported) at each later run.
ESSENTIAL = (
    "numpy",
    "zmq",
    "torch",
    "librosa",
    "soundfile",
    "av",
    "soxr",
    "msgspec",
    "safetensors",
    "eightcount",
)

_WARM_UP = "from eightcount.music.warmup import warm_up; warm_up()"


@dataclass(frozen=True)
class Environment:
    """A whole `.venv`: its interpreter, and whether this run had to change anything."""

    python: Path
    changed: bool


def python_of(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def ready_environment(
    root: Path, extras: Iterable[str], journal: Journal, *, torch_index: str | None = None
) -> Environment:
    """Return the project's `.venv` with `extras` in it, made or mended where it must be.

    Raises SetupFault.
    """
    venv = root / ".venv"
    wanted = marker.wanted_contents(root, extras, torch_index)
    state = marker.find_state(venv, wanted)
    if state is State.READY and _stands(venv):
        return Environment(python_of(venv), changed=False)
    if state is State.OCCUPIED:
        raise SetupFault(
            "occupied",
            f"{venv} is there and is no virtual environment.",
            "Move it away and run install.py again.",
        )
    if state in (State.READY, State.MOVED, State.HALF) or (
        state is State.STALE and not _stands(venv)
    ):
        journal.say(_why_anew(state))
        _remove(venv)
        state = State.ABSENT
    if state is State.FOREIGN:
        _require_fitting_python(venv)
    installed = marker.read_marker(venv)
    other_index = False
    if installed is not None:
        other_index = wanted.names_another_index(installed)
        wanted = wanted.over(installed)
    _fill(venv, root, wanted, state, journal, other_index=other_index)
    return Environment(python_of(venv), changed=True)


def _why_anew(state: State) -> str:
    return {
        State.HALF: "An earlier install was cut off half-way: starting again.",
        State.MOVED: "The project's folder was moved or copied: making .venv anew.",
    }.get(state, "Something is missing from .venv: making it anew.")


def _fill(
    venv: Path,
    root: Path,
    wanted: Contents,
    state: State,
    journal: Journal,
    *,
    other_index: bool,
) -> None:
    machine = read_machine()
    version = pinned(root / "constraints.txt", "torch")
    choice = choose_torch(machine, version, wanted.torch_index or None)
    require_space(root, choice.attempts[0].gigabytes if state is State.ABSENT else 1)
    started = time.monotonic()
    if state is State.ABSENT:
        python = find_python()
        journal.say(f"Making .venv with {python}.")
        _begin(venv)
        _make(python.command, venv, journal)
    else:
        journal.say("Bringing .venv up to date.")
        _begin(venv)
    journal.say(f"Installing for {_DEVICE_WORDS[choice.device]} (a few minutes the first time).")
    interpreter = python_of(venv)
    pins = ["-c", str(root / "constraints.txt")]
    tools = f"setuptools=={pinned(root / 'constraints.txt', 'setuptools')}"
    pip(interpreter, ["install", tools], journal, cwd=root)
    install_torch(interpreter, root, choice, pins, journal, anew=other_index)
    install_project(interpreter, root, wanted.extras, pins, journal)
    _import_all(interpreter, journal)
    journal.say("Compiling the audio code, so that the first song need not wait for it.")
    _warm_up(interpreter, journal)
    marker.finish(venv, wanted)
    journal.say(f"Installed in {time.monotonic() - started:.0f} s.")


_DEVICE_WORDS = {
    "cuda": "the NVIDIA GPU (CUDA)",
    "mps": "Apple's GPU (MPS)",
    "cpu": "the CPU",
}


def _require_fitting_python(venv: Path) -> None:
    python = probe([str(python_of(venv))])
    if python is None or not python.fits:
        raise SetupFault(
            "foreign",
            f"{venv} was made by hand with {python or 'a Python that does not start'}.",
            "Move it away and run install.py again, which makes one with Python 3.10 to 3.13.",
        )


def _begin(venv: Path) -> None:
    try:
        marker.begin(venv)
    except OSError as error:
        raise SetupFault(
            "read-only",
            f"This folder cannot be written to ({error.strerror or error}).",
            "Move the project to a folder of your own and run install.py there.",
        ) from error


def _make(python: Sequence[str], venv: Path, journal: Journal) -> None:
    try:
        run([*python, "-m", "venv", str(venv)], journal)
    except CommandFailed as failure:
        fault = explain(failure.output, journal.path)
        if fault.code in ("no-disk", "folder-name", "read-only"):
            raise fault from failure
        last = failure.output.strip().splitlines()[-1:] or [f"exit code {failure.code}"]
        raise SetupFault(
            "no-venv",
            f"Python could not make a virtual environment ({last[0]}).",
            "On Debian and Ubuntu install the package python3-venv; else install Python 3.11 "
            "from its makers.",
        ) from failure


def _import_all(python: Path, journal: Journal) -> None:
    try:
        run([str(python), "-c", "import " + ", ".join(ESSENTIAL)], journal)
    except CommandFailed as failure:
        last = failure.output.strip().splitlines()[-1:] or [f"exit code {failure.code}"]
        raise SetupFault(
            "broken",
            f"What pip installed does not start ({last[0]}).",
            f"Delete the folder .venv and run install.py again; {journal.path} has the details.",
        ) from failure


def _warm_up(python: Path, journal: Journal) -> None:
    try:
        run([str(python), "-c", _WARM_UP], journal)
    except CommandFailed as failure:
        # Only comfort is lost: the first song compiles what this could not.
        journal.note(f"The warm-up failed: {failure.output[-2000:]}")
        journal.say(f"The audio code could not be compiled ahead; {journal.path} says why.")


def _stands(venv: Path) -> bool:
    """Tell whether the interpreter starts and finds every essential package, without importing
    them.
    """
    question = (
        "import importlib.util as u, sys;"
        f"sys.exit(any(u.find_spec(name) is None for name in {ESSENTIAL!r}))"
    )
    try:
        answer = subprocess.run(
            [str(python_of(venv)), "-c", question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            env=child_environment(),
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0


def _remove(venv: Path) -> None:
    try:
        shutil.rmtree(venv)
    except OSError as error:
        raise SetupFault(
            "in-use",
            f"{venv} could not be deleted ({error.strerror or error}).",
            "Stop the Eightcount backend, close Blender, delete the folder and run install.py "
            "again.",
        ) from error
