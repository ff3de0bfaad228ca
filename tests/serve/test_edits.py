"""An ``edit`` message becomes the choreographer's edit, or one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from eightcount.motion.errors import EightcountError
from eightcount.serve.edits import edited
from eightcount.serve.validate import read_request
from eightcount.wire.framing import WireError, encode
from eightcount.wire.messages import EditTake


def message(frames: int = 8, **more) -> EditTake:
    q = np.zeros((frames, 24, 4), np.float32)
    q[..., 0] = 1
    fields = {
        "job": "j",
        "song": "0" * 64,
        "range_stop": 0.2,
        "rotations": q,
        "translation": np.zeros((frames, 3), np.float32),
        "contacts": np.zeros((frames, 4), np.float32),
    }
    return EditTake(**fields | more)


def test_it_crosses_the_wire_whole():
    sent = message(
        half="upper",
        pin_frames=np.array([3], np.int32),
        pin_rotations=np.full((1, 24, 4), 0.5, np.float32),
        pin_translation=np.ones((1, 3), np.float32),
        pin_halves=("lower",),
    )
    got = read_request([bytes(p) for p in encode(sent)])
    assert type(got) is EditTake and got.half == "upper" and got.pin_halves == ("lower",)
    np.testing.assert_array_equal(got.rotations, sent.rotations)
    np.testing.assert_array_equal(got.pin_rotations, sent.pin_rotations)


def test_fields_out_of_range_are_refused():
    with pytest.raises(WireError, match="range_start"):
        read_request([bytes(p) for p in encode(message(range_start=-1.0))])


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts": np.zeros((7, 4), np.float32)},
        {"pin_halves": ("both",)},
        {"half": "left"},
        {"translation": np.full((8, 3), np.nan, np.float32)},
    ],
)
def test_takes_that_are_not_whole_are_refused(wrong):
    with pytest.raises(EightcountError, match="whole"):
        edited(message(**wrong), None, None, None, {})
