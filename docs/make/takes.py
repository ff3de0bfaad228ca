"""Takes for the pictures: several seeds of each genre, and of them the phrase that shows it best.

Needs the backend only. A phrase is eight counts of the song; its moments are the five poses of it that
differ most from one another, in the order in which they are danced.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eightcount.choreographer import Request, choreograph
from eightcount.listening import hear
from eightcount.models import Model
from eightcount.motion.motion import Motion
from eightcount.music.song import decode_song

MOMENTS = 5
COUNTS = 8
#: fewest frames between two moments.
APART = 6
PELVIS, HEAD, WRISTS, ANKLES, HIPS = 0, 15, [20, 21], [7, 8], [1, 2]


@dataclass(frozen=True)
class Phrase:
    """Eight counts of a take.

    Attributes:
        genre, song, seed: what was asked for.
        motion: the whole take, 30 fps, metres, y up.
        frames: of the five moments, rising.
        score: how well the phrase shows the genre; larger is better.
    """

    genre: str
    song: str
    seed: int
    motion: Motion
    frames: tuple[int, ...]
    score: float


def best_phrase(model: Model, genre: str, song: Path, seeds: range, seconds: float) -> Phrase:
    """Dance the song with every seed; the phrase with the highest score."""
    heard = hear(decode_song(song))
    found = []
    for seed in seeds:
        request = Request(genre=genre, seed=seed, seconds=seconds)
        chunks = choreograph(heard, request, model)
        motion = Motion.concatenate([chunk.motion for chunk in chunks])
        joints = motion.joints()
        beats = np.asarray(request.counted(heard.rhythm).beats)
        beats = beats[(beats >= 0) & (beats < len(motion))].round().astype(int)
        for first in range(0, len(beats) - COUNTS, COUNTS // 2):
            span = np.arange(beats[first], beats[first + COUNTS])
            frames = moments(joints, span)
            score = _score(genre, joints[list(frames)])
            found.append(Phrase(genre, song.stem, seed, motion, frames, score))
    return max(found, key=lambda phrase: phrase.score)


def moments(joints: np.ndarray, span: np.ndarray) -> tuple[int, ...]:
    """The frames of ``span`` whose poses differ most: farthest point sampling from its first frame.

    joints: (T, 24, 3) metres. Poses are compared around the pelvis, so that a step to the side is no
    other pose.
    """
    poses = joints[span] - joints[span][:, :1] * (1.0, 0.0, 1.0)
    gap = np.linalg.norm(poses[:, None] - poses[None], axis=-1).mean(-1)
    chosen = [int(gap.mean(1).argmax())]
    while len(chosen) < MOMENTS:
        least = gap[:, chosen].min(1)
        for i in chosen:
            least[max(i - APART, 0) : i + APART + 1] = -1.0
        chosen.append(int(least.argmax()))
    return tuple(int(span[i]) for i in sorted(chosen))


def _score(genre: str, poses: np.ndarray) -> float:
    """Differing poses that face the viewer, and what the genre is known by.

    poses: (M, 24, 3) metres, y up, the viewer in +z.
    """
    around = poses - poses[:, :1] * (1.0, 0.0, 1.0)
    gap = np.linalg.norm(around[:, None] - around[None], axis=-1).mean(-1)
    across = poses[:, HIPS[0]] - poses[:, HIPS[1]]
    facing = across[:, 0] / np.linalg.norm(across[:, [0, 2]], axis=1).clip(1e-6)
    spread = gap.sum() / (len(poses) * (len(poses) - 1))
    return float(2.0 * spread + 0.4 * facing.mean() + _known_by(genre, poses))


def _known_by(genre: str, poses: np.ndarray) -> float:
    """What one looks for: floor work, arms, kicks, deep knees; metres."""
    pelvis, hands, feet = poses[:, PELVIS, 1], poses[:, WRISTS], poses[:, ANKLES]
    wide = np.abs(hands[:, 0] - hands[:, 1])[:, 0].mean()
    if genre == "break":
        low = np.clip(0.45 - hands[..., 1].min(1), 0.0, None)  # a hand on the floor
        return float((0.95 - pelvis).mean() + 4.0 * low.mean())
    if genre == "waack":
        return float((hands[..., 1] - poses[:, HEAD : HEAD + 1, 1]).max(1).mean() + 0.5 * wide)
    if genre in ("lock", "pop"):
        return 0.7 * float(wide)
    if genre == "krump":
        return float(1.5 * (0.95 - pelvis).mean() + 0.5 * wide + feet[..., 1].max())
    if genre in ("ballet-jazz", "street-jazz", "modern"):
        return float(feet[..., 1].max() + 0.4 * hands[..., 1].max())
    if genre == "house":
        return float(feet[..., 1].max(1).mean() + np.ptp(feet[..., 0]) * 0.3)
    return float(0.5 * feet[..., 1].max(1).mean())
