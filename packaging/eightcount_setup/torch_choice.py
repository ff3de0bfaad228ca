"""Which torch fits this machine: CUDA on NVIDIA, MPS on Apple silicon, the CPU otherwise."""

from __future__ import annotations

import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from eightcount_setup.commands import NO_WINDOW

_NVIDIA_TOOLS = ("nvidia-smi", "/usr/bin/nvidia-smi", r"C:\Windows\System32\nvidia-smi.exe")
CPU_GIGABYTES, CUDA_GIGABYTES = 6, 14


@dataclass(frozen=True)
class Machine:
    """system: Linux, Darwin or Windows; architecture as platform.machine() says it; nvidia: a GPU
    answers.
    """

    system: str
    architecture: str
    nvidia: bool


@dataclass(frozen=True)
class Attempt:
    """One requirement for pip, and the free disk space it asks for."""

    requirement: str
    gigabytes: int
    note: str = ""


@dataclass(frozen=True)
class TorchChoice:
    """version: without +cpu or the like. device: what torch is meant to run on. attempts: tried in
    this order until pip finds one. index: asked beside pip's own.
    """

    version: str
    device: str
    attempts: tuple[Attempt, ...]
    index: str | None = None

    def accepts(self, installed: str) -> bool:
        """Tell whether an installed torch will do; on an NVIDIA machine none made for the CPU."""
        version, _, build = installed.partition("+")
        return version == self.version and not (self.device == "cuda" and build == "cpu")


def read_machine() -> Machine:
    return Machine(platform.system(), platform.machine().lower(), _nvidia_answers())


def choose_torch(machine: Machine, version: str, index: str | None = None) -> TorchChoice:
    """Return the build of torch `version` for `machine`.

    `index` is an index of wheels that the person gave; it is asked beside pip's own, and pip
    prefers its wheels, whose versions end in +cpu or +cuNNN.
    """
    device = _device(machine)
    plain = f"torch=={version}"
    if index:
        gigabytes = CUDA_GIGABYTES if device == "cuda" else CPU_GIGABYTES
        return TorchChoice(version, device, (Attempt(plain, gigabytes),), index)
    if machine.system == "Linux" and device == "cuda":
        note = (
            "No CUDA build of torch is on offer, so the dance will be made on the CPU. "
            "--torch-index with the address of PyTorch's CUDA wheels changes that."
        )
        # `===` leaves out a +cpu build that pip's own settings may offer.
        cuda = Attempt(f"torch==={version}", CUDA_GIGABYTES)
        return TorchChoice(version, device, (cuda, Attempt(plain, CPU_GIGABYTES, note)))
    if machine.system == "Windows" and device == "cuda":
        note = (
            "The public torch for Windows has no CUDA, so the dance will be made on the CPU. "
            "To use the NVIDIA GPU, run install.py again with --torch-index and the address of "
            "PyTorch's CUDA wheels."
        )
        return TorchChoice(version, device, (Attempt(plain, CPU_GIGABYTES, note),))
    if machine.system == "Linux":
        note = (
            "No CPU build of torch is on offer, so the plain one comes, with several GB of "
            "CUDA that this "
            "machine cannot use. --torch-index with the address of PyTorch's CPU wheels avoids "
            "that."
        )
        cpu = Attempt(f"{plain}+cpu", CPU_GIGABYTES)
        return TorchChoice(version, device, (cpu, Attempt(plain, CUDA_GIGABYTES, note)))
    return TorchChoice(version, device, (Attempt(plain, CPU_GIGABYTES),))


def _device(machine: Machine) -> str:
    if machine.nvidia:
        return "cuda"
    if machine.system == "Darwin" and machine.architecture == "arm64":
        return "mps"
    return "cpu"


def _nvidia_answers() -> bool:
    for tool in _NVIDIA_TOOLS:
        path = shutil.which(tool) or (tool if Path(tool).is_file() else None)
        if path is None:
            continue
        try:
            listing = subprocess.run(
                [path, "-L"],
                capture_output=True,
                timeout=20,
                stdin=subprocess.DEVNULL,
                creationflags=NO_WINDOW,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        # Without a driver the tool is there, prints an error and lists nothing.
        return listing.returncode == 0 and b"GPU" in listing.stdout
    return False
