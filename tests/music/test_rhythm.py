from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.music.pulse import onset_bands
from eightcount.music.rhythm import Rhythm, calm_rhythm, find_rhythm, loudness_curve
from eightcount.music.song import SAMPLE_RATE

CLEAR_STYLES = ("salsa", "pop", "house", "hiphop", "funk", "disco", "breakbeat", "krump")


def f_measure(true: np.ndarray, found: np.ndarray, tolerance: float = 0.07) -> float:
    """F-measure of beats in seconds; each found beat counts for one true beat at most."""
    left = list(found)
    hits = 0
    for time in true:
        near = [other for other in left if abs(other - time) <= tolerance]
        if near:
            left.remove(min(near, key=lambda other: abs(other - time)))
            hits += 1
    return 2 * hits / (len(true) + len(found))


def test_f_measure_punishes_double_and_half_tempo():
    beats = np.arange(0.0, 20.0, 0.5)
    assert f_measure(beats, beats + 0.05) == 1.0
    assert f_measure(beats, beats + 0.1) == 0.0
    assert f_measure(beats, beats[::2]) < 0.7
    assert f_measure(beats, np.arange(0.0, 20.0, 0.25)) < 0.7


@pytest.mark.parametrize("style", CLEAR_STYLES)
@pytest.mark.parametrize("seed", [200, 201])
def test_beats_of_clear_styles(styled, style, seed):
    song, beats, _ = styled(style, 20.0, None, seed)
    rhythm = find_rhythm(song)
    assert f_measure(beats, rhythm.seconds) >= 0.9
    assert rhythm.tempo == pytest.approx(60 / np.diff(beats).mean(), rel=0.01)
    assert rhythm.confidence > 0.5


@pytest.mark.parametrize("style", ["jazz", "modern", "ambient"])
@pytest.mark.parametrize("seed", [200, 201])
def test_beats_of_unclear_styles_may_be_half_or_double(styled, style, seed):
    song, beats, _ = styled(style, 20.0, None, seed)
    found = find_rhythm(song).seconds
    between = np.interp(np.arange(2 * len(beats) - 1) / 2, np.arange(len(beats)), beats)
    readings = (beats, beats[::2], beats[1::2], between)
    assert max(f_measure(reading, found) for reading in readings) >= 0.9


@pytest.mark.parametrize("style", ["pop", "house", "funk", "disco"])
def test_downbeats_of_clear_styles(styled, style):
    song, _, downbeats = styled(style, 20.0, None, 200)
    rhythm = find_rhythm(song)
    assert f_measure(downbeats, rhythm.seconds[rhythm.downbeats]) >= 0.8


@pytest.mark.parametrize("bpm", [83.0, 104.0, 124.0, 150.0])
def test_beats_lie_within_milliseconds_of_clicks(clicks, make_song, bpm):
    samples, times = clicks(bpm, 20.0)
    rhythm = find_rhythm(make_song(samples))
    error = np.array([np.abs(rhythm.seconds - time).min() for time in times])
    assert error.max() < 0.012  # a frame is 33 ms
    assert rhythm.tempo == pytest.approx(bpm, rel=0.002)


def test_a_band_that_speeds_up_is_followed(make_song):
    seconds, rate = 40.0, SAMPLE_RATE
    time = np.arange(int(seconds * rate)) / rate
    beat = time * 100 / 60 + time**2 / seconds * 4 / 60  # 100 to 108 BPM
    samples = np.sin(2 * np.pi * 900 * time) * np.exp(-12 * np.mod(beat, 1.0))
    true = np.interp(np.arange(1, int(beat[-1])), beat, time)
    rhythm = find_rhythm(make_song(samples))
    assert f_measure(true, rhythm.seconds, 0.04) > 0.95


def test_the_grid_reaches_from_start_to_end_and_rises(styled):
    song, _, _ = styled("pop", 20.0, None, 200)
    rhythm = find_rhythm(song)
    period = 1800 / rhythm.tempo
    assert rhythm.beats[0] < 1.02 * period
    assert song.frames - rhythm.beats[-1] < 1.05 * period
    assert (np.diff(rhythm.beats) > 0.8 * period).all()
    assert (np.diff(rhythm.downbeats) == 4).all()
    assert 0 <= rhythm.downbeats[0] < 4


def test_given_onsets_change_nothing(styled):
    song, _, _ = styled("funk", 20.0, None, 200)
    one, two = find_rhythm(song), find_rhythm(song, onset_bands(song.samples))
    np.testing.assert_array_equal(one.beats, two.beats)


@pytest.mark.parametrize("kind", ["silence", "noise", "short"])
def test_without_a_beat_there_is_a_calm_grid(make_song, kind):
    samples = {
        "silence": np.zeros(10 * SAMPLE_RATE),
        "noise": 0.1 * np.random.default_rng(0).standard_normal(10 * SAMPLE_RATE),
        "short": np.zeros(SAMPLE_RATE),
    }[kind]
    song = make_song(samples)
    rhythm = find_rhythm(song)
    assert rhythm.confidence == 0.0 and rhythm.tempo == 100.0
    np.testing.assert_allclose(np.diff(rhythm.beats), 18.0)
    assert len(rhythm.downbeats) >= 1
    assert rhythm.beats[0] == 0.0 and song.frames - rhythm.beats[-1] <= 18.0


