"""The one exception of the set-up: a sentence for a person, and what to do about it."""

from __future__ import annotations


class SetupFault(Exception):
    """Something the person at the keyboard can mend.

    code: stable and kebab-case, for tests and bug reports. sentence: what happened. hint: the cure.
    """

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(" ".join(part for part in (sentence, hint) if part))
        self.code = code
        self.sentence = sentence
        self.hint = hint
