"""What a reconstructed motion is trained by: the terms that tokenizer, decoder and refiner share."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from eightcount.motion.skeleton import CONTACT_JOINTS, FPS, NUM_JOINTS
from eightcount.motion.streams import CONTACTS, TURN, VELOCITY
from eightcount.tokenizers.motion import joint_velocity, root_path, stream_joints


@dataclass(frozen=True)
class TokenizerLosses:
    """Weights of the loss terms (TokenDance, section 3.3, plus the root's and the contacts').

    ``foot_velocity`` punishes feet that move while they truly stand, ``contact_consistency`` feet that
    move while the output itself says that they stand (EDGE and EDMG). ``vigour`` punishes a motion
    that is weaker than the true one, see :func:`vigour_error`, ``holds`` one that wavers where the
    true one holds still, see :func:`hold_error`, ``torso`` a stiff one, see :func:`torso_error`.
    """

    pose: float = 1.0
    pose_velocity: float = 3.0
    joints: float = 8.0
    joint_velocity: float = 0.5
    joint_acceleration: float = 0.5
    path: float = 0.5
    root_velocity: float = 0.6
    turn: float = 0.6
    contact: float = 0.2
    foot_velocity: float = 0.3
    contact_consistency: float = 0.0
    vigour: float = 0.0
    holds: float = 0.0
    torso: float = 0.0


#: extremities count for more: their errors are what an eye sees first
_JOINT_WEIGHTS = torch.ones(NUM_JOINTS)
_JOINT_WEIGHTS[[4, 5, 18, 19]] = 1.5
_JOINT_WEIGHTS[[20, 21, 22, 23]] = 2.0
_JOINT_WEIGHTS[[7, 8, 10, 11]] = 2.5
_JOINT_WEIGHTS /= _JOINT_WEIGHTS.mean()
#: hips, spine, neck, collars, head: what dances on the spot
_TORSO = [1, 2, 3, 6, 9, 12, 13, 14, 15]
#: frames over which vigour is taken
_VIGOUR_FRAMES = (4, 12)
#: speed at which joints begin to be seen to move, m/s
_STILL = 0.1
#: what an error of 1 m/s^2 in it counts beside one of 1 m/s
_ACCELERATION_SHARE = 0.03


def reconstruction_losses(
    lower: Tensor, upper: Tensor, lower_out: Tensor, upper_out: Tensor, w: TokenizerLosses
) -> dict[str, Tensor]:
    """Loss terms of a reconstruction; both streams (B, T, 62) and (B, T, 90), float32."""
    joints, joints_out = stream_joints(lower, upper), stream_joints(lower_out, upper_out)
    velocity, velocity_out = joint_velocity(joints, lower), joint_velocity(joints_out, lower_out)
    lower_error = (lower_out - lower)[..., :58]
    upper_error = upper_out - upper
    contact = lower[:, :-1, CONTACTS]
    path, path_out = root_path(lower)[1], root_path(lower_out)[1]
    velocity_error = velocity_out - velocity
    weight = _JOINT_WEIGHTS.to(lower.device)[:, None]
    feet = velocity_out[:, :, list(CONTACT_JOINTS)].norm(dim=-1)
    terms = {
        "pose": w.pose * (lower_error.abs().mean() + upper_error.abs().mean()),
        "pose_velocity": w.pose_velocity
        * (lower_error.diff(dim=1).abs().mean() + upper_error.diff(dim=1).abs().mean()),
        "joints": w.joints * ((joints_out - joints).abs() * weight).mean(),
        "joint_velocity": w.joint_velocity * (velocity_error.abs() * weight).mean(),
        "joint_acceleration": w.joint_acceleration * velocity_error.diff(dim=1).abs().mean(),
        "path": w.path * (path_out - path).abs().mean(),
        "root_velocity": w.root_velocity * (lower_out - lower)[..., VELOCITY].abs().mean(),
        "turn": w.turn * (lower_out - lower)[..., TURN].abs().mean(),
        "contact": w.contact
        * F.binary_cross_entropy_with_logits(
            (lower_out[..., CONTACTS] - 0.5) * 6, lower[..., CONTACTS]
        ),
        "foot_velocity": w.foot_velocity * (contact * feet).mean(),
        "contact_consistency": w.contact_consistency
        * (lower_out[:, :-1, CONTACTS].clamp(0, 1) * feet).mean(),
    }
    if w.vigour:
        terms["vigour"] = w.vigour * vigour_error(velocity, velocity_out)
    if w.holds:
        terms["holds"] = w.holds * hold_error(velocity, velocity_out)
    if w.torso:
        terms["torso"] = w.torso * torso_error(joints, joints_out)
    return terms


def torso_error(joints: Tensor, joints_out: Tensor) -> Tensor:
    """How far off hips, spine and shoulders are, by the measure of their own small movements.

    A pelvis that rolls moves the hips by two centimetres and a chest isolation moves the spine by
    four: beside hands and feet they weigh nothing in metres, and a tokenizer trained in metres gives
    back a quarter of their energy. Here position, velocity and strength (as in :func:`vigour_error`)
    are taken relative to the pelvis and to how much each joint moves in the batch.

    Args:
        joints, joints_out: (B, T, 24, 3) metres in each frame's heading, true and reconstructed.
    """
    true, out = (j[:, :, _TORSO] - j[:, :, :1] for j in (joints, joints_out))
    place = (true - true.mean(1, keepdim=True)).norm(dim=-1).mean((0, 1)) + 0.005
    apart = (out - true).norm(dim=-1).mean((0, 1)) / place
    velocity, velocity_out = (x.diff(dim=1) * FPS for x in (true, out))
    speed = velocity.norm(dim=-1).mean((0, 1)) + 0.01
    off = (velocity_out - velocity).norm(dim=-1).mean((0, 1)) / speed
    least = (0.2 * speed)[:, None].square()
    strong, strong_out = (
        0.5 * torch.log(_level(v, _VIGOUR_FRAMES[1]).square() + least)
        for v in (velocity, velocity_out)
    )
    return apart.mean() + off.mean() + 2 * (strong - strong_out).abs().mean()


def vigour_error(velocity: Tensor, velocity_out: Tensor) -> Tensor:
    """How far off the joints' speed and acceleration are, whatever their timing.

    The root mean square of each over a few frames is compared, not the vectors: where the timing is
    in doubt, an L1 error on vectors is least for a motion that hardly moves, and accents go soft.
    (Audio codecs compare magnitude spectrograms for the same reason.)

    Args:
        velocity, velocity_out: (B, T, 24, 3) m/s, true and reconstructed.
    """
    pairs = [(velocity, velocity_out, 1.0)]
    pairs.append((*(v.diff(dim=1) * FPS for v in pairs[0][:2]), _ACCELERATION_SHARE))
    return sum(
        share * (_level(true, frames) - _level(out, frames)).abs().mean()
        for true, out, share in pairs
        for frames in _VIGOUR_FRAMES
    )


def hold_error(velocity: Tensor, velocity_out: Tensor) -> Tensor:
    """How many times too fast or too slow joints are, above all near stillness.

    A hand that drifts at 0.2 m/s where it should stand costs next to nothing among hits of 3 m/s, yet
    it is what tells a pop from a wave. So logarithms of speeds are compared.

    Args:
        velocity, velocity_out: (B, T, 24, 3) m/s, true and reconstructed.
    """
    true, out = (
        0.5 * torch.log(_level(v, _VIGOUR_FRAMES[0]).square() + _STILL**2)
        for v in (velocity, velocity_out)
    )
    return ((true - out).abs() * _JOINT_WEIGHTS.to(true.device)[:, None]).mean()


def _level(x: Tensor, frames: int) -> Tensor:
    """Root mean square length of vectors (B, T, J, 3) over windows that overlap by half: (B, J, n)."""
    square = x.square().sum(-1).transpose(1, 2)
    return (F.avg_pool1d(square, frames, stride=frames // 2) + 1e-6).sqrt()
