from __future__ import annotations

import numpy as np
import pytest

from eightcount.music.features import song_features
from eightcount.music.rhythm import Rhythm, calm_rhythm, find_rhythm
from eightcount.music.sections import find_sections
from eightcount.music.synth import compose


def test_form_of_a_synthesised_song(styled):
    song, _, _ = styled("pop", 80.0, 110.0, 1)
    sections = find_sections(song_features(song), find_rhythm(song))
    assert sections[0].start_s == 0.0 and sections[-1].end_s == pytest.approx(song.frames / 30)
    for one, two in zip(sections, sections[1:], strict=False):
        assert one.end_s == two.start_s and one.start_s < one.end_s
    score = compose("pop", 80.0, 110.0, 1)
    borders = np.array([section.start_s for section in sections])
    for passage in score.passages[1:]:
        if passage.kind in ("chorus", "break"):  # where most changes
            assert np.abs(borders - score.downbeats[passage.first_bar]).min() < 2.5
    by_kind = {
        passage.kind: next(
            section
            for section in sections
            if section.start_s <= score.downbeats[passage.first_bar + 1] < section.end_s
        )
        for passage in score.passages
    }
    assert by_kind["chorus"].energy > by_kind["break"].energy + 0.2
    assert by_kind["chorus"].label != by_kind["break"].label


def made(levels: list[float], bars_each: int = 4, seed: int = 0) -> tuple[np.ndarray, Rhythm]:
    """Features and rhythm of stretches that differ in timbre only, 4 bars of 60 frames each."""
    rng = np.random.default_rng(seed)
    parts = []
    for level in levels:
        part = 0.3 * rng.standard_normal((bars_each * 60, 35))
        part[:, :12] += 20 * level
        part[:, 32] = 1.0 + level
        parts.append(part)
    features = np.concatenate(parts).astype(np.float32)
    beats = np.arange(len(features) // 15) * 15.0
    return features, Rhythm(120.0, beats, np.arange(0, len(beats), 4))


def test_stretches_that_return_get_the_same_letter():
    sections = find_sections(*made([0.0, 2.0, 0.0, 2.0]))
    assert [section.label for section in sections] == ["A", "B", "A", "B"]
    assert [section.start_s for section in sections] == [0.0, 8.0, 16.0, 24.0]
    assert sections[1].energy > sections[0].energy
    assert all(0 <= section.energy <= 1 for section in sections)


@pytest.mark.parametrize("seed", range(5))
def test_an_even_song_is_one_section(seed):
    sections = find_sections(*made([1.0, 1.0, 1.0], seed=seed))
    assert len(sections) == 1 and sections[0].label == "A"


@pytest.mark.parametrize("frames", [1, 30, 100, 400])
def test_short_and_silent_songs(frames):
    sections = find_sections(np.zeros((frames, 35), np.float32), calm_rhythm(frames))
    assert sections[0].start_s == 0.0
    assert sections[-1].end_s == pytest.approx(frames / 30)
    assert len({section.label for section in sections}) == 1
