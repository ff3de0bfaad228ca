"""What motion loses in a tokenizer: scores on sequences that it was not trained on."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from eightcount.data.shards import Sequence, Shard
from eightcount.motion.streams import FRAMES_PER_TOKEN, TURN
from eightcount.tokenizers.motion import MotionTokenizer, joint_velocity, stream_joints
from eightcount.tokenizers.quantizer import split_parts


class _Means:
    """Means weighted by frames."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._frames: dict[str, int] = defaultdict(int)

    def add(self, key: str, value: Tensor, frames: int) -> None:
        self._sums[key] += float(value) * frames
        self._frames[key] += frames

    def get(self, key: str) -> float:
        return self._sums[key] / max(self._frames[key], 1)


@torch.no_grad()
def reconstruction_scores(
    module: MotionTokenizer, shard: Shard, sequences: list[Sequence], device: torch.device
) -> dict[str, float]:
    """What held-out sequences lose in the tokenizer, weighted by frames.

    Mocap: ``mpjpe``, ``ankles``, ``wrists`` (cm, root-aligned), ``dance`` (mpjpe of clips with a
    genre), ``turn_share`` (mean yaw-rate error over its mean, dances), ``jerk_share`` (jerk over the
    real jerk, dances). Authored moves: ``moves``, ``moves_ankles`` (cm), ``moves_turn_share``.
    ``codes_lower``, ``codes_upper``: different codes seen, in the part of the token where they are
    fewest. ``loss``: what the best weights are chosen
    by, the errors of both kinds with the mocap's turn share in it.
    """
    means = _Means()
    halves = (module.lower, module.upper)
    seen = [torch.zeros(half.config.parts, half.codes, dtype=torch.bool) for half in halves]
    for s in sequences:
        count = s.length // FRAMES_PER_TOKEN * FRAMES_PER_TOKEN
        lower, upper = (
            torch.from_numpy(np.array(shard.read(s, key, 0, count)))[None].to(device)
            for key in ("lower", "upper")
        )
        lower_out, upper_out, *ids = module(lower, upper)
        for used, half, found in zip(seen, halves, ids, strict=True):
            parts = split_parts(found.flatten().cpu(), half.codes, half.config.parts)
            used[torch.arange(half.config.parts), parts] = True
        _add_sequence(means, s, (lower, upper), (lower_out, upper_out))
    names = ("mpjpe", "ankles", "wrists", "dance", "moves", "moves_ankles")
    scores = {key: means.get(key) for key in names}
    for key in ("turn", "moves_turn", "jerk"):
        scores[f"{key}_share"] = means.get(f"{key}_out") / max(means.get(f"{key}_real"), 1e-9)
    scores["codes_lower"], scores["codes_upper"] = (int(used.sum(1).min()) for used in seen)
    scores["loss"] = scores["mpjpe"] + scores["moves"] + 2 * scores["turn_share"]
    return scores


def _add_sequence(means: _Means, s: Sequence, streams, decoded) -> None:
    lower, lower_out = streams[0], decoded[0]
    frames = lower.shape[1]
    joints, joints_out = stream_joints(*streams), stream_joints(*decoded)
    apart = (joints_out - joints_out[:, :, :1]) - (joints - joints[:, :, :1])
    error = apart.norm(dim=-1).mean((0, 1)) * 100
    authored = bool(s.info.get("authored"))
    means.add("moves" if authored else "mpjpe", error.mean(), frames)
    means.add("moves_ankles" if authored else "ankles", error[[7, 8]].mean(), frames)
    if not authored:
        means.add("wrists", error[[20, 21]].mean(), frames)
    if not s.genre:
        return
    turn = "moves_turn" if authored else "turn"
    means.add(f"{turn}_out", (lower_out - lower)[..., TURN].abs().mean(), frames)
    means.add(f"{turn}_real", lower[..., TURN].abs().mean(), frames)
    if not authored:
        means.add("dance", error.mean(), frames)
        means.add("jerk_real", _jerk(joints, lower), frames)
        means.add("jerk_out", _jerk(joints_out, lower_out), frames)


def _jerk(joints: Tensor, lower: Tensor) -> Tensor:
    """Mean third difference of the joints' way through the world, in velocity units."""
    return joint_velocity(joints, lower).diff(dim=1).diff(dim=1).norm(dim=-1).mean()
