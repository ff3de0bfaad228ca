"""Energy is told slowly: its level stays, what happens within a beat or two does not show."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from eightcount.generators.energy import dance_energy, energy_reply, slow_energy, told_energy


def test_a_steady_energy_stays_as_it_is():
    np.testing.assert_allclose(slow_energy(np.full(40, 0.6)), 0.6, rtol=1e-6)


def test_a_hold_of_one_beat_does_not_show_but_a_calm_verse_does():
    energy = np.ones(1800)
    energy[300:315] = 0.0
    energy[900:] = 0.2
    told = slow_energy(energy)
    assert told[250:360].min() > 0.85
    assert told[500] > 0.99 and told[1500] < 0.21


def verse_and_chorus(seconds: int = 60) -> np.ndarray:
    """A loudness that lies in the middle, as songs do, with a louder second half."""
    frames = np.arange(seconds * 30)
    return (0.5 + 0.02 * np.sin(frames / 90) + 0.15 * (frames > len(frames) / 2)).astype(np.float32)


def test_over_many_dances_each_energy_is_told_as_often():
    told = np.concatenate([dance_energy(verse_and_chorus(), 0, seed) for seed in range(150)])
    shares = np.histogram(told, bins=5, range=(0, 1))[0] / len(told)
    np.testing.assert_allclose(shares, 0.2, atol=0.04)


def test_a_dance_is_livelier_where_the_song_is_loud():
    told = np.mean([dance_energy(verse_and_chorus(), 0, seed) for seed in range(60)], axis=0)
    assert told[1000:].mean() > told[:800].mean() + 0.2


def test_a_seed_is_a_course_of_energy():
    one, same, other = (dance_energy(verse_and_chorus(), 0, s) for s in (5, 5, 2**64 - 1))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1
    assert np.abs(np.diff(one)).max() < 0.03, "energy changes over seconds"


def test_another_genre_or_song_is_another_course():
    song = verse_and_chorus()
    plain = dance_energy(song, 0, 5)
    assert np.abs(dance_energy(song, 1, 5) - plain).max() > 0.1
    assert np.abs(dance_energy(song[:-1], 0, 5) - plain[:-1]).max() > 0.1


def test_where_nothing_sounds_the_dance_is_calm():
    loudness = verse_and_chorus()
    loudness[:900] = 0.0
    told = dance_energy(loudness, 0, 3)
    assert told[:700].max() < 0.02 and told[1100:].max() > 0.1
    assert np.isfinite(dance_energy(np.zeros(300, np.float32), -1, 0)).all()


def test_an_even_song_is_danced_in_phrases_all_the_same():
    told = dance_energy(np.full(3600, 0.5, np.float32), 0, 1)
    assert told.max() - told.min() > 0.3


def test_takes_differ_in_energy_as_dances_do():
    """Half a minute's mean energy is spread as that of dances (0.7 of their own spread)."""
    means = [
        norm.ppf(np.clip(dance_energy(verse_and_chorus(), 0, seed)[450:1350], 0.01, 0.99)).mean()
        for seed in range(150)
    ]
    assert 0.55 < np.std(means) < 0.85


def test_told_energy_turns_the_reply_round():
    asked = np.linspace(0.1, 0.9, 9)
    told = told_energy(asked, 0.8, -0.4)
    danced = norm.cdf(0.8 * norm.ppf(told) - 0.4)
    np.testing.assert_allclose(danced[told < 0.98], asked[told < 0.98], atol=1e-6)
    assert (np.diff(told) >= 0).all() and told.max() <= 1


def test_a_model_that_does_as_told_is_told_what_is_asked():
    asked = np.array([0.0, 0.3, np.nan, 1.0])
    told = told_energy(asked, 1.0, 0.0)
    np.testing.assert_allclose(told, [0.01, 0.3, np.nan, 0.99], atol=0.001)


def test_the_reply_is_found_again():
    score = np.random.default_rng(0).normal(size=4000)
    gain, shift = energy_reply(norm.cdf(score), norm.cdf(0.7 * score - 0.5))
    assert gain == pytest.approx(0.7, abs=0.03) and shift == pytest.approx(-0.5, abs=0.03)
    assert energy_reply(np.full(9, 0.5), np.full(9, 0.5))[0] > 0, "an even energy says nothing"
