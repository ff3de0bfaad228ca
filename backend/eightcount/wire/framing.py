"""Messages to ZeroMQ parts and back: a JSON header, then raw little-endian C-order buffers.

The header lists its buffers as ``{"name", "dtype", "shape"}`` in the order of the parts. Both
directions check sizes, types and shapes before an array is made; nothing is unpickled or
evaluated. :func:`open_parts` is the part both sides share; :func:`decode` is the client's way
from there to a message, ``serve.validate`` the backend's stricter one.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import (
    FROM_BACKEND,
    MAX_FRAMES,
    PROTOCOL,
    Buffer,
    Frames,
    Message,
    Section,
    StyleSection,
)

MAX_HEADER_BYTES = 1 << 20
MAX_MESSAGE_BYTES = 512 << 20
MAX_BUFFERS = 8
MAX_DIMENSIONS = 4

DTYPES: dict[str, np.dtype] = {
    "u1": np.dtype("u1"),
    "i4": np.dtype("<i4"),
    "f4": np.dtype("<f4"),
}


class WireError(EightcountError):
    """A message that breaks the wire's rules. Code "wire-garbled"."""

    def __init__(self, sentence: str, job: str = "") -> None:
        hint = "If add-on and backend are of the same version, please report this."
        super().__init__("wire-garbled", sentence, hint)
        self.job = job


class VersionSkew(EightcountError):
    """The two sides speak different versions of the wire. Code "version-skew".

    Args:
        client: the protocol version of the add-on or command line.
        backend: the protocol version of the backend.
    """

    def __init__(self, client: int, backend: int) -> None:
        older = "add-on" if client < backend else "backend"
        cure = {
            "add-on": "Update the add-on: install the zip that came with the backend.",
            "backend": "Update the backend: run install.py of the add-on's version again.",
        }
        sentence = (
            f"The {older} is too old: the add-on speaks version {client} of the wire "
            f"and the backend version {backend}."
        )
        super().__init__("version-skew", sentence, cure[older])
        self.client = client
        self.backend = backend


@dataclass(frozen=True)
class Envelope:
    """A checked but not yet typed message: ``fields`` are the header's, without its frame."""

    version: int
    kind: str
    job: str
    fields: dict[str, Any]
    arrays: dict[str, np.ndarray]


def encode(message: Message, version: int = PROTOCOL) -> list[bytes | memoryview]:
    """The parts of a message: header first. Raises WireError for arrays that break its shape."""
    arrays = {name: getattr(message, name) for name in message.BUFFERS}
    described, bodies = [], []
    for name, wanted in message.BUFFERS.items():
        array = np.ascontiguousarray(arrays[name], dtype=DTYPES[wanted.dtype])
        _check_shape(name, array.shape, wanted)
        described.append({"name": name, "dtype": wanted.dtype, "shape": list(array.shape)})
        bodies.append(array.reshape(-1).view(np.uint8).data)
    header: dict[str, Any] = {"version": version, "kind": message.kind, "job": message.job}
    for spec in dataclasses.fields(message):
        if spec.name != "job" and spec.name not in arrays:
            header[spec.name] = _plain(getattr(message, spec.name))
    header["buffers"] = described
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    head = text.encode("utf-8", errors="replace")
    if len(head) > MAX_HEADER_BYTES:
        raise WireError(f"The header of a {message.kind} message is too long.")
    return [head, *bodies]


def open_parts(parts: Sequence[bytes | memoryview]) -> Envelope:
    """Check the parts' sizes against the header and wrap the buffers (no copy, read-only).

    The header's ``version`` is returned as it stands: who calls decides what skew means.
    Raises WireError.
    """
    if not parts or len(parts) > 1 + MAX_BUFFERS:
        raise WireError(f"A message came in {len(parts)} parts.")
    if len(parts[0]) > MAX_HEADER_BYTES:
        raise WireError("A message has a header that is too long.")
    if sum(len(part) for part in parts) > MAX_MESSAGE_BYTES:
        raise WireError(f"A message is larger than {MAX_MESSAGE_BYTES >> 20} MiB.")
    header = _read_json(parts[0])
    job = header.pop("job", None)
    if not isinstance(job, str) or len(job) > 64:
        raise WireError("A message has no usable job name.")
    version, kind = header.pop("version", None), header.pop("kind", None)
    if type(version) is not int or not isinstance(kind, str):
        raise WireError("A message says no version or kind.", job)
    described = header.pop("buffers", None)
    if not isinstance(described, list) or len(described) != len(parts) - 1:
        raise WireError(f"A {kind[:32]!r} message's buffers are not those its header lists.", job)
    arrays: dict[str, np.ndarray] = {}
    for entry, part in zip(described, parts[1:], strict=True):
        name, array = _wrap(entry, part, job)
        if name in arrays:
            raise WireError(f"The buffer {name!r} came twice.", job)
        arrays[name] = array
    return Envelope(version, kind, job, header, arrays)


