"""AIST++, EDGE, AMASS and FineDance: the same dance arrives from each format."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

from eightcount.data.checks import check_motion
from eightcount.data.readers import aist, amass, edge, finedance
from eightcount.data.readers.base import Options
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from tests.data.foreign import assert_same_dance, dance, write_aist, write_pickle, z_up


def read(reader, path, expected_fps: float, **options):
    reading = reader.read(path, Options(**options))
    assert reading.motion.fps == expected_fps
    checked = check_motion(reading.motion, scaled=reading.scaled)
    return checked.pieces[0], (*reading.notes, *checked.notes)


def without_hands(motion: Motion) -> Motion:
    q = motion.rotations.copy()
    q[:, 22:] = [1, 0, 0, 0]
    return Motion(q, motion.translation, motion.contacts, motion.fps)


def fingers(poses: np.ndarray, joints: int) -> np.ndarray:
    """SMPL's (T, 72) as poses of more joints, the hands' filled with anything."""
    rest = np.random.default_rng(1).normal(size=(len(poses), joints * 3 - 66))
    return np.concatenate([poses[:, :66], rest], axis=1)


def test_aist(tmp_path):
    expected = dance(120, 60.0)
    motion, notes = read(aist, write_aist(tmp_path / "a.pkl", expected), 60)
    assert_same_dance(motion, expected, 1e-3)
    assert notes == ()


def test_aist_without_its_scale_is_found_in_centimetres(tmp_path):
    expected = dance(120, 60.0)
    path = write_pickle(
        tmp_path / "a.pkl",
        smpl_poses=expected.to_axis_angle(),
        smpl_trans=expected.translation * 100,
    )
    motion, notes = read(aist, path, 60)
    assert_same_dance(motion, expected, 1e-3)
    assert notes == ("The path was in centimetres and was brought to metres.",)


def test_pickle_that_would_run_something_is_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"smpl_poses": Trap()}))
    with pytest.raises(EightcountError, match="more than numpy arrays"):
        aist.read(tmp_path / "a.pkl", Options())
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"poses": np.zeros((4, 72))}, "holds poses, but no smpl_poses"),
        (
            {"smpl_poses": np.zeros((4, 72)), "smpl_trans": np.zeros((3, 3))},
            r"path of the shape \(3",
        ),
        ({"smpl_poses": np.zeros((4, 60)), "smpl_trans": np.zeros((4, 3))}, "60 columns"),
    ],
)
def test_foreign_pickles_are_named(tmp_path, fields, message):
    for reader in (aist, edge):
        with pytest.raises(EightcountError, match=message):
            reader.read(write_pickle(tmp_path / "a.pkl", **fields), Options())


def test_edge_as_generated(tmp_path):
    expected = dance(90)
    lying = z_up(expected)
    path = write_pickle(
        tmp_path / "a.pkl",
        smpl_poses=lying.to_axis_angle(),
        smpl_trans=lying.translation,
        full_pose=lying.joints(),
    )
    motion, notes = read(edge, path, 30)
    assert_same_dance(motion, expected, 1e-3)
    assert notes == ()


def test_edge_cuts_of_aist(tmp_path):
    expected = dance(90, 60.0)
    path = write_pickle(tmp_path / "a.pkl", pos=expected.translation, q=expected.to_axis_angle())
    motion, notes = read(edge, path, 60)
    assert_same_dance(motion, expected, 1e-3)
    assert "cut of AIST++" in notes[0]


@pytest.mark.parametrize(("joints", "key"), [(52, "mocap_framerate"), (55, "mocap_frame_rate")])
def test_amass(tmp_path, joints, key):
    expected = without_hands(dance(180, 120.0))
    lying = z_up(expected)
    np.savez(
        tmp_path / "a.npz",
        poses=fingers(lying.to_axis_angle(), joints),
        trans=lying.translation,
        gender=np.array("female", dtype=object),
        **{key: 120.0},
    )
    motion, notes = read(amass, tmp_path / "a.npz", 120)
    assert_same_dance(motion, expected, 1e-3)
    assert notes == ()


def test_amass_without_a_rate_asks_for_it(tmp_path):
    lying = z_up(dance(60))
    np.savez(tmp_path / "a.npz", poses=fingers(lying.to_axis_angle(), 52), trans=lying.translation)
    with pytest.raises(EightcountError, match="--fps"):
        amass.read(tmp_path / "a.npz", Options())
    read(amass, tmp_path / "a.npz", 30, fps=30.0)


def test_damaged_npz_is_named(tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.zeros((40, 156)))
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:-500])
    with pytest.raises(EightcountError, match="no whole npz"):
        amass.read(tmp_path / "a.npz", Options())


def six_rows(motion: Motion, joints: int) -> np.ndarray:
    """PyTorch3D's 6D: the first two rows of each matrix."""
    m = rot.to_matrix(motion.rotations[:, :22].astype(np.float64))
    rest = np.broadcast_to(np.eye(3), (len(m), joints - 22, 3, 3))
    return np.concatenate([m, rest], axis=1)[:, :, :2].reshape(len(m), -1)


@pytest.mark.parametrize(
    ("width", "contacts", "joints"), [(315, 0, 52), (319, 4, 52), (139, 4, 22), (135, 0, 22)]
)
def test_finedance(tmp_path, width, contacts, joints):
    expected = without_hands(dance(90))
    rows = np.concatenate(
        [np.ones((90, contacts)), expected.translation, six_rows(expected, joints)], axis=1
    )
    assert rows.shape[1] == width
    np.save(tmp_path / "001.npy", rows)
    motion, notes = read(finedance, tmp_path / "001.npy", 30)
    assert_same_dance(motion, expected, 1e-3)
    assert notes == ()


def test_finedance_in_axis_angle(tmp_path):
    expected = without_hands(dance(90))
    poses = fingers(expected.to_axis_angle(), 52)
    np.save(tmp_path / "001.npy", np.concatenate([expected.translation, poses], axis=1))
    motion, _ = read(finedance, tmp_path / "001.npy", 30)
    assert_same_dance(motion, expected, 1e-3)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((9, 263)), r"\(9, 263\)"),
        (np.zeros((9, 315)), "6D rotations are zero"),
        (np.full((9, 315), np.nan), "not finite"),
        (np.array(["a"]), "not numbers"),
    ],
)
def test_foreign_arrays_are_named(tmp_path, array, message):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(EightcountError, match=message):
        finedance.read(tmp_path / "a.npy", Options())


def test_pickled_arrays_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(EightcountError, match="no numpy array"):
        finedance.read(tmp_path / "a.npy", Options())
