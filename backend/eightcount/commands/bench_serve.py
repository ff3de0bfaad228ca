"""What a user of the panel waits for: a real backend process, met and asked over the wire."""

from __future__ import annotations

import os
import sys
import time
from statistics import median
from typing import Any

from eightcount.commands.bench_child import make_song
from eightcount.wire.client import Client, finish
from eightcount.wire.launch import launch_backend, wait_for_connection
from eightcount.wire.messages import Done, Frames, Generate


def measure_serve(seconds: float, runs: int, steps: int, model: str, device: str) -> dict[str, Any]:
    """Seconds from the start to hello and to warm; then, for songs that the backend has never
    heard: song sent to first and to last frames received (medians); its memory at the end, MB."""
    began = time.perf_counter()
    launched = launch_backend(sys.executable, owner_pid=os.getpid(), model=model, device=device)
    connection = wait_for_connection(launched)
    found: dict[str, Any] = {"seconds": seconds}
    with Client(connection) as client:
        client.hello()
        found["hello"] = round(time.perf_counter() - began, 3)
        client.wait_until_ready(timeout=120)
        found["warm"] = round(time.perf_counter() - began, 3)
        passes = [_one(client, make_song(seconds, seed), steps) for seed in range(1, runs + 1)]
        found["peak_mb"] = _peak_mb(launched.process.pid)
        client.shutdown()
    launched.process.wait(10)
    for key in passes[0]:
        found[key] = round(median(p[key] for p in passes), 3)
    return found


def _one(client: Client, audio: bytes, steps: int) -> dict[str, float]:
    """One song nobody has heard before, from its sending to its last frame."""
    began = time.perf_counter()
    song = client.put_song(audio, "bench.ogg")
    heard = time.perf_counter() - began
    first = None
    for message in client.generate(Generate(song=song.digest, steps=steps, seed=1)):
        if isinstance(message, Frames) and first is None:
            first = time.perf_counter() - began
        last = message
    if not isinstance(last, Done):
        finish(iter([last]))
    return {"heard": heard, "first_frames": first, "last_frame": time.perf_counter() - began}


def _peak_mb(pid: int) -> float | None:
    """Most memory the process has held, MB; None where the system does not say (not Linux)."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            line = next(x for x in file if x.startswith("VmHWM"))
    except (OSError, StopIteration):
        return None
    return round(int(line.split()[1]) / 1024)
