from __future__ import annotations

import pytest

from eightcount.motion.errors import EightcountError
from eightcount.moves.language import parse_moves, read_count

TEXT = """
[wink]
A wink of the whole body.
counts 4, two-sided, energy .8, travel .2 0, ease hit
chest: 1 p10 r-5; 2& p0 ~   # bends on the one
hand L: 1 .5 -.2 .3 s30 w20; 3 hip !!
foot R: 1 step .2 .06 yaw20 d.4; 2e kick ang40 side10; 4 pivot turn90
jump: 4 .2 d.5
"""


def test_counts_are_read_down_to_quarters() -> None:
    assert [read_count(w) for w in ("1", "2&", "3e", "4a")] == [0.0, 1.5, 2.25, 3.75]


def test_a_move_is_read() -> None:
    (move,) = parse_moves(TEXT, "pop")
    assert (move.name, move.genre, move.counts, move.two_sided) == ("wink", "pop", 4, True)
    assert move.energy == 0.8 and move.travel == (0.2, 0.0)
    assert [(k.count, k.value, k.ease) for k in move.channels["chest.p"]] == [
        (0.0, 10.0, "hit"),
        (1.5, 0.0, "flow"),
    ]
    first, second = move.hands["L"]
    assert first.place == (0.5, -0.2, 0.3) and first.swivel == 30
    assert second.anchor == "hip" and second.ease == "pop"
    assert move.channels["hand.w.L"][0].value == 20
    assert [k.verb for k in move.feet["R"]] == ["step", "kick", "pivot"]
    assert move.channels["jump"][0].lead == 0.5
    assert not move.feet["L"]


def test_a_mirrored_move_swaps_sides_and_mirrored_twice_is_itself() -> None:
    (move,) = parse_moves(TEXT, "pop")
    other = move.mirrored()
    assert other.channels["chest.r"][0].value == 5.0
    assert other.channels["chest.p"][0].value == 10.0
    assert other.hands["R"][0].place == move.hands["L"][0].place
    assert other.feet["L"][2].turn == -90
    assert other.travel == (-0.2, 0.0)
    assert other.mirrored() == move


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("chest: 1 q10", "q"),
        ("tail: 1 p10", "tail"),
        ("foot L: 1 moonwalk", "moonwalk"),
        ("chest: 1x p10", "1x"),
        ("hand: 1 nowhere", "nowhere"),
    ],
)
def test_an_unreadable_line_is_named(line: str, word: str) -> None:
    text = f"[wink]\nA wink of the whole body.\ncounts 4\n{line}\n"
    with pytest.raises(EightcountError, match="wink") as fault:
        parse_moves(text, "pop")
    assert word in str(fault.value)
