"""When to end: the owner's process is gone, or nobody was heard for too long.

A backend started by an add-on must not outlive a crashed Blender. The process id settles it on one
machine; silence settles it where ids cannot be watched (another user's process, a reused id). The
silence must be longer than a render that keeps Blender's Python standing still.
"""

from __future__ import annotations

import time

from eightcount.wire.process import birth, is_alive

LOOK_SECONDS = 0.5
SILENCE_SECONDS = 900.0


class OwnerWatch:
    """Asked by the socket loop on every turn; looks at the process twice a second.

    Args:
        pid: the owner's process, or None for none.
        silence: seconds without any client's message after which to end; None: never.
    """

    def __init__(self, pid: int | None, silence: float | None) -> None:
        self._pid = pid
        self._birth = birth(pid) if pid is not None else ""
        self._silence = silence
        self._quiet = 0.0
        self._looked = time.monotonic()

    def heard(self) -> None:
        """A client said something."""
        self._quiet = 0.0

    def reason_to_end(self) -> str:
        """One sentence, or "" to go on."""
        now = time.monotonic()
        step = now - self._looked
        if step < LOOK_SECONDS:
            return ""
        self._looked = now
        # A computer that slept makes one long step: that is nobody's silence.
        self._quiet += min(step, 2 * LOOK_SECONDS)
        if self._pid is not None and not self._is_owner_there(self._pid):
            return "The program that started the backend has ended."
        if self._silence is not None and self._quiet > self._silence:
            return f"The backend heard nothing for {self._silence:.0f} s and ended."
        return ""

    def _is_owner_there(self, pid: int) -> bool:
        return is_alive(pid) and birth(pid) == self._birth
