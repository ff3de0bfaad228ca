import numpy as np
import pytest

from eightcount.metrics.beats import bas_motion_to_music, bas_music_to_motion
from eightcount.metrics.catalogue import BY_KEY, CLIP_METRICS, MUSIC_METRICS
from eightcount.metrics.physical import pfc
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.metrics.scores import score_clip, single_take, with_beats
from eightcount.metrics.takes import Clip

KEYS = {
    "kinetic", "kinetic_corrected", "manual", "bas_music_to_motion", "bas_motion_to_music", "pfc",
    "pbc", "foot_skate_lodge", "foot_skate", "jitter", "freeze_rate", "pff", "rs", "lr",
}  # fmt: skip


def test_a_single_take_has_exactly_the_promised_keys(figures):
    beats = np.arange(5.0, 90, 15)
    values = single_take(figures.wandering(90), 30, beats, "a")
    assert set(values) == KEYS
    assert [len(values[k]) for k in ("kinetic", "kinetic_corrected", "manual")] == [72, 72, 32]
    assert all(v is not None for v in values.values())


def test_without_beats_the_beat_scores_are_none(figures):
    values = single_take(figures.wandering(90), 30, None, "a")
    nothing = {k for k, v in values.items() if v is None}
    assert nothing == {"bas_music_to_motion", "bas_motion_to_music", "rs"}


def test_what_has_no_meaning_is_none_and_never_nan(figures):
    values = single_take(figures.standing(60).joints(), 30, np.array([10.0]), "a")
    assert values["lr"] is None and values["rs"] == 0 and values["freeze_rate"] == 1


def test_a_clip_has_every_metric_and_the_same_values(figures):
    motion = figures.dancing(120)
    beats = np.arange(5.0, 120, 15)
    scores = score_clip(Clip("a", motion, beats, "s", "pop", 1), PROTOCOLS["lodge"])
    assert set(scores.metrics) == {m.key for m in CLIP_METRICS}
    joints = motion.joints()
    assert scores.metrics["bas_music_to_motion"] == bas_music_to_motion(joints, beats)
    assert scores.metrics["bas_motion_to_music"] == bas_motion_to_music(joints, beats)
    assert scores.metrics["pfc"] == pytest.approx(pfc(joints))
    assert scores.poses is None


def test_other_music_changes_only_the_beat_scores(figures):
    clip = Clip("a", figures.dancing(120), np.arange(5.0, 120, 15), "s")
    scores = score_clip(clip, PROTOCOLS["lodge"])
    other = with_beats(scores, np.arange(2.0, 120, 11), "t")
    changed = {k for k in scores.metrics if scores.metrics[k] != other.metrics[k]}
    assert changed and changed <= MUSIC_METRICS
    assert other.song == "t" and scores.song == "s"


def test_the_catalogue_is_whole():
    for metric in BY_KEY.values():
        assert metric.better in ("lower", "higher", "real") and metric.title and metric.note
    assert set(BY_KEY) >= MUSIC_METRICS
