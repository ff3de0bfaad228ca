"""The swap gap: does a dance fit its own song better than other songs?

A beat score alone is no evidence: a dance with many motion beats lies near the beats of any song.
The gap compares the score on the take's own song with the mean over all other songs; a permutation
test says how often songs dealt out at random would do as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eightcount.metrics.beats import alignment

PERMUTATIONS = 2000


@dataclass(frozen=True)
class BeatRecord:
    """What the swap needs of one take.

    Attributes:
        song: name of its song; takes of one song share it.
        motion_beats: (M,) frames.
        music_beats: (B,) frames.
        frames: length of the take.
    """

    song: str
    motion_beats: np.ndarray
    music_beats: np.ndarray
    frames: int


@dataclass(frozen=True)
class SwapGap:
    """Result of the swap control.

    Attributes:
        own: mean score on the takes' own songs.
        others: mean score on the other songs.
        gap: own - others; above 0 when the dances follow their songs.
        gaps: (N,) gap of each take.
        p_value: chance of an own score as high with the songs dealt out at random, > 0; NaN where
            the takes cannot be dealt out (one song only).
        songs: how many songs there are.
    """

    own: float
    others: float
    gap: float
    gaps: np.ndarray
    p_value: float
    songs: int


def swap_scores(records: list[BeatRecord], music_to_motion: bool) -> np.ndarray:
    """Score of every take (row) against the beats of every take's song (column), (N, N).

    Both are cut to the shorter of the two takes, so that a short song is not blamed for its end.
    """
    n = len(records)
    scores = np.empty((n, n))
    for i, take in enumerate(records):
        for j, other in enumerate(records):
            last = min(take.frames, other.frames)
            music = other.music_beats[other.music_beats < last]
            motion = take.motion_beats[take.motion_beats < last]
            pair = (music, motion) if music_to_motion else (motion, music)
            scores[i, j] = alignment(*pair)
    return scores


def swap_gap(
    records: list[BeatRecord],
    music_to_motion: bool = True,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> SwapGap:
    """Score on the own song minus the mean over other songs, and a one-sided permutation p-value.

    The statistic of the test is the mean score over all takes; a permutation deals the songs of all
    takes out anew. ``p = (1 + #(dealt >= own)) / (1 + permutations)``.

    Args:
        records: one a take.
        music_to_motion: which of the two beat scores.
    """
    scores = swap_scores(records, music_to_motion)
    songs = np.array([r.song for r in records])
    foreign = songs[:, None] != songs[None, :]
    own = np.diagonal(scores)
    if not foreign.any():
        nan = float("nan")
        return SwapGap(float(own.mean()), nan, nan, np.full(len(own), nan), nan, len(set(songs)))
    others = np.array([row[mask].mean() for row, mask in zip(scores, foreign, strict=True)])
    rng = np.random.default_rng(seed)
    rows = np.arange(len(records))
    dealt = np.array([scores[rows, rng.permutation(rows)].mean() for _ in range(permutations)])
    # a hair of tolerance: equal deals must count as equal whatever the order of summation
    p = (1 + int((dealt >= own.mean() - 1e-12).sum())) / (1 + permutations)
    return SwapGap(
        own=float(own.mean()),
        others=float(others.mean()),
        gap=float((own - others).mean()),
        gaps=own - others,
        p_value=float(p),
        songs=len(set(songs)),
    )
