"""A song is heard once; what is prepared from it is the same as from its sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from eightcount import listening
from eightcount.listening import hear, listen
from eightcount.models import debug_model
from eightcount.music.features import song_features
from eightcount.music.song import SAMPLE_RATE, Song
from eightcount.music.synth import synthesise
from eightcount.styles import StyledPart


@pytest.fixture(scope="module")
def model():
    return debug_model()


@pytest.fixture(scope="module")
def song() -> Song:
    import soxr

    sound = synthesise("house", 9.0, 124, 5)
    mono = soxr.resample(sound.samples.mean(axis=1), sound.sample_rate, SAMPLE_RATE)
    return Song(mono.astype(np.float32), SAMPLE_RATE, "test", "0" * 64)


@pytest.fixture(scope="module")
def heard(song):
    return hear(song)


STRETCHES = [
    {},
    {"start": 2.3, "seconds": 4.1},
    {"start": 7.0, "stretch": 40},
    {"energy": 0.3, "seconds": 2.0},
]


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize(("factor", "later"), [(1.0, 0), (0.5, 1), (2.0, 3)])
def test_a_heard_song_gives_what_its_sound_gives(song, heard, model, stretch, factor, later):
    rhythm = heard.rhythm.nudged(factor, later)
    a = listen(song, model, genre="pop", rhythm=rhythm, **stretch)
    b = listen(heard, model, genre="pop", rhythm=rhythm, **stretch)
    assert (a.first, a.frames) == (b.first, b.frames)
    assert all(torch.equal(x, y) for x, y in zip(a.condition, b.condition, strict=True))
    np.testing.assert_array_equal(a.genres, b.genres)


def test_a_heard_song_is_not_analysed_again(heard, model, monkeypatch):
    def never(*_args, **_kwargs):
        raise AssertionError("the sound was analysed again")

    for name in ("spectra", "find_rhythm", "song_features", "loudness_curve"):
        monkeypatch.setattr(listening, name, never)
    for stretch in STRETCHES:
        listen(heard, model, genre=None, rhythm=heard.rhythm.nudged(2.0, 1), **stretch)


def test_counting_otherwise_moves_the_beats_among_the_features_and_nothing_else(song, heard):
    rhythm = heard.rhythm.nudged(2.0)
    again = heard.counted(rhythm)
    np.testing.assert_array_equal(again.features, song_features(song, rhythm))
    assert again.features[:, 34].sum() > 1.8 * heard.features[:, 34].sum()
    assert heard.counted(heard.rhythm) is heard
    np.testing.assert_array_equal(heard.features, song_features(song, heard.rhythm))


def test_what_is_kept_of_a_song_is_small(song, heard):
    kept = heard.features.nbytes + heard.loudness.nbytes + heard.rhythm.beats.nbytes
    assert kept < song.samples.nbytes / 10


def test_the_rhythm_of_the_condition_follows_the_count(heard, model):
    plain = listen(heard, model, genre=None)
    later = listen(heard, model, genre=None, rhythm=heard.rhythm.nudged(1.0, 2))
    bar = plain.condition.rhythm[0, :, 2::4], later.condition.rhythm[0, :, 2::4]
    torch.testing.assert_close(bar[0], -bar[1], atol=1e-4, rtol=0)  # half a bar apart
    torch.testing.assert_close(
        plain.condition.rhythm[0, :, 0::4], later.condition.rhythm[0, :, 0::4]
    )


def test_windows_are_danced_in_the_genre_of_the_token_asked_for(heard, model):
    parts = (StyledPart(2.0, 4.0, "pop"), StyledPart(4.0, 6.0, "modern", 0.9))
    found = listen(heard, model, genre="salsa", energy=0.2).styled(parts, model)
    assert [int(found.window(0, 64, at).genre) for at in (0, 14, 15, 29, 30, 45)] == [
        0, 0, 2, 2, 1, 0,
    ]  # fmt: skip
    assert [found.border(at) for at in (0, 15, 30, 45)] == [15, 30, 45, len(found.genres)]
    energy = found.condition.energy[0]
    assert (energy[30:45] == np.float32(0.9)).all() and (energy[:30] == np.float32(0.2)).all()


def test_each_part_is_told_its_energy_in_the_terms_of_its_own_genre(heard, model):
    sluggish = replace(model, reply={"pop": (1.0, -0.5)})
    parts = (StyledPart(2.0, 4.0, "pop"),)
    asked = listen(heard, sluggish, genre="salsa", energy=0.5).styled(parts, sluggish)
    told = asked.told(sluggish).condition.energy[0]
    assert (asked.condition.energy[0] == 0.5).all()
    np.testing.assert_allclose(told[:15], 0.5, atol=1e-5)
    assert (told[15:30] > 0.65).all()


def test_what_is_given_of_a_dance_tells_how_lively_it_is(heard, model):
    plain = listen(heard, model, genre="salsa", energy=0.3)
    length = len(plain.genres)
    calm = np.zeros(length * 4)
    told = plain.after(calm, model, slice(10, 20)).condition.energy[0]
    assert (told[10:20] == np.float32(0.3)).all(), "what is to be chosen keeps what was asked for"
    assert (told[:10] == 0).all() and (told[20:] == 0).all()
    lively = plain.after(np.full(length * 4, 1e3), model, slice(10, 20)).condition.energy[0]
    assert (lively[:10] == 1).all()
    unknown = listen(heard, model, genre=None).after(calm, model, slice(0, 5)).condition.energy[0]
    assert torch.isnan(unknown[5:]).all() and torch.isfinite(unknown[:5]).all()


def test_seeds_follow_the_song_each_in_its_own_way(heard, model):
    one, same, other = (
        listen(heard, model, genre="salsa", seed=s).condition.energy for s in (1, 1, 2)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_spots_of_the_stage_change_with_the_song_s_eights(heard, model):
    wide = replace(model, stage={"pop": (0.3, 20.0)})
    stretch = listen(heard, wide, genre="pop", start=1.0, seconds=7.0)
    plan = stretch.stage_plan(wide, 4)
    assert len(plan.fronts) == 4 * len(stretch.genres)
    beats, first = heard.rhythm.beats - stretch.first, int(heard.rhythm.downbeats[0])
    begins = beats[first::8]
    begin = begins[(begins > 0) & (begins < stretch.frames - 20)][0]
    other = listen(heard, wide, genre=None, start=1.0, seconds=7.0).stage_plan(wide, 4)
    assert not other.places.any(), "no genre, no plan"
    moving = np.flatnonzero(np.diff(plan.fronts[int(begin) - 10 : int(begin) + 12])) - 10
    assert moving.min() in (-1, 0, 1), "she goes on the one, not before"


def test_one_seed_goes_another_way_in_another_genre(heard, model):
    wide = replace(model, stage={"pop": (0.3, 20.0), "salsa": (0.3, 20.0)})
    plans = [listen(heard, wide, genre=g).stage_plan(wide, 4) for g in ("pop", "salsa")]
    assert np.abs(plans[0].places - plans[1].places).max() > 0.05
