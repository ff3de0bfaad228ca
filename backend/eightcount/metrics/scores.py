"""All scores of one clip: what stays in memory when the clip itself is gone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eightcount.metrics.beats import (
    alignment,
    joint_speed,
    motion_beats_smoothed,
    motion_beats_sparse,
)
from eightcount.metrics.diversity import sample_poses
from eightcount.metrics.foot_skate import foot_skate, foot_skate_lodge
from eightcount.metrics.freezing import (
    Pauses,
    find_pauses,
    freeze_rate,
    length_regularity,
    pff,
    rhythmic_score,
)
from eightcount.metrics.inputs import check_beats, check_joints
from eightcount.metrics.jitter import jitter
from eightcount.metrics.joint_limits import joint_limits
from eightcount.metrics.kinetic import kinetic_features, kinetic_features_corrected
from eightcount.metrics.manual import manual_features
from eightcount.metrics.penetration import penetration
from eightcount.metrics.physical import pbc, pfc
from eightcount.metrics.protocols import Features, Protocol, protocol_features
from eightcount.metrics.repetition import most_repeated
from eightcount.metrics.style import style_features
from eightcount.metrics.swap import BeatRecord
from eightcount.metrics.takes import Clip
from eightcount.motion.motion import Motion


@dataclass(frozen=True)
class ClipScores:
    """What the evaluation keeps of one clip: kilobytes, where the clip itself has megabytes.

    Attributes:
        name, song, genre, seed: of the clip.
        frames, fps: its length and rate.
        features: kinetic and manual features under the protocol.
        metrics: value of each of ``catalogue.CLIP_METRICS``; NaN where it has no meaning.
        smoothed_beats, sparse_beats: motion beats of the two forms, frames.
        music_beats: frames, or None.
        pauses: the pauses behind PFF, RS and LR.
        style: (W, F) features of its windows for the genre classifier.
        poses: (K, 24, 3) sampled poses for the diversity over seeds; None for real clips.
        tokens: token streams by name; codes: size of their codebooks.
    """

    name: str
    song: str
    genre: str
    seed: int | None
    frames: int
    fps: float
    features: Features
    metrics: dict[str, float]
    smoothed_beats: np.ndarray
    sparse_beats: np.ndarray
    music_beats: np.ndarray | None
    pauses: Pauses
    style: np.ndarray
    poses: np.ndarray | None
    tokens: dict[str, np.ndarray]
    codes: int

    def beat_record(self, music_to_motion: bool) -> BeatRecord:
        """What the swap control needs; only for clips with beats."""
        own = self.smoothed_beats if music_to_motion else self.sparse_beats
        return BeatRecord(self.song, own, self.music_beats, self.frames)


def score_clip(
    clip: Clip, protocol: Protocol, motion: Motion | None = None, keep_poses: bool = False
) -> ClipScores:
    """Score a clip.

    Args:
        clip: what was read.
        protocol: which features are taken.
        motion: another motion in the clip's place (a control made from it).
        keep_poses: keep sampled poses too, for the diversity over seeds.
    """
    motion = motion or clip.motion
    joints = motion.joints().astype(np.float64)
    pauses = find_pauses(joints, motion.fps)
    metrics = {
        "pfc": pfc(joints),
        "pbc": pbc(joints),
        "foot_skate_lodge": foot_skate_lodge(joints),
        "foot_skate": foot_skate(joints),
        "penetration": penetration(joints),
        "jitter": jitter(joints, motion.fps),
        "joint_limits": joint_limits(motion.rotations).share,
        "freeze_rate": freeze_rate(joints, motion.fps),
        "pff": pff(pauses),
        "lr": length_regularity(pauses),
        "repeats": most_repeated(joints, motion.fps),
        "speed": float(joint_speed(joints).mean() * motion.fps),
    }
    scores = ClipScores(
        name=clip.name,
        song=clip.song,
        genre=clip.genre,
        seed=clip.seed,
        frames=len(motion),
        fps=motion.fps,
        features=protocol_features(joints, protocol),
        metrics=metrics,
        smoothed_beats=motion_beats_smoothed(joints),
        sparse_beats=motion_beats_sparse(joints),
        music_beats=None,
        pauses=pauses,
        style=style_features(joints, motion.fps).astype(np.float32),
        poses=sample_poses(joints, motion.fps) if keep_poses else None,
        tokens=clip.tokens,
        codes=clip.codes,
    )
    return with_beats(scores, clip.beats, clip.song)


def with_beats(scores: ClipScores, beats: np.ndarray | None, song: str) -> ClipScores:
    """The same dance under other music: only the beat scores change.

    Args:
        beats: (B,) music beats in frames; those beyond the clip are left out. None: no beats.
    """
    if beats is not None:
        beats = beats[beats < scores.frames]
    if beats is None or len(beats) == 0:
        values = dict.fromkeys(("bas_music_to_motion", "bas_motion_to_music", "rs"), float("nan"))
        beats = None
    else:
        values = {
            "bas_music_to_motion": alignment(beats, scores.smoothed_beats),
            "bas_motion_to_music": alignment(scores.sparse_beats, beats),
            "rs": rhythmic_score(scores.pauses, beats),
        }
    return replace(scores, music_beats=beats, song=song, metrics=scores.metrics | values)


def single_take(
    joints: np.ndarray, fps: float, beats: np.ndarray | None, name: str, beats_name: str = "beats"
) -> dict[str, list[float] | float | None]:
    """What ``eightcount metrics`` prints for one array of joints.

    Kinetic and manual features are taken on the joints as given: no origin is removed, no frames
    are cut, nothing is scaled (the protocols of FID do that, see ``protocols.py``).

    Args:
        joints: (T, 24, 3) metres, y up.
        fps: frames a second.
        beats: (B,) frames, or None; then the beat scores are None.
        name, beats_name: what errors call the arrays.

    Returns:
        plain numbers and lists by name; None where a metric has no meaning (no beats, no contact,
        no pause).
    """
    joints = check_joints(joints, name)
    if beats is not None:
        beats = check_beats(beats, beats_name)
    pauses = find_pauses(joints, fps)
    smoothed, sparse = motion_beats_smoothed(joints), motion_beats_sparse(joints)
    values = {
        "kinetic": kinetic_features(joints).tolist(),
        "kinetic_corrected": kinetic_features_corrected(joints).tolist(),
        "manual": manual_features(joints).tolist(),
        "bas_music_to_motion": None if beats is None else alignment(beats, smoothed),
        "bas_motion_to_music": None if beats is None else alignment(sparse, beats),
        "pfc": pfc(joints),
        "pbc": pbc(joints),
        "foot_skate_lodge": foot_skate_lodge(joints),
        "foot_skate": foot_skate(joints),
        "jitter": jitter(joints, fps),
        "freeze_rate": freeze_rate(joints, fps),
        "pff": pff(pauses),
        "rs": None if beats is None else rhythmic_score(pauses, beats),
        "lr": length_regularity(pauses),
    }
    return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in values.items()}
