import os
import pickle

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.safe_pickle import load_arrays


@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
def test_arrays_come_back_whatever_the_protocol(tmp_path, protocol):
    data = {
        "smpl_poses": np.random.default_rng(0).normal(size=(5, 72)).astype(np.float32),
        "smpl_scaling": np.array([93.5]),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "loss": np.float64(0.25),
        "name": "gBR",
    }
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(data, protocol))
    found = load_arrays(path)
    assert found["name"] == "gBR" and found["loss"] == 0.25
    for key in ("smpl_poses", "smpl_scaling", "fortran"):
        np.testing.assert_array_equal(found[key], data[key])


class Evil:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def test_a_pickle_that_would_run_something_is_refused_and_does_not_run(tmp_path):
    mark, path = tmp_path / "owned", tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps({"smpl_poses": Evil(mark)}))
    with pytest.raises(EightcountError, match="more than numpy arrays") as caught:
        load_arrays(path)
    assert caught.value.code == "pickle-refused" and not mark.exists()


@pytest.mark.parametrize(
    "script",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"cnumpy.testing._private.utils\nruntest\n.",
        b"c_codecs\nencode\n(S'x'\nS'rot13'\ntR.",
    ],
)
def test_other_names_are_refused(tmp_path, script):
    path = tmp_path / "evil.pkl"
    path.write_bytes(script)
    with pytest.raises(EightcountError, match="evil.pkl"):
        load_arrays(path)


def test_an_object_inside_an_object_array_is_refused(tmp_path):
    hidden = np.empty(1, dtype=object)
    mark, path = tmp_path / "owned", tmp_path / "a.pkl"
    hidden[0] = Evil(mark)
    path.write_bytes(pickle.dumps({"smpl_poses": hidden}))
    with pytest.raises(EightcountError):
        load_arrays(path)
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps([1, 2])[:-1]])
def test_damaged_files(tmp_path, content):
    path = tmp_path / "a.pkl"
    path.write_bytes(content)
    with pytest.raises(EightcountError, match="a.pkl"):
        load_arrays(path)


def test_a_pickle_that_is_no_dictionary(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(EightcountError, match="holds a list"):
        load_arrays(path)
