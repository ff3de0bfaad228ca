import pickle

import numpy as np
import pytest

from eightcount.metrics.takes import BadFile, find_clips, read_clip, resampled, stream_clips
from eightcount.motion.contacts import foot_clearance
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import save_take


def write(path, motion, beats=(10.0, 25.0), genre="pop", seed=3, **extra):
    save_take(path, motion, beats=np.array(beats), genre=genre, seed=seed, model="m", extra=extra)
    return path


def test_a_take_comes_back(tmp_path, figures):
    motion = figures.dancing(60)
    path = write(tmp_path / "a.npz", motion, song="one", upper_tokens=[1, 2, 3], codes=10)
    clip = read_clip(path)
    np.testing.assert_allclose(clip.motion.joints(), motion.joints(), atol=1e-5)
    np.testing.assert_array_equal(clip.beats, [10, 25])
    assert (clip.name, clip.song, clip.genre, clip.seed) == ("a.npz", "one", "pop", 3)
    np.testing.assert_array_equal(clip.tokens["upper"], [1, 2, 3])
    assert clip.codes == 10


def test_beats_outside_the_take_are_cut_and_none_are_none(tmp_path, figures):
    motion = figures.dancing(60)
    clip = read_clip(write(tmp_path / "a.npz", motion, beats=(-3.0, 0.0, 59.5, 60.0, 99.0)))
    np.testing.assert_array_equal(clip.beats, [0, 59.5])
    assert read_clip(write(tmp_path / "b.npz", motion, beats=())).beats is None
    assert read_clip(write(tmp_path / "c.npz", motion, beats=(90.0,))).beats is None


def test_takes_with_the_same_beats_share_an_unnamed_song(tmp_path, figures):
    songs = [
        read_clip(write(tmp_path / f"{k}.npz", figures.dancing(60, k), beats=beats)).song
        for k, beats in enumerate([(1.0, 20.0), (1.0, 20.0), (2.0, 20.0)])
    ]
    assert songs[0] and songs[0] == songs[1] != songs[2]


def aist(path, motion, scale=90.0):
    data = {
        "smpl_poses": motion.to_axis_angle(),
        "smpl_trans": motion.translation * scale + [0, 300.0, 0],
        "smpl_scaling": np.array([scale]),
        "smpl_loss": 0.1,
    }
    path.write_bytes(pickle.dumps(data))
    return path


def test_aist_pickles_are_scaled_and_set_on_the_floor(tmp_path, figures):
    motion = figures.dancing(120, fps=60, size=0.05)
    clip = read_clip(aist(tmp_path / "gBR_sBM_cAll_d04_mBR0_ch01.pkl", motion))
    assert clip.motion.fps == 60 and clip.genre == "break" and clip.song == "mBR0"
    assert clip.beats is None
    lowest = foot_clearance(clip.motion.joints()).min(axis=1)
    assert np.median(lowest) == pytest.approx(0, abs=1e-4)
    travelled = clip.motion.translation[:, 0] - clip.motion.translation[0, 0]
    np.testing.assert_allclose(
        travelled, motion.translation[:, 0] - motion.translation[0, 0], atol=1e-5
    )


def test_folders(tmp_path, figures):
    with pytest.raises(EightcountError, match="no folder"):
        find_clips(tmp_path / "none")
    with pytest.raises(EightcountError, match=r"no \.npz or \.pkl"):
        find_clips(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    write(tmp_path / "sub" / "b.npz", figures.dancing(20))
    write(tmp_path / "a.npz", figures.dancing(20))
    assert [p.name for p in find_clips(tmp_path)] == ["a.npz", "b.npz"]


def broken(tmp_path, figures, kind):
    path = tmp_path / f"{kind}.npz"
    good = figures.dancing(40)
    arrays = {"smpl_poses": good.to_axis_angle(), "smpl_trans": good.translation, "fps": 30.0}
    if kind == "text":
        path.write_text("no archive")
    elif kind == "cut":
        np.savez(path, **arrays)
        path.write_bytes(path.read_bytes()[:500])
    elif kind == "short":
        write(path, figures.dancing(9))
    elif kind == "objects":
        np.savez(path, smpl_poses=np.array([{}, None], dtype=object), smpl_trans=0, fps=30)
    else:
        if kind == "nan":
            arrays["smpl_poses"][5, 7] = np.nan
        elif kind == "shape":
            arrays["smpl_poses"] = arrays["smpl_poses"][:, :60]
        elif kind == "lengths":
            arrays["smpl_trans"] = arrays["smpl_trans"][:-1]
        elif kind == "rate":
            arrays["fps"] = 0.0
        elif kind == "beats":
            arrays["beats"] = np.array([1.0, np.nan])
        elif kind == "keys":
            del arrays["smpl_trans"]
        np.savez(path, **arrays)
    return path


KINDS = ["text", "cut", "short", "objects", "nan", "shape", "lengths", "rate", "beats", "keys"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_file_is_named_with_a_cure(tmp_path, figures, kind):
    path = broken(tmp_path, figures, kind)
    with pytest.raises(EightcountError) as caught:
        read_clip(path)
    assert caught.value.hint
    assert path.name in caught.value.sentence or kind == "lengths"


def test_a_bad_file_does_not_end_the_stream(tmp_path, figures):
    paths = [broken(tmp_path, figures, kind) for kind in KINDS]
    paths.insert(3, write(tmp_path / "good.npz", figures.dancing(40)))
    found = list(stream_clips(paths, None, None))
    assert len(found) == len(KINDS) + 1
    assert [isinstance(f, BadFile) for f in found].count(False) == 1
    assert all(f.sentence and f.hint and f.name for f in found if isinstance(f, BadFile))


def test_another_frame_rate_is_bad_or_resampled(tmp_path, figures):
    paths = [
        write(tmp_path / "a.npz", figures.dancing(40)),
        write(tmp_path / "b.npz", figures.dancing(80, fps=60)),
    ]
    first, second = stream_clips(paths, None, None)
    assert isinstance(second, BadFile) and "b.npz has 60" in second.sentence
    assert "--resample 30" in second.hint
    assert [c.motion.fps for c in stream_clips(paths, None, 30.0)] == [30, 30]
    only_first_is_bad = list(stream_clips(paths, 60.0, None))
    assert isinstance(only_first_is_bad[0], BadFile)


def test_resampling_keeps_the_dance_and_its_beats(tmp_path, figures):
    clip = read_clip(write(tmp_path / "a.npz", figures.dancing(121, fps=60), beats=(30.0, 60.0)))
    half = resampled(clip, 30.0)
    assert len(half.motion) == 61 and half.motion.fps == 30
    np.testing.assert_allclose(half.motion.joints(), clip.motion.joints()[::2], atol=1e-5)
    np.testing.assert_array_equal(half.beats, [15, 30])
    back = resampled(half, 60.0)
    np.testing.assert_allclose(back.motion.joints(), clip.motion.joints(), atol=1e-2)
    assert resampled(clip, 60.0) is clip
