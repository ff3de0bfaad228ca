"""The one exception that users may meet: an error is data (code, sentence, cure)."""

from __future__ import annotations


class EightcountError(Exception):
    """A fault that is shown to the user as it stands.

    Args:
        code: stable kebab-case name for programs, e.g. ``"song-silent"``.
        sentence: what happened, one sentence with a full stop.
        hint: the cure, one sentence; may be empty.
    """

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(f"{sentence} {hint}".strip())
        self.code = code
        self.sentence = sentence
        self.hint = hint
