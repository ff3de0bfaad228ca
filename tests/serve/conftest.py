"""Real second processes with a fake engine, ended after each test whatever happened."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import eightcount
from eightcount.wire.client import Client
from eightcount.wire.launch import Launched, launch_backend, wait_for_connection

ROOT = str(Path(eightcount.__file__).parents[1])
FAKE = (str(Path(__file__).with_name("fake_engine.py")),)


@dataclass
class Backend:
    """One process, its step counter, and the clients a test opened."""

    launched: Launched
    steps_file: Path
    clients: list[Client] = field(default_factory=list)

    @property
    def process(self):
        return self.launched.process

    @property
    def steps(self) -> int:
        """Steps of work done so far."""
        return self.steps_file.stat().st_size if self.steps_file.exists() else 0

    @property
    def log(self) -> str:
        return self.launched.connection_file.with_suffix(".log").read_text(encoding="utf-8")

    def client(self, **options) -> Client:
        client = Client(self.launched.connection_file, **options)
        self.clients.append(client)
        return client

    def ready_client(self, **options) -> Client:
        client = self.client(**options)
        client.wait_until_ready(20)
        return client


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Backend]]:
    """Starts a backend: ``start(owner_pid=..., arguments=(...), FAKE_WARM="1")``."""
    started: list[Backend] = []

    def start_one(*, program=FAKE, arguments=(), owner_pid=None, **variables: str) -> Backend:
        steps = tmp_path / f"steps-{len(started)}"
        launched = launch_backend(
            sys.executable,
            program=program,
            owner_pid=owner_pid,
            connection_file=tmp_path / f"connection-{len(started)}.json",
            arguments=arguments,
            environment={"PYTHONPATH": ROOT, "FAKE_STEPS": str(steps), **variables},
        )
        backend = Backend(launched, steps)
        started.append(backend)
        wait_for_connection(launched)
        return backend

    yield start_one
    for backend in started:
        for client in backend.clients:
            client.close()
        if backend.process.poll() is None:
            backend.process.kill()
        backend.process.wait()


@pytest.fixture
def backend(start) -> Backend:
    """A backend with default settings, owned by this test's process."""
    return start(owner_pid=os.getpid())
