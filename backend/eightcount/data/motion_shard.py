"""The tokenizer's training data from mocap: every clip at several tempi, mirrored and not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eightcount.data.corpus import Clip
from eightcount.data.shards import ShardWriter
from eightcount.motion.motion import Motion
from eightcount.motion.resample import sample_at
from eightcount.motion.skeleton import FPS
from eightcount.motion.streams import to_streams

#: tempo augmentation: playback speeds (a time-warp onto a song's beats stays within +-12 %)
SPEEDS = (0.84, 0.92, 1.0, 1.08, 1.17)
#: shorter clips than this are of no use (frames at 30 fps)
MIN_FRAMES = 32


def at_speed(motion: Motion, speed: float, offset: float = 0.0) -> Motion:
    """The motion played ``speed`` times as fast, at 30 fps, beginning ``offset`` source frames in."""
    stride = motion.fps / FPS * speed
    return sample_at(motion, np.arange(offset, len(motion) - 1, stride), FPS)


def add_clip(
    writer: ShardWriter,
    clip: Clip,
    *,
    speeds: Iterable[float] = SPEEDS,
    mirror: bool = True,
    info: dict | None = None,
) -> int:
    """Add a clip's streams; a held-out clip only as it is. Returns how many sequences came of it.

    Args:
        writer: the shard.
        clip: at its own frame rate.
        speeds: playback speeds of a training clip.
        mirror: add its mirror images as well.
        info: kept with every sequence, JSON-able.
    """
    added = 0
    for speed in (1.0,) if clip.held_out else speeds:
        motion = at_speed(clip.motion, speed)
        if len(motion) < MIN_FRAMES:
            continue
        for mirrored in (False,) if clip.held_out or not mirror else (False, True):
            lower, upper = to_streams(motion.mirrored() if mirrored else motion)
            writer.add(
                {"lower": lower, "upper": upper},
                name=clip.name,
                genre=clip.genre,
                held_out=clip.held_out,
                info={
                    "speed": speed,
                    "mirrored": mirrored,
                    "subject": clip.subject,
                    **(info or {}),
                },
            )
            added += 1
    return added
