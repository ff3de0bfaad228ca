from __future__ import annotations

import pytest

from eightcount_setup import torch_choice
from eightcount_setup.torch_choice import CUDA_GIGABYTES, Machine, choose_torch

VERSION = "2.13.0"


@pytest.mark.parametrize(
    ("machine", "device"),
    [
        (Machine("Linux", "x86_64", nvidia=True), "cuda"),
        (Machine("Windows", "amd64", nvidia=True), "cuda"),
        (Machine("Darwin", "arm64", nvidia=False), "mps"),
        (Machine("Darwin", "x86_64", nvidia=False), "cpu"),
        (Machine("Linux", "x86_64", nvidia=False), "cpu"),
        (Machine("Windows", "amd64", nvidia=False), "cpu"),
    ],
)
def test_the_device_follows_the_machine(machine: Machine, device: str) -> None:
    assert choose_torch(machine, VERSION).device == device


def test_linux_without_nvidia_tries_the_cpu_build_before_the_large_one() -> None:
    choice = choose_torch(Machine("Linux", "x86_64", nvidia=False), VERSION)
    assert [attempt.requirement for attempt in choice.attempts] == [
        "torch==2.13.0+cpu",
        "torch==2.13.0",
    ]
    assert choice.attempts[0].note == ""
    assert "--torch-index" in choice.attempts[1].note
    assert choice.attempts[1].gigabytes == CUDA_GIGABYTES


def test_nvidia_on_linux_takes_a_cpu_build_only_where_there_is_no_other() -> None:
    from packaging.specifiers import SpecifierSet

    first, last = choose_torch(Machine("Linux", "x86_64", nvidia=True), VERSION).attempts
    assert "on the CPU" in last.note
    allowed = SpecifierSet(first.requirement[len("torch") :])
    assert allowed.contains("2.13.0")
    assert not allowed.contains("2.13.0+cpu")


def test_an_index_that_the_person_gave_is_kept_and_may_hold_local_versions() -> None:
    from packaging.specifiers import SpecifierSet

    choice = choose_torch(Machine("Windows", "amd64", nvidia=True), VERSION, "file:///wheels")
    assert choice.index == "file:///wheels"
    (attempt,) = choice.attempts
    assert SpecifierSet(attempt.requirement[len("torch") :]).contains("2.13.0+cu130")


def test_windows_with_nvidia_says_how_to_get_cuda() -> None:
    (attempt,) = choose_torch(Machine("Windows", "amd64", nvidia=True), VERSION).attempts
    assert "--torch-index" in attempt.note


@pytest.mark.parametrize(
    ("script", "answers"),
    [
        ("echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'", True),
        ("echo 'No devices were found'", False),
        ("echo 'NVIDIA-SMI has failed: GPU driver missing'; exit 9", False),
    ],
)
def test_a_gpu_counts_only_when_the_driver_lists_it(
    script: str, answers: bool, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setattr(torch_choice, "_NVIDIA_TOOLS", (str(tool),))
    assert torch_choice.read_machine().nvidia is answers
