"""Pickles that hold numpy arrays and nothing else: read without running anything."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from eightcount.motion.errors import EightcountError

_ARRAY_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC_MODULES = ("numpy.core.numeric", "numpy._core.numeric")


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """Bytes as protocol 2 stores them; any other codec has no business in an array."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"codec {encoding}")
    return text.encode("latin1")


class _ArrayUnpickler(pickle.Unpickler):
    """Finds what numpy needs to rebuild an array or a number, and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        # numpy 2 moved these functions: numpy itself is asked where they are now
        if module in _ARRAY_MODULES and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]
        if module in _ARRAY_MODULES and name == "scalar":
            return np.float64(0).__reduce__()[0]
        if module in _NUMERIC_MODULES and name == "_frombuffer":
            return _frombuffer
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if module == "_codecs" and name == "encode":
            return _encode
        raise pickle.UnpicklingError(f"{module}.{name}")


def _frombuffer(buffer: Any, dtype: np.dtype, shape: tuple[int, ...], order: str) -> np.ndarray:
    """How numpy pickles arrays in protocol 5."""
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order)


def load_arrays(path: Path) -> dict[str, Any]:
    """A pickled dictionary of numpy arrays and plain values.

    Only arrays, numpy numbers, and Python's own containers, numbers and strings are built; a pickle
    that names anything else is refused before it can run.

    Raises:
        EightcountError: ``pickle-refused`` or ``pickle-damaged``.
    """
    try:
        value = _ArrayUnpickler(io.BytesIO(path.read_bytes()), encoding="latin1").load()
    except pickle.UnpicklingError as fault:
        raise EightcountError(
            "pickle-refused",
            f"The pickle {path} is damaged or asks for more than numpy arrays ({fault}).",
            "Store the motion as npz; foreign pickles are never run.",
        ) from fault
    except Exception as fault:  # a damaged pickle may fail in any way while it is read
        raise EightcountError(
            "pickle-damaged", f"The pickle {path} cannot be read ({fault}).", "Get the file again."
        ) from fault
    if not isinstance(value, dict):
        raise EightcountError(
            "pickle-refused",
            f"The pickle {path} holds a {type(value).__name__}, not a dictionary of arrays.",
            "Use AIST++ motion files, or npz.",
        )
    return value
