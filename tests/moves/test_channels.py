from __future__ import annotations

import numpy as np
import pytest

from eightcount.moves.channels import curve, late, spring

BEATS = np.arange(0, 4, 1 / 30)


def drawn(values, ease: str) -> np.ndarray:
    counts = np.arange(len(values), dtype=float)
    table = np.array(values, float)[:, None]
    return curve(counts, table, [ease] * len(values), [None] * len(values), BEATS, 0.5)[:, 0]


@pytest.mark.parametrize("ease", ["flow", "smooth", "hit", "pop", "linear"])
def test_a_value_arrives_on_its_count(ease: str) -> None:
    line = drawn([0, 1, 0, 1], ease)
    for count, value in enumerate([0, 1, 0, 1]):
        assert line[np.argmin(np.abs(BEATS - count))] == pytest.approx(value, abs=0.02)


def test_flow_turns_round_on_the_count_and_never_overshoots() -> None:
    line = drawn([0, 1, 0.2, 0.9], "flow")
    assert line.min() >= -1e-9 and line.max() <= 1 + 1e-9
    assert BEATS[np.argmax(line)] == pytest.approx(1.0, abs=0.04)


def test_flow_passes_through_where_smooth_stops() -> None:
    middle = np.argmin(np.abs(BEATS - 1))
    speed = {e: np.gradient(drawn([0, 1, 2, 3], e))[middle] for e in ("flow", "smooth")}
    assert speed["flow"] > 10 * abs(speed["smooth"])


def test_a_hit_waits_and_then_stops_short() -> None:
    line = drawn([0, 1], "hit")
    assert line[np.argmin(np.abs(BEATS - 0.6))] == pytest.approx(0, abs=1e-6)
    assert line[np.argmin(np.abs(BEATS - 1.0))] == pytest.approx(1, abs=1e-6)


def test_a_pop_recoils_a_little_after_its_count() -> None:
    line = drawn([0, 0, 1, 1], "pop")
    after = line[(BEATS > 2.05) & (BEATS < 2.3)]
    assert 0.88 < after.min() < 0.97


def test_a_spring_follows_and_keeps_steady_values() -> None:
    step = np.where(np.arange(240) < 120, 0.0, 1.0)[:, None]
    seen = spring(step, 2.0, 0.4)
    assert seen[0] == pytest.approx(0, abs=0.02) and seen[-1] == pytest.approx(1, abs=0.02)
    assert seen.max() > 1.05  # it overshoots


def test_late_shifts_and_holds_the_first_value() -> None:
    line = np.arange(60.0)
    assert late(line, 0.1)[:7].tolist() == [0, 0, 0, 0, 0, 0, 0]
    assert late(line, 0.1)[20] == 14
