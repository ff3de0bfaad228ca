import numpy as np
import pytest

from eightcount.metrics.controls import BY_KEY, control_motions, swapped
from eightcount.metrics.estimates import ClipSet, estimate_set
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.metrics.scores import score_clip
from eightcount.metrics.takes import Clip
from eightcount.metrics.verdicts import judge_controls

LODGE = PROTOCOLS["lodge"]


@pytest.fixture(scope="module")
def sets(figures):
    """Twelve dances, each under its own song, and their controls."""
    clips = []
    for k in range(12):
        motion = figures.dancing(150, seed=k, size=0.15 + 0.02 * k)
        clips.append(Clip(f"{k}", motion, np.arange(2.0 + k, 150, 10 + k), f"s{k}"))
    real = [score_clip(c, LODGE) for c in clips]
    made = {"copied": list(real), "swapped": swapped(real)}
    for k, clip in enumerate(clips):
        for key, motion in control_motions(clip.motion, k).items():
            made.setdefault(key, []).append(score_clip(clip, LODGE, motion))
    sets = {"real": ClipSet("real", "Real", real)}
    sets |= {key: ClipSet(key, BY_KEY[key].title, scores) for key, scores in made.items()}
    for chosen in sets.values():
        estimate_set(chosen, sets["real"], None, is_reference=chosen.key == "real")
    return sets


@pytest.fixture(scope="module")
def verdicts(sets):
    controls = {k: s for k, s in sets.items() if k != "real"}
    return {(v.metric, v.control): v for v in judge_controls(sets["real"], controls, BY_KEY)}


def test_frozen_dances_are_found_out(verdicts):
    assert verdicts["freeze_rate", "frozen"].separates
    assert verdicts["jitter", "frozen"].separates
    assert verdicts["fid_k", "frozen"].separates and not verdicts["fid_k", "frozen"].prefers


def test_but_pfc_and_foot_skate_like_them_better_than_dances(verdicts):
    assert verdicts["pfc", "frozen"].prefers
    assert verdicts["foot_skate", "frozen"].prefers


def test_noise_shows_in_the_jitter_and_not_in_the_freeze_rate(verdicts):
    assert verdicts["jitter", "jittered"].separates
    assert not verdicts["freeze_rate", "jittered"].separates


def test_dances_to_no_music_do_not_tell_songs_apart(verdicts):
    # these dances know nothing of their songs, so another song must not matter
    assert not verdicts["swap_gap_music_to_motion", "swapped"].separates
    assert ("pfc", "swapped") not in verdicts


def test_a_mirror_changes_no_plausibility(verdicts):
    for metric in ("pfc", "pbc", "jitter", "freeze_rate", "speed", "joint_limits"):
        assert not verdicts[metric, "mirrored"].separates


def test_copies_are_found_by_their_nearest_neighbour_alone(sets, verdicts):
    assert verdicts["nearest_reference", "copied"].separates
    assert not verdicts["div_k", "copied"].separates
    assert sets["copied"].estimates["fid_k"].value == pytest.approx(0, abs=1e-6)
    assert sets["copied"].estimates["nearest_reference"].value == 0
    assert sets["real"].estimates["nearest_reference"].value > 0


def test_the_reference_has_no_fid_against_itself(sets):
    assert "fid_k" not in sets["real"].estimates and "div_k" in sets["real"].estimates


def test_three_clips_are_too_few_for_a_verdict(sets):
    few = ClipSet("real", "Real", sets["real"].clips[:3])
    frozen = ClipSet("frozen", "Frozen", sets["frozen"].clips[:3])
    for chosen in (few, frozen):
        estimate_set(chosen, few, None, is_reference=chosen is few)
    assert judge_controls(few, {"frozen": frozen}, BY_KEY) == []


def test_one_clip_has_means_but_no_intervals(sets):
    one = ClipSet("takes", "Takes", sets["real"].clips[:1])
    estimate_set(one, sets["real"], None)
    assert "fid_k" not in one.estimates
    found = one.estimates["jitter"]
    assert found.n == 1 and np.isfinite(found.value) and np.isnan(found.low)
