"""Controls: motions of known worth, made from real clips, that every metric is tried on.

Frozen, jittered and swapped clips are bad on purpose: a metric that does not tell them from real
ones is no evidence. Mirrored clips, copies and another half of the reference are as good as real: a
metric that tells those apart measures something else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from eightcount.metrics.scores import ClipScores, with_beats
from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion

#: white noise of the jittered control: turn of every joint, degrees, and place of the root, metres.
JITTER_DEGREES, JITTER_METRES = 2.0, 0.005


@dataclass(frozen=True)
class Control:
    """One control.

    Attributes:
        key: its name in scores.json.
        title: its name in tables.
        worse: True if a sound metric should find it worse than real clips, or at least different.
        note: how it is made.
        music_only: only scores that use the music can change.
    """

    key: str
    title: str
    worse: bool
    note: str
    music_only: bool = False


CONTROLS: tuple[Control, ...] = (
    Control("split", "Half vs half", False,
            "a random half of the reference against the other half"),
    Control("copied", "Copies", False, "the reference clips themselves, handed in as takes"),
    Control("mirrored", "Mirrored", False, "real clips with left and right exchanged"),
    Control("frozen", "Frozen", True, "the middle pose of each real clip, held"),
    Control("jittered", "Jittered", True,
            f"real clips with white noise: {JITTER_DEGREES:g}° on every joint, "
            f"{1000 * JITTER_METRES:g} mm on the root"),
    Control("swapped", "Other song", True, "real clips under the beats of another song", True),
)  # fmt: skip
BY_KEY: dict[str, Control] = {c.key: c for c in CONTROLS}


def frozen(motion: Motion) -> Motion:
    """The middle frame, held for the whole length."""
    at = np.full(len(motion), len(motion) // 2)
    return replace(
        motion,
        rotations=motion.rotations[at],
        translation=motion.translation[at],
        contacts=motion.contacts[at],
    )


def jittered(motion: Motion, seed: int) -> Motion:
    """White noise on every joint's rotation and on the root's place, frame by frame."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, np.radians(JITTER_DEGREES), (*motion.rotations.shape[:2], 3))
    shake = rng.normal(0, JITTER_METRES, motion.translation.shape)
    return replace(
        motion,
        rotations=rot.multiply(motion.rotations, rot.from_axis_angle(noise).astype(np.float32)),
        translation=motion.translation + shake.astype(np.float32),
    )


def control_motions(motion: Motion, seed: int) -> dict[str, Motion]:
    """The controls that change the motion, by key."""
    return {
        "mirrored": motion.mirrored(),
        "frozen": frozen(motion),
        "jittered": jittered(motion, seed),
    }


def _other_song(candidate: ClipScores, clip: ClipScores) -> bool:
    return candidate.music_beats is not None and candidate.song != clip.song


def swapped(clips: list[ClipScores]) -> list[ClipScores]:
    """Every clip under the beats of the next other song, in the clips' order.

    Clips without beats, or without another song, keep none: their beat scores become NaN.
    """
    result = []
    for i, clip in enumerate(clips):
        around = chain(clips[i + 1 :], clips[:i])
        other = next((c for c in around if _other_song(c, clip)), None)
        beats = other.music_beats if clip.music_beats is not None and other is not None else None
        result.append(with_beats(clip, beats, other.song if other is not None else clip.song))
    return result
