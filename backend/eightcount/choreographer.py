"""The main job: a song and a style -> an iterator of motion chunks.

Listening, then window after window: tokens by masked decoding, with the end of the last window as
given tokens; a window ends where another genre begins, so that each is danced in one. Decoding,
refinement, staging and foot lock follow as streams, so the first chunk leaves before the last window
is begun and memory does not grow with the song.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from eightcount.freshness import DRAWS, HEAT, MOST, Freshness
from eightcount.generators.base import MASKED, Condition, Sampling
from eightcount.generators.decoding import Stopped, decode
from eightcount.listening import Heard, Listening, hear, listen
from eightcount.models import Model
from eightcount.motion import rotations as rot
from eightcount.motion.errors import EightcountError
from eightcount.motion.motion import Motion
from eightcount.motion.streams import Placement, from_streams
from eightcount.music.rhythm import Rhythm
from eightcount.music.song import Song
from eightcount.refine.foot_lock import FootLockStream
from eightcount.refine.stage_plan import StagePlan
from eightcount.refine.staging import StageStream
from eightcount.refine.temporal import RefineStream
from eightcount.styles import StyledPart, check_parts
from eightcount.tokenizers.streaming import DecodeStream

#: tokens of a window (the length that the generator is trained on), 8.5 s
WINDOW = 64
#: tokens of the last window that the next one sees (LRCM's motion memory), 3.2 s
MEMORY = 24
#: tokens at a window's end that are made anew by the next: they had no future to look at
DISCARD = 4
#: keeps the draw of a genre apart from those of the windows
_GENRE_DRAW = 2**40


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        genre: one of the model's, None = the seed draws one, see :func:`danced_genre`.
        seed: 0 .. 2^64 - 1; the same request gives the same take.
        start, seconds: stretch of the song; None = to its end.
        steps, guidance, temperature: of masked decoding.
        energy: 0..1; None = follow the song.
        tempo_factor, first_count: how the song is counted, see ``Rhythm.nudged``.
        sections: parts of the take with a style of their own.
    """

    genre: str | None = None
    seed: int = 0
    start: float = 0.0
    seconds: float | None = None
    steps: int = Sampling.steps
    guidance: float = Sampling.guidance
    temperature: float = Sampling.temperature
    energy: float | None = None
    tempo_factor: float = 1.0
    first_count: int = 0
    sections: tuple[StyledPart, ...] = ()

    def check(self) -> None:
        """Raise EightcountError ``request-bad`` for a value outside its range."""
        ranges = {
            "seed": (0, 2**64 - 1),
            "steps": (1, 64),
            "guidance": (0, 10),
            "temperature": (0, 4),
            "energy": (0, 1),
            "first_count": (0, 7),
        }
        for name, (least, most) in ranges.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise EightcountError(
                    "request-bad",
                    f"The {name} {value} is out of range.",
                    f"Choose {least} to {most}.",
                )
        check_parts(self.sections)

    def counted(self, rhythm: Rhythm) -> Rhythm:
        """A song's rhythm as this request wants it counted. Raises ``tempo-factor``."""
        return rhythm.nudged(self.tempo_factor, self.first_count)


@dataclass(frozen=True)
class Progress:
    """How far the work is: ``stage`` in words, ``done`` and ``total`` in seconds of dance."""

    stage: str
    done: float
    total: float


@dataclass(frozen=True)
class Chunk:
    """Some frames of the dance, ready."""

    first_frame: int
    motion: Motion


class Cancelled(Exception):
    """The job was told to stop."""


def danced_genre(request: Request, model: Model) -> str | None:
    """The genre that is danced: the one asked for, else one that the seed draws.

    The generator learns every song in some genre, so it dances best in one; "any" is known to it
    only as "no condition at all", which guidance needs. None for a model without genres.
    """
    if request.genre or not model.genres:
        return request.genre or None
    drawn = np.random.SeedSequence([request.seed, _GENRE_DRAW]).generate_state(1, np.uint64)[0]
    return model.genres[int(drawn) % len(model.genres)]


def choreograph(
    song: Song | Heard,
    request: Request,
    model: Model,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    rhythm: Rhythm | None = None,
) -> Iterator[Chunk]:
    """Make a dance.

    Args:
        song: a decoded song, or one that was heard already.
        request: genre, seed, stretch and sampling.
        model: see :func:`eightcount.models.load_model`.
        progress: told about each stage.
        cancelled: asked before every decoding pass.
        rhythm: of the song as it is heard, if already known.

    Yields:
        Chunks in order, gapless from frame 0, the song's stretch long in all.

    Raises:
        Cancelled: ``cancelled`` said so.
        EightcountError: what :func:`eightcount.listening.listen` raises.
    """
    request.check()
    tell = progress or (lambda _: None)
    tell(Progress("listening", 0.0, request.seconds or song.seconds))
    sound = hear(song, rhythm) if isinstance(song, Song) else song
    heard = listen(
        sound,
        model,
        genre=danced_genre(request, model),
        start=request.start,
        seconds=request.seconds,
        energy=request.energy,
        seed=request.seed,
        rhythm=request.counted(rhythm or sound.rhythm),
    )
    heard = heard.styled(request.sections, model).told(model)
    total = heard.frames / model.fps
    finish = Finishing(model, heard.stage_plan(model, request.seed))
    done = 0
    for lower, upper, last in token_windows(heard, request, model, cancelled):
        motion = finish.push(lower, upper, last).slice(0, heard.frames - done)
        if len(motion):
            yield Chunk(done, motion)
        done += len(motion)
        tell(Progress("refining" if last else "choreographing", done / model.fps, total))


