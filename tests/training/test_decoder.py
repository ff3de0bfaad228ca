"""Training the decoders on: the codes stay, what comes back changes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric

from eightcount.data.corpus import Clip
from eightcount.data.motion_shard import add_clip
from eightcount.data.shards import ShardWriter, open_shard
from eightcount.models import debug_model
from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, rest_height
from eightcount.training.config import LoopConfig
from eightcount.training.decoder import DecoderStage
from eightcount.training.loop import train


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    t = np.arange(120)
    angles = 0.5 * np.sin(2 * np.pi * t / 15)[:, None, None] * np.ones((1, NUM_JOINTS, 3))
    place = np.tile([0.0, rest_height(), 0.0], (120, 1))
    motion = Motion(rot.from_axis_angle(angles), place, np.zeros((120, 4)))
    writer = ShardWriter(tmp_path_factory.mktemp("decoder") / "motion")
    for held_out in (False, True):
        add_clip(writer, Clip(f"c{held_out}", "s", "salsa", motion, held_out=held_out))
    writer.close()
    return open_shard(writer.folder)


def test_codes_stay_to_the_bit_and_decoders_learn(shard, tmp_path):
    before, module = debug_model().motion, debug_model().motion
    stage = DecoderStage(module, shard, frames=32)
    loop = LoopConfig(steps=4, batch=2, warmup=1, evaluate_every=4, ema=0.5)
    state = stage.with_codes(train(stage, loop, tmp_path, "cpu")["state"])
    changed = {k for k, v in before.state_dict().items() if not torch.equal(v, state[k])}
    assert changed and all(".decoder." in key for key in changed)
    module.load_state_dict(state)
    lower = torch.from_numpy(np.array(shard.read(shard.sequences[0], "lower", 0, 32)))[None]
    upper = torch.from_numpy(np.array(shard.read(shard.sequences[0], "upper", 0, 32)))[None]
    for a, b in zip(module.eval().encode(lower, upper), before.encode(lower, upper), strict=True):
        assert torch.equal(a, b)


def test_vigour_is_among_what_it_learns_by(shard):
    stage = DecoderStage(debug_model().motion, shard, frames=32)
    batch = stage.batch(2, np.random.default_rng(0))
    terms = stage.losses(stage.module, batch, Fabric(accelerator="cpu", devices=1))
    assert float(terms["vigour"].detach()) > 0 and terms["vigour"].requires_grad
