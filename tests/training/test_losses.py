"""Loss terms of a reconstruction: nothing for the truth, and vigour for what is weaker than it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from eightcount.motion import rotations as rot
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, rest_height
from eightcount.motion.streams import to_streams
from eightcount.training.losses import (
    TokenizerLosses,
    hold_error,
    reconstruction_losses,
    torso_error,
    vigour_error,
)


def streams(swing: float = 1.0, late: int = 0):
    """Two seconds in which all joints swing, as lower and upper streams of one sequence."""
    t = np.arange(60) - late
    angles = 0.4 * swing * np.sin(2 * np.pi * t / 15)[:, None, None] * np.ones((1, NUM_JOINTS, 3))
    place = np.tile([0.0, rest_height(), 0.0], (60, 1))
    motion = Motion(rot.from_axis_angle(angles), place, np.zeros((60, 4)))
    return tuple(torch.from_numpy(x)[None] for x in to_streams(motion))


def test_the_truth_costs_nothing_but_its_contacts():
    true = streams()
    terms = reconstruction_losses(*true, *true, TokenizerLosses(vigour=1.0, holds=1.0, torso=1.0))
    contact = terms.pop("contact")
    assert float(contact) > 0, "contacts are a probability: never quite sure"
    assert all(float(term) == pytest.approx(0, abs=1e-6) for term in terms.values())


def test_vigour_is_a_term_only_where_it_weighs():
    true = streams()
    assert "vigour" not in reconstruction_losses(*true, *true, TokenizerLosses())


def test_vigour_tells_a_weak_motion_from_a_late_one():
    def error(name, out):
        return float(reconstruction_losses(*streams(), *out, TokenizerLosses(vigour=1.0))[name])

    weak, late = streams(swing=0.6), streams(late=1)
    assert error("joint_velocity", weak) < 1.2 * error("joint_velocity", late), "as L1 sees it"
    assert error("vigour", weak) > 3 * error("vigour", late)


def test_vigour_is_even_handed():
    """Too strong is as wrong as too weak, or the decoders would shake."""
    velocity = torch.randn(1, 40, NUM_JOINTS, 3, generator=torch.Generator().manual_seed(0))
    calm, wild = (float(vigour_error(velocity, k * velocity)) for k in (0.8, 1.2))
    assert calm == pytest.approx(wild, rel=0.01)


def test_a_wavering_hold_costs_more_than_a_slower_hit():
    still, drift, hit, slower = (
        torch.tensor([v, 0.0, 0.0]).expand(1, 40, NUM_JOINTS, 3) for v in (0.02, 0.25, 3.0, 2.6)
    )
    assert float(hold_error(still, drift)) > 5 * float(hold_error(hit, slower))
    assert float(hold_error(still, still)) == 0


def test_a_stiff_torso_costs_more_than_the_same_error_in_the_hands():
    def rocking(torso: float, hands: float):
        joints = torch.zeros(1, 60, NUM_JOINTS, 3)
        sway = torch.sin(2 * torch.pi * torch.arange(60) / 15)
        joints[:, :, [1, 2, 6, 9], 1] = 0.3
        joints[:, :, [1, 2, 6, 9], 0] = torso * sway[:, None]
        joints[:, :, [20, 21], 0] = 0.6 + hands * sway[:, None]
        return joints

    true = rocking(0.03, 0.3)
    assert float(torso_error(true, true)) == pytest.approx(0, abs=1e-5)
    assert float(torso_error(true, rocking(0.03, 0.27))) == pytest.approx(0, abs=1e-5)
    stiff, softer = (float(torso_error(true, rocking(x, 0.3))) for x in (0.0, 0.015))
    assert stiff > 2 * softer > 0.1
