from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from eightcount.motion.errors import EightcountError
from eightcount.music.synth import compose, main, synthesise
from eightcount.music.synth_drums import DRUMS, RATE, Kit, drum_take
from eightcount.music.synth_harmony import Chord, fitting_pitch, parse_bar, voicing
from eightcount.music.synth_styles import STYLES
from eightcount.music.synth_tones import TONES

STYLE_NAMES = sorted(STYLES)


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_song_is_stereo_within_scale_without_offset_and_without_clicks(style):
    song = synthesise(style, 8.0, None, 5)
    assert song.samples.shape == (8 * RATE, 2) and song.samples.dtype == np.float32
    assert song.sample_rate == RATE
    assert 0.8 < np.abs(song.samples).max() < 0.9
    assert -20 < 10 * np.log10((song.samples**2).mean()) < -12
    assert np.abs(song.samples.mean(axis=0)).max() < 1e-3
    assert np.abs(song.samples[:32]).max() < 1e-3 and np.abs(song.samples[-32:]).max() < 1e-3
    left, right = song.samples.T
    assert 0.3 < np.corrcoef(left, right)[0, 1] < 0.999
    assert (np.abs(song.samples) > 0.8).mean() < 0.002  # peaks, not a brick


@pytest.mark.parametrize("style", STYLE_NAMES)
@pytest.mark.parametrize("bpm", [60.0, 111.0, 180.0])
def test_the_grid_is_exact(style, bpm):
    score = compose(style, 12.0, bpm, 1)
    np.testing.assert_allclose(np.diff(score.beats), 60 / bpm)
    np.testing.assert_allclose(score.downbeats, score.beats[::4])
    assert 0.05 < score.beats[0] < 0.5 and score.beats[-1] < 12.0
    assert 12.0 - score.beats[-1] <= 60 / bpm + 1e-9
    bars = [bar for p in score.passages for bar in range(p.first_bar, p.first_bar + p.bars)]
    assert bars == list(range(len(score.downbeats)))


def test_drums_fall_where_the_score_says():
    song = synthesise("house", 8.0, 120.0, 3)
    low = np.abs(np.diff(np.convolve(song.samples.mean(axis=1) ** 2, np.ones(441) / 441, "same")))
    for beat in song.beats[:-1]:
        before = low[int((beat - 0.08) * RATE) : int((beat - 0.02) * RATE)].max()
        after = low[int((beat - 0.01) * RATE) : int((beat + 0.03) * RATE)].max()
        assert after > before


def test_same_seed_same_song_other_seed_other_song():
    one, again = synthesise("funk", 6.0, 104.0, 1), synthesise("funk", 6.0, 104.0, 1)
    np.testing.assert_array_equal(one.samples, again.samples)
    other = synthesise("funk", 6.0, 104.0, 2)
    assert np.abs(np.corrcoef(one.samples[:, 0], other.samples[:, 0])[0, 1]) < 0.5


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_seeds_change_what_is_played(style):
    grooves = set()
    for seed in range(8):
        score = compose(style, 10.0, None, seed)
        assert STYLES[style].bpm[0] <= score.bpm <= STYLES[style].bpm[1]
        grooves.add(
            tuple((note.voice, round(note.pitch)) for note in score.notes if note.start < 8)[:120]
        )
    assert len(grooves) >= 6


def test_long_songs_have_a_form():
    score = compose("pop", 120.0, 120.0, 1)
    kinds = [passage.kind for passage in score.passages]
    assert kinds[0] == "intro" and {"verse", "chorus", "break"} <= set(kinds)
    loudest = max(score.passages, key=lambda passage: passage.energy)
    assert loudest.kind == "chorus"


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_every_line_of_a_style_can_be_played(style):
    made = STYLES[style]
    for groove in made.grooves:
        for lane, line in groove.items():
            assert lane in DRUMS and len(line) in (16, 32)
            assert set(line) <= set(".123456789")
    for line in (*made.bass_lines, *made.chord_lines, *made.lead_lines):
        assert len(line) == 16
    assert set("".join(made.bass_lines)) <= set("rfotan-.")
    assert set("".join(made.chord_lines)) <= set("x12345-.")
    for tone in (*made.bass, *made.chords, *made.lead):
        assert tone in TONES
    for progression in made.progressions:
        for bar in progression.split():
            assert 1 <= len(parse_bar(bar)) <= 2