def token_windows(
    heard: Listening,
    request: Request,
    model: Model,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Token ids of both halves, window after window: (n,), (n,), whether these are the last."""
    sampling = Sampling(request.steps, request.guidance, request.temperature)
    length = heard.condition.semantic.shape[1]
    kept: tuple[Tensor, Tensor] | None = None
    fresh = Freshness(model.motion)
    start = 0
    while True:
        stop = min(start + WINDOW, length)
        lower, upper = (
            torch.full((1, stop - start), MASKED, device=model.device) for _ in range(2)
        )
        known = 0
        if kept is not None:
            known = len(kept[0])
            lower[0, :known], upper[0, :known] = kept
        end = stop - start if stop == length else stop - start - DISCARD
        end = min(end, heard.border(start + known) - start)
        condition = heard.window(start, stop, at=start + known)
        open_window = _Window(condition, lower, upper, start, known, end)
        lower, upper = _freshest(open_window, request.seed, sampling, model, fresh, cancelled)
        last = start + end == length
        yield lower[known:end], upper[known:end], last
        if last:
            return
        begin = max(0, end - MEMORY)
        kept = lower[begin:end], upper[begin:end]
        start += begin


@dataclass(frozen=True)
class _Window:
    """Tokens (1, n) to fill in, from token ``start`` of the take; ``known`` of them are given, and
    those from ``end`` on are thrown away."""

    condition: Condition
    lower: Tensor
    upper: Tensor
    start: int
    known: int
    end: int


def _freshest(
    window: _Window,
    seed: int,
    sampling: Sampling,
    model: Model,
    fresh: Freshness,
    cancelled: Callable[[], bool] | None,
) -> tuple[Tensor, Tensor]:
    """Token ids (end,) of a window: its first draw, or a later one if that wears a stretch out."""
    drawn: list[tuple[float, np.ndarray, Tensor, Tensor]] = []
    temperature = model.temperature(sampling.temperature, int(window.condition.genre[0]))
    for draw in range(DRAWS):
        try:
            lower, upper = decode(
                model.generator,
                window.condition,
                window.lower,
                window.upper,
                replace(sampling, temperature=temperature + draw * HEAT),
                window_seed(seed, window.start, draw),
                cancelled,
            )
        except Stopped:
            raise Cancelled from None
        lower, upper = lower[0, : window.end], upper[0, : window.end]
        poses = fresh.poses(lower, upper, window.known)
        drawn.append((fresh.repeats(poses), poses, lower, upper))
        if drawn[-1][0] <= MOST:
            break
    _, poses, lower, upper = min(drawn, key=lambda found: found[0])
    fresh.keep(poses)
    return lower, upper


def window_seed(seed: int, start: int, draw: int = 0) -> int:
    """A seed of its own for each window and draw, far from those of neighbouring seeds."""
    words = [seed, start, draw] if draw else [seed, start]
    return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0])


class Finishing:
    """Tokens to finished motion: decoder, refiner, staging, foot lock, all as streams.

    ``plan`` says where on the stage; None = in its middle.
    """

    def __init__(self, model: Model, plan: StagePlan | None = None) -> None:
        self.model = model
        self._decode = DecodeStream(model.motion)
        self._refine = RefineStream(model.refiner)
        self._stage = StageStream(plan)
        self._lock = FootLockStream()
        self._place = Placement()
        self._last: np.ndarray | None = None

    def push(self, lower: Tensor, upper: Tensor, last: bool) -> Motion:
        """Token ids (n,) of both halves; gives the frames that are final."""
        streams = self._refine.push(*self._decode.push(lower, upper, last), last)
        low, up = (x.cpu().numpy() for x in streams)
        motion, self._place = from_streams(self._stage.push(low), up, self._place, self.model.fps)
        motion = self._lock.push(motion)
        return self._in_hemisphere(motion)

    def _in_hemisphere(self, motion: Motion) -> Motion:
        """Quaternions without sign flips, within the chunk and to the one before."""
        if not len(motion):
            return motion
        q = rot.unroll(motion.rotations)
        if self._last is not None:
            flip = np.where((q[0] * self._last).sum(-1) < 0, -1, 1).astype(np.float32)
            q = q * flip[None, :, None]
        self._last = q[-1]
        return Motion(q, motion.translation, motion.contacts, motion.fps)
