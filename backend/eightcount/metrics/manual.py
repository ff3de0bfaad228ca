"""Manual features: 32 yes-or-no questions about a pose and its speed (behind FID_g and Div_g).

Source: Mueller et al. 2005 through fairmotion and google/aistplusplus_api (``features/manual.py``),
whose questions, thresholds and quirks are followed: the speeds assume 120 frames a second whatever
the real rate, and the thresholds are in units of one fixed person's humerus, shoulders and hips. A
question about a plane or direction that has collapsed (two joints in one place) is answered no.

No normalisation happens here: positions are taken as they come, y up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from eightcount.metrics.inputs import MIN_FRAMES

#: frame time behind the speed thresholds in the published code, seconds.
FRAME_TIME = 1.0 / 120.0

# Joints of the person that the published thresholds were measured on, metres.
_LEFT_SHOULDER = np.array([1.99113488e-01, 2.36807942e-01, -1.80702247e-02])
_RIGHT_SHOULDER = np.array([-1.91692337e-01, 2.36928746e-01, -1.23055102e-02])
_LEFT_ELBOW = np.array([4.54445392e-01, 2.21158922e-01, -4.10167128e-02])
_LEFT_HIP = np.array([5.64076714e-02, -3.23069185e-01, 1.09197125e-02])
_RIGHT_HIP = np.array([-6.24834076e-02, -3.31302464e-01, 1.50412619e-02])

HUMERUS = float(np.linalg.norm(_LEFT_SHOULDER - _LEFT_ELBOW))
SHOULDERS = float(np.linalg.norm(_LEFT_SHOULDER - _RIGHT_SHOULDER))
HIPS = float(np.linalg.norm(_LEFT_HIP - _RIGHT_HIP))

# SMPL joints by the names that the questions use.
ROOT, L_HIP, R_HIP, BELLY, L_KNEE, R_KNEE = range(6)
L_ANKLE, R_ANKLE, CHEST, L_TOES, R_TOES, NECK = 7, 8, 9, 10, 11, 12
L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, R_WRIST = range(16, 22)

#: one short name for each feature, in their order.
MANUAL_NAMES: tuple[str, ...] = (
    "right hand moves to the front", "left hand moves to the front",
    "right hand above the neck", "left hand above the neck",
    "chest rises along the spine", "chest rises along the spine (again)",
    "right elbow bent", "left elbow bent",
    "hands apart sideways", "hands move apart",
    "left hand, seen from the right, moves to the root",
    "right hand, seen from the left, moves to the root",
    "right hand fast", "left hand fast",
    "right foot ahead of the left leg", "left foot ahead of the right leg",
    "right foot raised", "left foot raised",
    "feet apart sideways", "right knee bent", "left knee bent",
    "right foot fast", "left foot fast",
    "right upper arm away from the body", "left upper arm away from the body",
    "right thigh lifted", "left thigh lifted",
    "root behind the plane of the feet", "spine horizontal",
    "right hand lowered", "left hand lowered", "root fast",
)  # fmt: skip


def manual_features(joints: np.ndarray) -> np.ndarray:
    """Share of the frames 1..T-1 in which each of the 32 questions is answered yes.

    Args:
        joints: (T, J, 3) metres, y up, at least the first 22 SMPL joints. The lowest joint of a
            frame is its floor, so the number of joints handed in matters.

    Returns:
        (32,) float64 in 0..1, in the order of ``MANUAL_NAMES``.
    """
    return manual_answers(joints).mean(axis=0)


def manual_answers(joints: np.ndarray) -> np.ndarray:
    """Answers to the 32 questions in each of the frames 1..T-1, (T-1, 32) bool; input as above."""
    joints = np.asarray(joints, np.float64)
    if len(joints) < MIN_FRAMES or joints.shape[1] < 22:
        raise ValueError(f"manual features need {MIN_FRAMES} frames of 22 joints: {joints.shape}")
    return np.stack(list(_questions(_Frames(joints))), axis=-1)


class _Frames:
    """Joint tracks of the frames 1..T-1, contiguous (T-1, 3) each, and the steps into them."""

    def __init__(self, joints: np.ndarray) -> None:
        self._now = np.ascontiguousarray(joints[1:].transpose(1, 0, 2))
        self._step = np.ascontiguousarray(np.diff(joints, axis=0).transpose(1, 0, 2))
        self.floor = joints[1:, :, 1].min(axis=1)

    def __getitem__(self, joint: int) -> np.ndarray:
        return self._now[joint]

    def velocity(self, joint: int, seen_from: int | None = None) -> np.ndarray:
        """Velocity (T-1, 3) of a joint, or of a joint relative to another, m/s at 120 fps."""
        step = self._step[joint]
        return (step if seen_from is None else step - self._step[seen_from]) / FRAME_TIME


def _along(vector: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Component (T-1,) along a direction; NaN, which is above no threshold, if that is zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _dot(vector, direction) / np.sqrt(_dot(direction, direction))


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("ti,ti->t", a, b)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.stack(
        [
            a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
            a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
            a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        ],
        axis=-1,
    )


def _questions(f: _Frames) -> Iterator[np.ndarray]:
    """The 32 answers (T-1,) bool, in the published order."""

    def moves_across(a: int, b: int, c: int, joint: int, above: float) -> np.ndarray:
        """``joint``, seen from ``a``, moves along the normal (c-a) x (b-a)."""
        return _along(f.velocity(joint, a), _cross(f[c] - f[a], f[b] - f[a])) > above

    def moves_towards(a: int, b: int, joint: int, above: float) -> np.ndarray:
        """``joint``, seen from ``a``, moves along b-a."""
        return _along(f.velocity(joint, a), f[b] - f[a]) > above

    def beyond(a: int, b: int, origin: int, joint: int, above: float) -> np.ndarray:
        """``joint`` lies along b-a from ``origin``."""
        return _along(f[joint] - f[origin], f[b] - f[a]) > above

    def in_front(a: int, b: int, c: int, joint: int, above: float) -> np.ndarray:
        """``joint`` lies on the side of (c-a) x (b-a) of the plane through a, b and c."""
        return _along(f[joint] - f[a], _cross(f[c] - f[a], f[b] - f[a])) > above

    def angle(u: np.ndarray, v: np.ndarray, low: float, high: float) -> np.ndarray:
        """The angle between two vectors lies strictly between two limits, degrees."""
        with np.errstate(invalid="ignore", divide="ignore"):
            cosine = _dot(u, v) / (np.sqrt(_dot(u, u)) * np.sqrt(_dot(v, v)))
            degrees = np.degrees(np.arccos(cosine))
        return (degrees > low) & (degrees < high)

    def fast(joint: int, above: float) -> np.ndarray:
        return np.linalg.norm(f.velocity(joint), axis=-1) > above

    def height(joint: int) -> np.ndarray:
        return f[joint][:, 1] - f.floor

    # The published code names a fourth joint for every "moves_towards" that its formula never
    # reads: so questions 5 and 6 both ask about the chest, not about a hand.
    yield moves_across(NECK, R_HIP, L_HIP, R_WRIST, 1.8 * HUMERUS)
    yield moves_across(NECK, L_HIP, R_HIP, L_WRIST, 1.8 * HUMERUS)
    yield beyond(CHEST, NECK, NECK, R_WRIST, 0.2 * HUMERUS)
    yield beyond(CHEST, NECK, NECK, L_WRIST, 0.2 * HUMERUS)
    yield moves_towards(BELLY, CHEST, CHEST, 1.8 * HUMERUS)
    yield moves_towards(BELLY, CHEST, CHEST, 1.8 * HUMERUS)
    yield angle(f[R_SHOULDER] - f[R_ELBOW], f[R_WRIST] - f[R_ELBOW], 0, 110)
    yield angle(f[L_SHOULDER] - f[L_ELBOW], f[L_WRIST] - f[L_ELBOW], 0, 110)
    yield beyond(L_SHOULDER, R_SHOULDER, L_WRIST, R_WRIST, 2.5 * SHOULDERS)
    yield moves_towards(L_WRIST, R_WRIST, R_WRIST, 1.4 * HUMERUS)
    yield moves_towards(R_WRIST, ROOT, L_WRIST, 1.4 * HUMERUS)
    yield moves_towards(L_WRIST, ROOT, R_WRIST, 1.4 * HUMERUS)
    yield fast(R_WRIST, 2.5 * HUMERUS)
    yield fast(L_WRIST, 2.5 * HUMERUS)
    yield in_front(ROOT, L_HIP, L_TOES, R_ANKLE, 0.38 * HUMERUS)
    yield in_front(ROOT, R_HIP, R_TOES, L_ANKLE, 0.38 * HUMERUS)
    yield height(R_ANKLE) > 1.2 * HUMERUS
    yield height(L_ANKLE) > 1.2 * HUMERUS
    yield beyond(L_HIP, R_HIP, L_ANKLE, R_ANKLE, 2.1 * HIPS)
    yield angle(f[R_HIP] - f[R_KNEE], f[R_ANKLE] - f[R_KNEE], 0, 110)
    yield angle(f[L_HIP] - f[L_KNEE], f[L_ANKLE] - f[L_KNEE], 0, 110)
    yield fast(R_ANKLE, 2.5 * HUMERUS)
    yield fast(L_ANKLE, 2.5 * HUMERUS)
    yield angle(f[ROOT] - f[NECK], f[R_ELBOW] - f[R_SHOULDER], 25, 180)
    yield angle(f[ROOT] - f[NECK], f[L_ELBOW] - f[L_SHOULDER], 25, 180)
    yield angle(f[ROOT] - f[NECK], f[R_KNEE] - f[R_HIP], 50, 180)
    yield angle(f[ROOT] - f[NECK], f[L_KNEE] - f[L_HIP], 50, 180)
    yield in_front(R_ANKLE, NECK, L_ANKLE, ROOT, 0.5 * HUMERUS)
    yield angle(f[ROOT] - f[NECK], np.broadcast_to([0.0, 1.0, 0.0], f[ROOT].shape), 70, 110)
    yield -height(R_WRIST) > -1.2 * HUMERUS
    yield -height(L_WRIST) > -1.2 * HUMERUS
    yield fast(ROOT, 2.3 * HUMERUS)