@pytest.mark.parametrize("name", sorted(DRUMS))
def test_drums_end_in_silence(name):
    sound = drum_take(name, Kit(), np.random.default_rng(0))
    assert np.isfinite(sound).all() and 0.05 < np.abs(sound).max() < 3.0
    assert np.abs(sound[-20:]).max() < 1e-3


@pytest.mark.parametrize("name", sorted(TONES))
@pytest.mark.parametrize("pitch", [55.0, 440.0, 1500.0])
def test_tones_are_in_tune_and_begin_and_end_in_silence(name, pitch):
    sound = TONES[name](pitch, 0.7)
    assert np.isfinite(sound).all() and 0.1 < np.abs(sound).max() < 3.0
    assert abs(sound[0]) < 0.02 and np.abs(sound[-20:]).max() < 1e-3
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 17))
    peak = float(np.argmax(spectrum)) * RATE / (1 << 17)
    ratio = peak / pitch
    assert min(abs(ratio / whole - 1) for whole in (0.5, 1, 1.5, 2, 3, 4, 5, 6)) < 0.02


def test_chords_are_read_and_voiced():
    assert parse_bar("bVImaj7") == (Chord(8, (0, 4, 7, 11)),)
    assert parse_bar("ii7+V7") == (Chord(2, (0, 3, 7, 10)), Chord(7, (0, 4, 7, 10)))
    notes = voicing(Chord(5, (0, 4, 7)), 0, 62.0)
    assert {note % 12 for note in notes} == {5, 9, 0}
    assert abs(np.mean(notes) - 62.0) <= 6
    with pytest.raises(ValueError, match="roman"):
        parse_bar("H7")


def test_melody_notes_do_not_rub_against_the_chord():
    c_major = Chord(0, (0, 4, 7))
    assert fitting_pitch(65, False, c_major, 0) == 64  # F rubs against E
    assert fitting_pitch(62, False, c_major, 0) == 62  # D may pass
    assert fitting_pitch(62, True, c_major, 0) in (60, 64)  # but not stand on a beat


@pytest.mark.parametrize(
    "request_, code",
    [
        (("polka", 10.0, 100.0), "style-unknown"),
        (("pop", 0.0, 100.0), "synth-bad-request"),
        (("pop", 10.0, 20.0), "synth-bad-request"),
        (("pop", float("nan"), 100.0), "synth-bad-request"),
    ],
)
def test_requests_that_cannot_be_met(request_, code):
    with pytest.raises(EightcountError) as caught:
        synthesise(*request_)
    assert caught.value.code == code


def test_command_writes_song_and_truth(tmp_path, capsys):
    out = tmp_path / "songs" / "groove-96"
    assert main(["--style=hiphop", "--bpm=96", "--seconds=5", "--seed=4", f"--out={out}"]) == 0
    truth = json.loads(out.with_name("groove-96.json").read_text(encoding="utf-8"))
    assert (truth["style"], truth["bpm"], truth["seed"]) == ("hiphop", 96.0, 4)
    np.testing.assert_allclose(truth["beats"], compose("hiphop", 5.0, 96.0, 4).beats, atol=1e-4)
    info = soundfile.info(str(out.with_name("groove-96.ogg")))
    assert info.channels == 2 and info.duration == pytest.approx(5.0, abs=0.01)
    assert "groove-96.ogg" in capsys.readouterr().out


def test_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["--style=polka", f"--out={tmp_path / 'x'}"]) == 1
    assert "no style 'polka'" in capsys.readouterr().err
