"""Refinement, staging and foot lock: pieces give the whole, feet hold, the dancer stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from eightcount.motion.contacts import foot_clearance
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import NUM_JOINTS, rest_height
from eightcount.motion.streams import CONTACTS, HEIGHT, TURN, VELOCITY, from_streams
from eightcount.refine.foot_lock import FootLockStream
from eightcount.refine.staging import StageStream
from eightcount.refine.temporal import RefinerConfig, RefineStream, TemporalRefiner


@pytest.fixture
def refiner() -> TemporalRefiner:
    torch.manual_seed(0)
    net = TemporalRefiner(RefinerConfig(16, 2)).eval()
    torch.nn.init.normal_(net.out.weight)
    return net


def in_pieces(push, parts: list, sizes: list[int]) -> list:
    out, start = [], 0
    total = sum(sizes)
    for size in sizes:
        stop = start + size
        out.append(push(*(p[start:stop] for p in parts), stop == total))
        start = stop
    return out


@pytest.mark.parametrize("sizes", [[1], [31], [64], [100], [7] * 20, [1, 99, 3, 30]])
def test_refined_in_pieces_is_refined_at_once(refiner, sizes):
    frames = sum(sizes)
    lower, upper = torch.randn(frames, 62), torch.randn(frames, 90)
    whole = RefineStream(refiner).push(lower, upper, last=True)
    pieces = in_pieces(RefineStream(refiner).push, [lower, upper], sizes)
    assert len(whole[0]) == frames
    for half in (0, 1):
        torch.testing.assert_close(torch.cat([p[half] for p in pieces]), whole[half])


def test_an_untrained_refiner_changes_nothing():
    net = TemporalRefiner(RefinerConfig(16, 2)).eval()
    lower, upper = torch.randn(70, 62), torch.randn(70, 90)
    out = RefineStream(net).push(lower, upper, last=True)
    torch.testing.assert_close(out[0], lower, atol=1e-5, rtol=1e-5)


def standing(frames: int, drift: float = 0.0, height: float = 0.0) -> Motion:
    """The rest pose, both feet said to be in contact, sliding ``drift`` m a frame to the left."""
    q = np.zeros((frames, NUM_JOINTS, 4))
    q[..., 0] = 1
    place = np.zeros((frames, 3))
    place[:, 0] = drift * np.arange(frames)
    place[:, 1] = (
        rest_height() + height - 0.03
    )  # knees a little bent once the feet are on the floor
    return Motion(q, place, np.ones((frames, 4)))


def test_feet_in_contact_stand_still():
    locked = FootLockStream().push(standing(20, drift=0.005))
    ankles = locked.joints()[:, [7, 8]]
    moved = np.abs(np.diff(ankles[3:], axis=0)[..., [0, 2]]).max()
    assert moved < 1e-4  # it slid 5 mm a frame


def test_no_foot_below_the_floor():
    sunk = standing(10, height=-0.05)
    free = Motion(sunk.rotations, sunk.translation, np.zeros((10, 4)))
    assert foot_clearance(free.joints()).min() < -0.07
    locked = FootLockStream().push(free)
    assert foot_clearance(locked.joints()).min() > -1e-3


def test_feet_in_the_air_are_left_alone():
    air = standing(10, drift=0.02, height=0.5)
    locked = FootLockStream().push(air)
    np.testing.assert_allclose(locked.joints(), air.joints(), atol=1e-6)
    assert not locked.contacts.any()


def test_a_released_foot_glides_back_without_a_jump():
    motion = standing(40, drift=0.004)
    contacts = motion.contacts.copy()
    contacts[20:] = 0
    lifted = motion.translation + np.where(np.arange(40) >= 20, 0.2, 0)[:, None] * [0, 1, 0]
    locked = FootLockStream().push(Motion(motion.rotations, lifted, contacts))
    apart = (locked.joints() - Motion(motion.rotations, lifted, contacts).joints())[:, 7]
    steps = np.linalg.norm(np.diff(apart[20:], axis=0), axis=-1)
    assert steps.max() < 0.03 and np.linalg.norm(apart[-1]) < 0.003


@pytest.mark.parametrize("sizes", [[5] * 8, [1, 39], [40]])
def test_locked_in_pieces_is_locked_at_once(sizes):
    motion = standing(40, drift=0.006)
    whole = FootLockStream().push(motion).joints()
    stream, out, start = FootLockStream(), [], 0
    for size in sizes:
        out.append(stream.push(motion.slice(start, start + size)).joints())
        start += size
    np.testing.assert_allclose(np.concatenate(out), whole, atol=1e-6)


def walking_off(seconds: float, turn: float = 0.0, speed: float = 0.5) -> np.ndarray:
    lower = np.zeros((int(seconds * 30), 62), np.float32)
    lower[:, 0] = lower[:, 4] = 1
    lower[:, VELOCITY] = [speed, 0]
    lower[:, TURN] = turn
    lower[:, HEIGHT] = rest_height()
    lower[:, CONTACTS] = [1, 0, 1, 0]  # a foot in the air: free to be led
    return lower


def test_the_dancer_faces_the_camera_again():
    lower = walking_off(12, turn=0.0, speed=0.0)
    lower[:20, TURN] = np.pi / 2 / 20 * 30  # turns by 90 degrees, then never back
    led = StageStream().push(lower)
    upper = np.zeros((len(led), 90), np.float32)
    upper[:, 0::6] = upper[:, 4::6] = 1
    heading = np.cumsum(led[:, TURN]) / 30
    assert abs(heading[-1]) < 0.35 and heading[19] > 1.2


def test_the_dancer_stays_on_the_stage():
    lower = walking_off(20, speed=0.2)
    upper = np.zeros((len(lower), 90), np.float32)
    upper[:, 0::6] = upper[:, 4::6] = 1
    free = from_streams(lower, upper)[0].translation
    led = from_streams(StageStream().push(lower), upper)[0].translation
    assert np.abs(free[-1, 0]) > 3.9 and np.abs(led[:, 0]).max() < 1.5


def test_past_the_edge_a_dancer_who_walks_is_brought_back():
    lower = walking_off(20, speed=0.6)
    upper = np.zeros((len(lower), 90), np.float32)
    upper[:, 0::6] = upper[:, 4::6] = 1
    led = from_streams(StageStream().push(lower), upper)[0].translation
    assert np.abs(led[:, 0]).max() < 3.0, "without the edge she would be nine metres away"


def test_staging_in_pieces_is_staging_at_once():
    lower = walking_off(6, turn=0.3)
    whole = StageStream().push(lower)
    stream = StageStream()
    pieces = np.concatenate([stream.push(lower[a : a + 37]) for a in range(0, len(lower), 37)])
    np.testing.assert_array_equal(pieces, whole)