def take_buffers(envelope: Envelope, cls: type[Message]) -> dict[str, np.ndarray]:
    """The envelope's arrays, checked to be exactly the ones that ``cls`` declares."""
    if set(envelope.arrays) != set(cls.BUFFERS):
        raise WireError(f"A {cls.kind} message has the wrong buffers.", envelope.job)
    for name, wanted in cls.BUFFERS.items():
        array = envelope.arrays[name]
        if array.dtype != DTYPES[wanted.dtype]:
            raise WireError(f"The buffer {name!r} has the wrong type.", envelope.job)
        _check_shape(name, array.shape, wanted, envelope.job)
    return envelope.arrays


def decode(parts: Sequence[bytes | memoryview]) -> Message:
    """A message of the backend, as the client reads it. Raises WireError or VersionSkew.

    Fields that this side does not know are ignored, so a backend may say more than it used to.
    """
    envelope = open_parts(parts)
    if envelope.version != PROTOCOL:
        raise VersionSkew(client=PROTOCOL, backend=envelope.version)
    cls = {known.kind: known for known in FROM_BACKEND}.get(envelope.kind)
    if cls is None:
        raise WireError(f"The backend sent a message of unknown kind {envelope.kind[:32]!r}.")
    values: dict[str, Any] = {"job": envelope.job, **take_buffers(envelope, cls)}
    for spec in dataclasses.fields(cls):
        if spec.name in envelope.fields:
            try:
                values[spec.name] = _typed(envelope.fields[spec.name], _hints(cls)[spec.name])
            except (TypeError, ValueError) as error:
                raise WireError(f"A {cls.kind} message is malformed.", envelope.job) from error
    try:
        message = cls(**values)
    except TypeError as error:
        raise WireError(f"A {cls.kind} message lacks a field.", envelope.job) from error
    if isinstance(message, Frames):
        _check_frames(message)
    return message


def _check_frames(message: Frames) -> None:
    lengths = {len(getattr(message, name)) for name in Frames.BUFFERS}
    if lengths != {message.count} or not 0 < message.count <= MAX_FRAMES:
        raise WireError("A frames message does not hold the frames it counts.", message.job)


def _plain(value: Any) -> Any:
    """A field's value as JSON can hold it."""
    if isinstance(value, (Section, StyleSection)):
        return dataclasses.asdict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _read_json(part: bytes | memoryview) -> dict[str, Any]:
    def no_constant(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    try:
        header = json.loads(bytes(part).decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("A message's header is not JSON.") from error
    if not isinstance(header, dict):
        raise WireError("A message's header is not a JSON object.")
    return header


def _wrap(entry: Any, part: bytes | memoryview, job: str) -> tuple[str, np.ndarray]:
    """One described buffer as an array. Everything about ``entry`` is doubted."""
    if not isinstance(entry, dict) or set(entry) != {"name", "dtype", "shape"}:
        raise WireError("A buffer is not described by name, dtype and shape.", job)
    name, dtype, shape = entry["name"], entry["dtype"], entry["shape"]
    if not isinstance(name, str) or not isinstance(dtype, str) or dtype not in DTYPES:
        raise WireError("A buffer has an unknown dtype.", job)
    if not isinstance(shape, list) or not 1 <= len(shape) <= MAX_DIMENSIONS:
        raise WireError(f"The buffer {name[:32]!r} has no usable shape.", job)
    if any(type(n) is not int or not 0 <= n <= MAX_MESSAGE_BYTES for n in shape):
        raise WireError(f"The buffer {name[:32]!r} has no usable shape.", job)
    if math.prod(shape) * DTYPES[dtype].itemsize != len(part):
        raise WireError(f"The buffer {name[:32]!r} is not as long as its shape says.", job)
    return name, np.frombuffer(part, dtype=DTYPES[dtype]).reshape(shape)


def _check_shape(name: str, shape: tuple[int, ...], wanted: Buffer, job: str = "") -> None:
    fits = len(shape) == len(wanted.shape) and all(
        want is None or have == want for have, want in zip(shape, wanted.shape, strict=True)
    )
    if not fits:
        raise WireError(f"The buffer {name!r} has the shape {shape}, not {wanted.shape}.", job)


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _typed(value: Any, hint: Any) -> Any:
    """JSON's value as the field's type: arrays become tuples, objects become Sections."""
    if hint is Section:
        known = {spec.name for spec in dataclasses.fields(Section)}
        return Section(**{key: item for key, item in dict(value).items() if key in known})
    if typing.get_origin(hint) is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_typed(item, inner) for item in value)
    return value
