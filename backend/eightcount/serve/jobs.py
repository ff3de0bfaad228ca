"""Jobs and their one and only end.

The server's loop owns the book; the worker thread sees single jobs. What both touch (has it
begun, shall it stop) is behind the job's own lock and event.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import Generate, Message

MAX_WAITING = 8


@dataclass(eq=False)
class Job:
    """One PutSong or Generate of one client, from its arrival to its last message."""

    client: bytes
    request: Message
    arrived: float = field(default_factory=time.monotonic)
    cancel: threading.Event = field(default_factory=threading.Event)
    ended: bool = False
    _begun: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.request.job

    def begin(self) -> bool:
        """The worker takes the job up; False where it was withdrawn before."""
        with self._lock:
            self._begun = not self.ended
            return self._begun

    def withdraw(self) -> bool:
        """Ask the job to stop. True where it had not begun, so that nobody will end it but us."""
        self.cancel.set()
        with self._lock:
            if not self._begun:
                self.ended = True
            return self.ended


class JobBook:
    """The jobs that have not ended."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[bytes, str], Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self):
        return iter(list(self._jobs.values()))

    def admit(self, client: bytes, request: Message) -> Job:
        """Take a job in. Raises EightcountError "busy" or "job-name-taken".

        One take at a time: a second Generate is refused while one runs, except while that one is
        being cancelled. Songs may wait in line.
        """
        if (client, request.job) in self._jobs:
            raise EightcountError(
                "job-name-taken", "A job of this name is still running.", "Use a fresh name."
            )
        making = [job for job in self if isinstance(job.request, Generate)]
        if isinstance(request, Generate) and any(not job.cancel.is_set() for job in making):
            raise EightcountError(
                "busy",
                "The backend is still making another take.",
                "Wait until it is done, or cancel it.",
            )
        if len(self) >= MAX_WAITING:
            raise EightcountError(
                "busy", "The backend has too many jobs waiting.", "Wait until they are done."
            )
        job = Job(client, request)
        self._jobs[client, request.job] = job
        return job

    def find(self, client: bytes, name: str) -> Job | None:
        return self._jobs.get((client, name))

    def of_client(self, client: bytes) -> list[Job]:
        return [job for job in self if job.client == client]

    def end(self, job: Job) -> bool:
        """Close a job's entry; True the first time: only then may its last message go out."""
        job.ended = True
        return self._jobs.pop((job.client, job.name), None) is job
