"""An ``edit`` message as the choreographer's own edit, and its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eightcount.choreographer import Chunk, Request
from eightcount.editing import Edit, Pin, apply_edit, edit_range
from eightcount.listening import Heard
from eightcount.models import Model
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.serve.engine import ChunkLike
from eightcount.wire.messages import HALVES, EditTake, Generate
from eightcount.wire.pieces import lay_over


def edited(
    message: EditTake, request: Request, song: Heard, model: Model, hooks: dict[str, Any]
) -> Chunk:
    """The take with the message's edit made: the whole of it, or the range where that is asked for.

    Raises:
        EightcountError: ``edit-garbled`` when the message's arrays do not fit each other, and what
            :func:`eightcount.editing.apply_edit` raises.
    """
    _check(message)
    take = Motion(message.rotations, message.translation, message.contacts, model.fps)
    pins = tuple(
        Pin(int(frame), message.pin_rotations[i], message.pin_translation[i], message.pin_halves[i])
        for i, frame in enumerate(message.pin_frames)
    )
    edit = Edit(
        message.range_start,
        message.range_stop,
        message.half,
        request,
        pins=pins,
        loop=message.loop,
    )
    motion = apply_edit(take, song, edit, model, **hooks)
    if not message.changed_only:
        return Chunk(0, motion)
    span = edit_range(take, edit, model)
    return Chunk(span.first, motion.slice(span.first, span.last))


def whole_take(message: Generate, chunks: Sequence[ChunkLike]) -> Motion:
    """The take that a client has when it has received all chunks."""
    if not isinstance(message, EditTake):
        return Motion.concatenate([chunk.motion for chunk in chunks])
    pieces = [(chunk.first_frame, chunk.motion) for chunk in chunks]
    return Motion(*lay_over(message, pieces), chunks[0].motion.fps)


def _check(message: EditTake) -> None:
    frames = {len(message.rotations), len(message.translation), len(message.contacts)}
    pins = {
        len(message.pin_frames),
        len(message.pin_rotations),
        len(message.pin_translation),
        len(message.pin_halves),
    }
    fits = len(frames) == 1 and len(pins) == 1 and len(message.rotations) > 0
    known = {message.half, *message.pin_halves} <= set(HALVES)
    finite = all(
        np.isfinite(a).all()
        for a in (message.rotations, message.translation, message.contacts, message.pin_rotations)
    )
    if not (fits and known and finite):
        raise EightcountError(
            "edit-garbled",
            "The take to be edited did not arrive whole.",
            "Undo the last change to the take and try again.",
        )
