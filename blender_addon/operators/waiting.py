# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators share whose work goes on after the press: who waits for it, and when they may start."""

from __future__ import annotations

from bpy.props import BoolProperty

from .. import pump, session
from .reporting import answer


class Waits:
    """From the panel the operator comes back at once, from a script with the result."""

    wait: BoolProperty(
        name="Wait",
        description="Come back only when it is done; from a script this is the default",
        default=True,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def invoke(self, context, _event) -> set[str]:
        """From the panel: begin, and come back at once."""
        self.wait = False
        return self.execute(context)

    def come_back(self, place: str, until: str = "job") -> set[str]:
        """The end of `execute`: at once, or when the job (``until``: as `Session.run_until_idle`) is
        through, with the error at ``place`` reported."""
        pump.hurry()
        if not self.wait:
            return {"FINISHED"}
        session.current().run_until_idle(until)
        return answer(self, place)


class WhileIdle:
    """Not while a take is made or edited."""

    @classmethod
    def poll(cls, _context) -> bool:
        """Only where nothing is under way."""
        cls.poll_message_set("A take is under way")
        return session.current().job is None