def test_beat_phase_is_whole_on_beats_and_goes_on_at_both_ends():
    rhythm = Rhythm(120.0, np.array([10.0, 25.5, 40.0, 55.5, 70.0]), np.array([1]))
    phase = rhythm.beat_phase(120)
    assert phase[10] == 0.0 and phase[40] == 2.0 and phase[70] == 4.0
    assert phase[25] < 1.0 < phase[26]
    assert (np.diff(phase) > 0).all()
    assert phase[0] == pytest.approx(-10 / 15)
    assert phase[119] == pytest.approx(4 + 49 / 15)


def test_bar_phase_counts_from_the_downbeats():
    beats = np.arange(12) * 15.0
    rhythm = Rhythm(120.0, beats, np.array([2, 6, 10]))
    phase = rhythm.bar_phase(200)
    assert phase[30] == 0.0 and phase[90] == 0.0 and phase[150] == 0.0
    assert phase[0] == pytest.approx(2.0) and phase[45] == pytest.approx(1.0)
    assert ((phase >= 0) & (phase < 4)).all()


@pytest.mark.parametrize("count", [0, 1])
def test_phases_of_a_rhythm_with_hardly_any_beats(count):
    rhythm = Rhythm(120.0, np.full(count, 5.0), np.zeros(0, dtype=int))
    phase = rhythm.beat_phase(40)
    np.testing.assert_allclose(np.diff(phase), 1 / 15)
    assert rhythm.bar_phase(40).shape == (40,)


def test_calm_rhythm_covers_its_frames():
    for frames in (0, 1, 30, 301):
        rhythm = calm_rhythm(frames)
        assert len(rhythm.beats) >= 1 and frames - rhythm.beats[-1] <= 18.0


def test_loudness_is_between_zero_and_one_and_follows_the_level(make_song):
    noise = np.random.default_rng(0).standard_normal(12 * SAMPLE_RATE)
    level = np.repeat([0.0, 0.003, 0.03, 0.3], 3 * SAMPLE_RATE)
    song = make_song(noise * level)
    curve = loudness_curve(song)
    assert curve.shape == (360,) and curve.dtype == np.float32
    assert curve.min() >= 0.0 and curve.max() <= 1.0
    parts = [curve[i * 90 + 20 : i * 90 + 70].mean() for i in range(4)]
    assert parts[0] == 0.0 and parts[1] < 0.2 < parts[2] < 0.8 < parts[3]


def test_an_even_song_has_an_even_middle_loudness(make_song):
    noise = 0.1 * np.random.default_rng(0).standard_normal(6 * SAMPLE_RATE)
    curve = loudness_curve(make_song(noise))
    assert np.abs(curve[20:-20] - 0.5).max() < 0.25


def test_loudness_does_not_depend_on_the_volume(styled, make_song):
    song, _, _ = styled("pop", 20.0, None, 200)
    quiet = make_song(0.25 * song.samples)
    np.testing.assert_allclose(loudness_curve(quiet)[30:], loudness_curve(song)[30:], atol=0.05)


def test_loudness_of_silence_is_zero(make_song):
    assert not loudness_curve(make_song(np.zeros(3 * SAMPLE_RATE))).any()


GRID = Rhythm(120.0, np.arange(10) * 15.0 + 3.0, np.array([1, 5, 9]))


def test_a_nudge_by_nothing_is_the_rhythm_itself():
    assert GRID.nudged() is GRID and GRID.nudged(1.0, 0) is GRID


@pytest.mark.parametrize(
    ("factor", "later", "beats", "downbeats"),
    [
        (1.0, 2, GRID.beats, [3, 7]),
        (1.0, 3, GRID.beats, [0, 4, 8]),
        (0.5, 0, GRID.beats[1::2], [0, 4]),
        (0.5, 5, GRID.beats[1::2], [1]),
        (2.0, 0, np.arange(19) * 7.5 + 3.0, [2, 6, 10, 14, 18]),
        (2.0, 1, np.arange(19) * 7.5 + 3.0, [3, 7, 11, 15]),
    ],
)
def test_nudged_beats_and_downbeats(factor, later, beats, downbeats):
    new = GRID.nudged(factor, later)
    np.testing.assert_array_equal(new.beats, beats)
    np.testing.assert_array_equal(new.downbeats, downbeats)
    assert new.tempo == 120.0 * factor and new.confidence == GRID.confidence
    phase = new.bar_phase(150)[int(new.beats[new.downbeats[0]])]  # up to a frame before the ONE
    assert (phase + 2) % 4 - 2 == pytest.approx(0.0, abs=factor / 15)


def test_whole_bars_later_change_nothing_and_half_of_double_is_the_song_again():
    np.testing.assert_array_equal(GRID.nudged(1.0, 4).downbeats, GRID.downbeats)
    back = GRID.nudged(2.0).nudged(0.5)
    np.testing.assert_array_equal(back.beats, GRID.beats)
    assert back.tempo == GRID.tempo


@pytest.mark.parametrize("factor", [0.0, 1.5, 4.0, float("nan")])
def test_other_tempo_factors_are_refused(factor):
    with pytest.raises(EightcountError, match="0.5, 1 or 2"):
        GRID.nudged(factor)


@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_hardly_any_beats_can_be_nudged(count, factor):
    rhythm = Rhythm(120.0, np.full(count, 5.0), np.zeros(0, dtype=int))
    new = rhythm.nudged(factor, 3)
    assert len(new.beats) == count and new.bar_phase(40).shape == (40,)
