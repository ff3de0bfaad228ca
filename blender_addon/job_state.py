# SPDX-License-Identifier: GPL-3.0-or-later
"""What every job of the session knows of itself, whether it makes a take or edits one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eightcount.motion.motion import Motion
from eightcount.wire.messages import Done, Frames, Progress, SongReady


@dataclass
class JobState:
    """How far a job is, and what has arrived for it.

    Attributes:
        request: what was asked for.
        job: its name on the link.
        place: the part of the panel where its faults are shown.
        stage, done_seconds, total_seconds: as the backend last said.
        heard: the song, once the backend has heard it.
        result: the backend's last word, once it is through.
        cancelling: it was told to stop.
        warnings: sentences for the panel.
    """

    request: Any
    job: str
    place: str = ""
    stage: str = "starting"
    done_seconds: float = 0.0
    total_seconds: float = 0.0
    heard: SongReady | None = None
    result: Done | None = None
    cancelling: bool = False
    warnings: list[str] = field(default_factory=list)
    _motions: list[Motion] = field(default_factory=list)

    def take_progress(self, progress: Progress) -> None:
        """Remember how far the backend is."""
        self.stage = progress.stage
        self.done_seconds, self.total_seconds = progress.done, progress.total

    def take_frames(self, frames: Frames) -> None:
        """Keep the next frames."""
        motion = Motion(frames.rotations, frames.translation, frames.contacts, frames.fps)
        self._motions.append(motion)

    @property
    def fraction(self) -> float:
        """How far the work is, 0 to 1."""
        return min(self.done_seconds / self.total_seconds, 1.0) if self.total_seconds else 0.0
