"""Strict reading of what clients send: unknown kinds, fields, types and values are refused.

Types are checked by msgspec against the wire's dataclasses, ranges by the fields' own metadata.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from eightcount.wire.framing import VersionSkew, WireError, open_parts, take_buffers
from eightcount.wire.messages import (
    FROM_CLIENT,
    PROTOCOL,
    AskSong,
    Cancel,
    Generate,
    Message,
    PutSong,
    StyleSection,
)

MAX_TEXT = 1024
MAX_ITEMS = 4096
_KINDS = {cls.kind: cls for cls in FROM_CLIENT}
_NEEDS_JOB = (AskSong, PutSong, Generate, Cancel)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DIGEST_FIELDS = ("digest", "song")


def read_request(parts: Sequence[bytes | memoryview]) -> Message:
    """A client's message, or WireError / VersionSkew (whose ``job`` names the job, where known)."""
    envelope = open_parts(parts)
    if envelope.version != PROTOCOL:
        raise VersionSkew(client=envelope.version, backend=PROTOCOL)
    cls = _KINDS.get(envelope.kind)
    if cls is None:
        raise WireError(f"There is no message of kind {envelope.kind[:32]!r}.", envelope.job)
    arrays = take_buffers(envelope, cls)
    specs = {spec.name: spec for spec in dataclasses.fields(cls)}
    unknown = set(envelope.fields) - (set(specs) - set(arrays) - {"job"})
    if unknown:
        name = sorted(unknown)[0][:32]
        raise WireError(f"A {cls.kind} message has an unknown field {name!r}.", envelope.job)
    if issubclass(cls, _NEEDS_JOB) and not envelope.job:
        raise WireError(f"A {cls.kind} message must name its job.")
    _check_sections(envelope.fields.get("sections"), envelope.job)
    try:
        values = {**envelope.fields, **arrays, "job": envelope.job}
        message = msgspec.convert(values, cls, strict=True)
    except msgspec.ValidationError as error:
        raise WireError(f"A {cls.kind} message is wrong: {error}.", envelope.job) from error
    for spec in specs.values():
        if spec.name not in arrays:
            _check_value(message, spec, getattr(message, spec.name))
    return message


def _check_sections(sections: Any, job: str) -> None:
    """msgspec passes over what a nested dataclass does not know; here it is refused."""
    known = {spec.name for spec in dataclasses.fields(StyleSection)}
    for section in sections if isinstance(sections, list) else ():
        unknown = set(section) - known if isinstance(section, dict) else ()
        if unknown:
            name = sorted(unknown)[0][:32]
            raise WireError(f"A section has an unknown field {name!r}.", job)


def _check_value(message: Message, spec: dataclasses.Field, value: Any) -> None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise WireError(f"The field {spec.name!r} is too long.", message.job)
        if spec.name in _DIGEST_FIELDS and not _DIGEST.fullmatch(value):
            raise WireError(f"The field {spec.name!r} is not a sha256 in hex.", message.job)
    if isinstance(value, tuple):
        if len(value) > MAX_ITEMS:
            raise WireError(f"The field {spec.name!r} has too many entries.", message.job)
        for item in value:
            for part in dataclasses.fields(item) if dataclasses.is_dataclass(item) else ():
                _check_value(message, part, getattr(item, part.name))
    if isinstance(value, (int, float)) and spec.metadata:
        least, most = spec.metadata["least"], spec.metadata["most"]
        if not math.isfinite(value) or not least <= value <= most:
            raise WireError(
                f"The field {spec.name!r} is {value}, which is not between {least} and {most}.",
                message.job,
            )
