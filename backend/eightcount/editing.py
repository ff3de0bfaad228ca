"""Edits of an existing take: masks over its tokens; what is outside comes back bit for bit.

A take, also one that was edited by hand, is coded into tokens again; the tokens of the range (and of
the half) are opened and chosen anew with everything around them given. Only frames inside the range
are replaced. At its ends the new frames are blended in, inside the range, and the path through the
range is bent so that the dancer arrives where the old take goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch

from eightcount.blending import (
    BLEND,
    arrive,
    blend_in,
    glide,
    join_jump,
    pin_poses,
    run_up,
    velocity_jumps,
)
from eightcount.choreographer import Cancelled, Progress, Request, danced_genre, window_seed
from eightcount.data.motion_beats import joint_speed
from eightcount.generators.base import MASKED, Sampling
from eightcount.generators.decoding import Stopped, decode
from eightcount.listening import Heard, Listening, hear, listen
from eightcount.models import Model
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import LOWER, UPPER
from eightcount.motion.streams import (
    FRAMES_PER_TOKEN,
    Placement,
    from_streams,
    heading_of,
    to_streams,
)
from eightcount.music.rhythm import Rhythm
from eightcount.music.song import Song
from eightcount.refine.foot_lock import FootLockStream
from eightcount.refine.temporal import RefineStream

Half = Literal["both", "upper", "lower"]

#: tokens on each side of the range that the generator looks at, and tokens it chooses at once
_CONTEXT = 24
_WINDOW = 64
#: blends of so many frames are tried one after the other until the joins are smooth
_SOFTER = (BLEND, 14, 20, 28)
#: smooth: no velocity jump above so many times the take's 99th percentile, or this in m/s
_SMOOTH, _ALWAYS_SMOOTH = 1.2, 1.0
#: beside an accent of the take's own, so many times that: softer, a short range would not change
_ACCENT = 1.05
#: shortest range: one token (seconds)
MIN_RANGE = 4 / 30


@dataclass(frozen=True)
class Pin:
    """A pose that the take must hit.

    Attributes:
        frame: of the take.
        rotations: (24, 4) local quaternions wxyz.
        translation: (3,) root position, m.
        half: which joints are pinned; the root counts as lower.
    """

    frame: int
    rotations: np.ndarray
    translation: np.ndarray
    half: Half = "both"


@dataclass(frozen=True)
class Edit:
    """What is to change.

    Attributes:
        start, stop: range in seconds of the take. ``stop`` past the take's end makes it longer.
        half: which half is chosen anew.
        request: genre, seed, sampling and energy of the new stretch; its ``start`` is where the
            take begins in the song; its ``seconds`` do not count here.
        pins: poses to hit.
        loop: the frames after the range are the take's first ones, so that its end flows into its
            start.
    """

    start: float
    stop: float
    half: Half = "both"
    request: Request = Request()
    pins: tuple[Pin, ...] = ()
    loop: bool = False


@dataclass(frozen=True)
class FrameRange:
    """The range in frames of the take, ``last`` exclusive."""

    first: int
    last: int

    @property
    def tokens(self) -> slice:
        """Every token that touches the range."""
        return slice(self.first // FRAMES_PER_TOKEN, -(-self.last // FRAMES_PER_TOKEN))


def apply_edit(
    motion: Motion,
    song: Song | Heard,
    edit: Edit,
    model: Model,
    *,
    rhythm: Rhythm | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Motion:
    """The take with the edit made.

    Args:
        motion: the take (T frames at the model's frame rate).
        song: its song, decoded or heard already.
        edit: range, half, style, pins.
        model: must have been trained for edits, as all ours are.
        rhythm: of the song as it is heard, if already known.
        progress, cancelled: as in :func:`eightcount.choreographer.choreograph`.

    Returns:
        A motion that equals ``motion`` bit for bit outside the range, and inside it in the half that
        was not asked for.

    Raises:
        Cancelled: ``cancelled`` said so.
        EightcountError: ``range-outside``, ``range-too-short``, ``pins-contradict``,
            ``pin-outside``, ``genre-unknown`` and what listening raises.
    """
    edit.request.check()
    span = edit_range(motion, edit, model)
    _check_pins(edit.pins, span)
    tell = progress or (lambda _: None)
    length = (span.last - span.first) / model.fps
    tell(Progress("listening", 0.0, length))
    base = _extended(motion, span.last)
    tell(Progress("choreographing", 0.0, length))
    made = _make(base, song, edit, span, model, rhythm, cancelled)
    tell(Progress("refining", length, length))
    pins, around = edit.pins, base
    round_again = edit.loop and span.last >= len(motion)
    if round_again:
        pins += (Pin(span.last - 1, motion.rotations[0], motion.translation[0]),)
        around = _into_start(base)
    usual = float(np.percentile(velocity_jumps(motion), 99)) if len(motion) > 2 else 0.0
    open_end = span.last >= len(motion) and not round_again
    made = _blended(base, around, made, span, edit.half, open_end, usual)
    made = pin_poses(made, pins, span.first, span.last)
    return _only_asked(base, made, span, edit.half)


def edit_range(motion: Motion, edit: Edit, model: Model) -> FrameRange:
    """The frames that the edit may change. Raises as :func:`apply_edit` does."""
    first, last = int(round(edit.start * model.fps)), int(round(edit.stop * model.fps))
    if motion.fps != model.fps:
        raise EightcountError(
            "take-fps",
            f"The take has {motion.fps:g} frames a second, the model {model.fps:g}.",
            "Resample the take first.",
        )
    if first < 0 or first > len(motion) or edit.start > edit.stop:
        raise EightcountError(
            "range-outside",
            f"The range {edit.start:.2f} to {edit.stop:.2f} s is not within the take "
            f"(0 to {motion.seconds:.2f} s).",
            "Choose a range within the take.",
        )
    if last - first < MIN_RANGE * model.fps:
        raise EightcountError(
            "range-too-short",
            f"The range from {edit.start:.2f} to {edit.stop:.2f} s is too short to dance in.",
            f"Choose at least {MIN_RANGE:.2f} s.",
        )
    return FrameRange(first, last)


def _check_pins(pins: tuple[Pin, ...], span: FrameRange) -> None:
    """Pins must lie in the range and agree where they meet."""
    for pin in pins:
        if not span.first <= pin.frame < span.last:
            raise EightcountError(
                "pin-outside",
                f"The pin at frame {pin.frame} lies outside the range.",
                "Move the pin or widen the range.",
            )
    for i, a in enumerate(pins):
        for b in pins[i + 1 :]:
            same_joints = a.half == b.half or "both" in (a.half, b.half)
            if a.frame == b.frame and same_joints and not _agree(a, b):
                raise EightcountError(
                    "pins-contradict",
                    f"Two pins at frame {a.frame} ask for different poses.",
                    "Remove one of them.",
                )


def _agree(a: Pin, b: Pin) -> bool:
    turned = 1 - np.abs((a.rotations * b.rotations).sum(-1)).min()
    return turned < 1e-4 and np.abs(a.translation - b.translation).max() < 0.005


def _extended(motion: Motion, frames: int) -> Motion:
    """The take made longer by letting it come to rest: room for what is to come."""
    more = frames - len(motion)
    return Motion.concatenate([motion, glide(motion, more)]) if more > 0 else motion


def _into_start(base: Motion) -> Motion:
    """The take with the run-up to its first frame at its end, and that frame once more after it."""
    count = min(BLEND, len(base) - 1)
    parts = [base.slice(0, len(base) - count), run_up(base, count), base.slice(1, 2)]
    return Motion.concatenate(parts)


def _make(
    base: Motion,
    song: Song | Heard,
    edit: Edit,
    span: FrameRange,
    model: Model,
    rhythm: Rhythm | None,
    cancelled: Callable[[], bool] | None,
) -> Motion:
    """New frames of the range, in the take's place (span.last - span.first frames)."""
    tokens = span.tokens
    begin = max(0, tokens.start - _CONTEXT)
    end = min(-(-len(base) // FRAMES_PER_TOKEN), tokens.stop + _CONTEXT)
    frames = slice(begin * FRAMES_PER_TOKEN, end * FRAMES_PER_TOKEN)
    around = base.slice(frames.start, frames.stop)
    if edit.loop and frames.stop >= len(base):
        around = _followed_by_start(around, base)
    padded = _extended(around, -(-len(around) // FRAMES_PER_TOKEN) * FRAMES_PER_TOKEN)
    lower, upper = _encode(padded, model)
    count = lower.shape[1]
    opened = slice(tokens.start - begin, min(tokens.stop - begin, count))
    if edit.half != "upper":
        lower[:, opened] = MASKED
    if edit.half != "lower":
        upper[:, opened] = MASKED
    sound = hear(song, rhythm) if isinstance(song, Song) else song
    heard = listen(
        sound,
        model,
        genre=danced_genre(edit.request, model),
        start=edit.request.start + frames.start / model.fps,
        energy=edit.request.energy,
        seed=edit.request.seed,
        rhythm=edit.request.counted(rhythm or sound.rhythm),
        stretch=count,
    )
    heard = heard.styled(edit.request.sections, model, begin).told(model)
    heard = heard.after(joint_speed(padded.joints()), model, opened)
    lower, upper = _fill(lower, upper, opened, heard, edit, model, cancelled)
    return _frames(base, _goal(base, edit, span), lower, upper, span, frames.start, model)


def _blended(
    base: Motion,
    around: Motion,
    made: Motion,
    span: FrameRange,
    half: Half,
    open_end: bool,
    usual: float,
) -> Motion:
    """The new frames blended into the old ones, softly enough for joins as smooth as the take.

    Args:
        around: what the new frames are blended out of and into.
        usual: 99th percentile of the take's velocity jumps, m/s.
    """
    limit = max(_SMOOTH * usual, _ALWAYS_SMOOTH)
    begin = max(span.first - 4, 0)
    near = base.slice(begin, span.last + 4)
    inside = FrameRange(span.first - begin, span.last - begin)
    joins = [inside.first] * (span.first > 0) + [inside.last] * (not open_end)
    allowed = {frame: max(limit, _ACCENT * join_jump(near, frame)) for frame in joins}
    for size in (None, *_SOFTER):
        blended = blend_in(around, made, span.first, span.last, open_end, size)
        whole = _only_asked(near, blended, inside, half)
        if all(join_jump(whole, frame) <= allowed[frame] for frame in joins):
            break
    return blended


def _goal(base: Motion, edit: Edit, span: FrameRange) -> Motion | None:
    """The frame (as a motion of one) that the range must lead to; None at an open end."""
    if span.last < len(base):
        return base.slice(span.last, span.last + 1)
    return base.slice(1, 2) if edit.loop else None  # the last frame will be the first once more


def _followed_by_start(around: Motion, base: Motion) -> Motion:
    """The end of the take with its own beginning after it, as if the dance went round."""
    start = base.slice(0, _CONTEXT * FRAMES_PER_TOKEN)
    yaw = _heading(around, len(around) - 1) - _heading(start, 0)
    start = start.turned(yaw)
    shift = around.translation[-1] - start.translation[0]
    shift[1] = 0
    return Motion.concatenate([around, start.turned(0.0, shift)])


def _heading(motion: Motion, frame: int) -> float:
    matrix = rot.to_matrix(motion.rotations[frame : frame + 1, 0].astype(np.float64))
    return float(heading_of(matrix)[0])


def _encode(motion: Motion, model: Model) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids (1, L) of both halves."""
    streams = (torch.from_numpy(s)[None].to(model.device) for s in to_streams(motion))
    with torch.no_grad():
        lower, upper = model.motion.encode(*streams)
    return lower.clone(), upper.clone()


def _fill(lower, upper, opened: slice, heard: Listening, edit: Edit, model: Model, cancelled):
    """Choose the open tokens, in windows where there are many or where the genre changes."""
    request, length = edit.request, lower.shape[1]
    start, done = max(0, opened.start - _CONTEXT), opened.start
    while True:
        stop = min(start + _WINDOW, length)
        window = slice(start, stop)
        condition = heard.window(start, stop, at=done)
        temperature = model.temperature(request.temperature, int(condition.genre[0]))
        try:
            low, up = decode(
                model.generator,
                condition,
                lower[:, window],
                upper[:, window],
                Sampling(request.steps, request.guidance, temperature),
                window_seed(request.seed, start),
                cancelled,
            )
        except Stopped:
            raise Cancelled from None
        # tokens at the window's end have not seen what follows: the next window makes them anew
        sure = stop if stop >= min(opened.stop, length) else stop - _CONTEXT // 2
        sure = min(sure, heard.border(done))
        keep = slice(0, sure - start)
        lower[:, start:sure], upper[:, start:sure] = low[:, keep], up[:, keep]
        if not bool(((lower == MASKED) | (upper == MASKED)).any()):
            return lower, upper
        start, done = max(0, sure - _CONTEXT), sure


def _frames(base, goal, lower, upper, span: FrameRange, offset: int, model: Model) -> Motion:
    """Decoded, refined, placed and foot-locked frames of the range.

    Args:
        base: the take.
        goal: what follows the range, see :func:`_goal`.
        lower, upper: token ids (1, L) around the range.
        offset: frame of the take at which these tokens begin.
    """
    with torch.no_grad():
        streams = model.motion.decode_ids(lower, upper)
    refined = RefineStream(model.refiner).push(streams[0][0], streams[1][0], last=True)
    low, up = (x.cpu().numpy() for x in refined)
    inside = slice(span.first - offset, span.last - offset)
    x, z = (float(v) for v in base.translation[span.first, [0, 2]])
    place = Placement(_heading(base, span.first), x, z)
    made, _ = from_streams(low[inside], up[inside], place, model.fps)
    if goal is not None:
        made = arrive(made, goal)
    return FootLockStream().push(made)


def _only_asked(base: Motion, made: Motion, span: FrameRange, half: Half) -> Motion:
    """The old take with the asked half of the range taken from the new frames."""
    rotations, place = base.rotations.copy(), base.translation.copy()
    contacts = base.contacts.copy()
    inside = slice(span.first, span.last)
    if half != "upper":
        place[inside], contacts[inside] = made.translation, made.contacts
    asked = {"both": (*LOWER, *UPPER), "lower": LOWER, "upper": UPPER}[half]
    for j in asked:  # the other half's signs are the animator's own
        rotations[inside, j] = made.rotations[:, j]
        _same_hemisphere(rotations[:, j], span)
    return replace(base, rotations=rotations, translation=place, contacts=contacts)


def _same_hemisphere(q: np.ndarray, span: FrameRange) -> None:
    """Signs of the range's quaternions (T, 4) follow the frame before it; outside untouched."""
    previous = q[span.first - 1] if span.first else q[span.first]
    for t in range(span.first, span.last):
        if float(q[t] @ previous) < 0:
            q[t] = -q[t]
        previous = q[t]
