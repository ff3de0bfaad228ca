"""The library: the authored moves of all genres, read from the package's text files."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from eightcount.motion.errors import EightcountError
from eightcount.moves.feel import GENRES
from eightcount.moves.language import Move, parse_moves

#: one standing move a genre, none of them the genre's signature: never in training data, so that the
#: tokenizer's score on moves it never saw means something
HELD_OUT: frozenset[str] = frozenset(
    {
        "side-step",  # break
        "egyptian-twist",  # pop
        "uncle-sam",  # lock
        "face-frame",  # waack
        "fila",  # middle hip-hop
        "shoulder-lean",  # la hip-hop
        "heel-toe",  # house
        "elbow-smash",  # krump
        "step-touch-snap",  # street jazz
        "chasse",  # ballet jazz
    }
)


@cache
def moves_of(genre: str) -> tuple[Move, ...]:
    """All moves of a genre, in the order of its file.

    Raises:
        EightcountError: "unknown-genre" if there is no such genre.
    """
    if genre not in GENRES:
        raise EightcountError(
            "unknown-genre",
            f"There is no dance library for the genre {genre!r}.",
            f"Choose one of {', '.join(GENRES)}.",
        )
    text = files("eightcount.moves").joinpath("library", f"{genre}.moves").read_text("utf-8")
    return tuple(parse_moves(text, genre))


def training_moves(genre: str) -> tuple[Move, ...]:
    """The moves of a genre that training data may hold: all but `HELD_OUT`.

    Raises:
        EightcountError: "unknown-genre" if there is no such genre.
    """
    return tuple(m for m in moves_of(genre) if m.name not in HELD_OUT)


def held_out_moves() -> tuple[Move, ...]:
    """The moves that no training data may hold, one a genre, in the order of `feel.GENRES`."""
    return tuple(m for genre in GENRES for m in moves_of(genre) if m.name in HELD_OUT)


def move_named(genre: str, name: str) -> Move:
    """One move; EightcountError "unknown-move" if the genre has none of that name."""
    for move in moves_of(genre):
        if move.name == name:
            return move
    raise EightcountError(
        "unknown-move",
        f"The genre {genre!r} has no move called {name!r}.",
        f"Choose one of {', '.join(m.name for m in moves_of(genre))}.",
    )


def cells(move: Move, counts: int = 8) -> list[Move]:
    """A move danced for so many counts: repeated, every second time mirrored unless two-sided."""
    turned = move.two_sided or abs(move.turn) > 1
    return [
        move if turned or i % 2 == 0 else move.mirrored()
        for i in range(max(1, counts // move.counts))
    ]
