"""`eightcount generate SONG`: a dance as npz and BVH, without Blender."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from eightcount.commands.sections import add_sections, as_extra, check_within, parse_section
from eightcount.wire.messages import Generate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument("song", type=Path, help="an audio file")
    parser.add_argument("--genre", help="one of the model's genres; without it, the seed draws one")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same take")
    parser.add_argument("--start", type=float, default=0.0, help="seconds into the song")
    parser.add_argument("--seconds", type=float, help="length; without it, to the song's end")
    parser.add_argument(
        "--steps", type=int, default=Generate.steps, help="decoding passes, 1 to 64"
    )
    parser.add_argument("--guidance", type=float, default=Generate.guidance, help="1 = off")
    parser.add_argument(
        "--temperature", type=float, default=Generate.temperature, help="0 = the surest every time"
    )
    parser.add_argument("--energy", type=float, help="0 to 1; without it, it follows the song")
    add_sections(parser)
    add_counting(parser, 1.0, 0)
    parser.add_argument("--model", default="", help="a name in assets/models, or a folder")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for npz and BVH")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_counting(parser: argparse.ArgumentParser, factor: float | None, later: int | None) -> None:
    """Arguments that say how the song is counted, with their defaults."""
    parser.add_argument(
        "--tempo-factor",
        type=float,
        choices=[0.5, 1.0, 2.0],
        default=factor,
        help="count the song half as fast or twice as fast as it was heard",
    )
    parser.add_argument(
        "--first-count",
        type=int,
        choices=range(8),
        default=later,
        metavar="0..7",
        help="the ONE is so many beats later than it was heard",
    )


def run(args: argparse.Namespace) -> int:
    """Make the take and write it; errors are raised as EightcountError."""
    import numpy as np

    from eightcount.choreographer import Request, choreograph, danced_genre
    from eightcount.listening import hear
    from eightcount.metrics.beats import bas_music_to_motion
    from eightcount.models import load_model
    from eightcount.motion.formats.bvh import save_bvh
    from eightcount.motion.formats.npz import save_take
    from eightcount.motion.motion import Motion
    from eightcount.music.song import decode_song
    from eightcount.serve.choreography import leave_room, pick_device, within_take

    request = Request(
        args.genre,
        args.seed,
        args.start,
        args.seconds,
        args.steps,
        args.guidance,
        args.temperature,
        args.energy,
        args.tempo_factor,
        args.first_count,
        tuple(map(parse_section, args.section)),
    )
    request.check()
    clock = _Clock()
    leave_room()
    model = load_model(args.model, pick_device(args.device))
    clock.note("load_model")
    song = decode_song(args.song)
    clock.note("decode_song")
    for warning in song.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    rest = song.seconds - args.start
    check_within(request.sections, rest if args.seconds is None else min(args.seconds, rest))
    heard = hear(song)
    rhythm = request.counted(heard.rhythm)
    clock.note("rhythm")
    parts = []
    for chunk in choreograph(heard, request, model):
        if not parts:
            clock.note("first_chunk", keep=True)
        parts.append(chunk.motion)
    clock.note("choreograph")
    motion = Motion.concatenate(parts)
    beats = within_take(rhythm.beats, model.fps, args.start, motion)
    score = (
        bas_music_to_motion(motion.joints(), np.asarray(beats), motion.fps) if len(beats) else None
    )
    genre = danced_genre(request, model) or "any"
    base = args.out / f"{args.song.stem}_{genre}_{args.seed}"
    args.out.mkdir(parents=True, exist_ok=True)
    npz, bvh = base.parent / f"{base.name}.npz", base.parent / f"{base.name}.bvh"
    kept = ("start", "steps", "guidance", "temperature", "tempo_factor", "first_count")
    settings = {key: getattr(request, key) for key in kept}
    if request.sections:
        settings["sections"] = as_extra(request.sections)
    save_take(
        npz,
        motion,
        beats=beats,
        genre=genre,
        seed=args.seed,
        model=model.name,
        extra=settings | {"song": args.song.name, "digest": song.digest, "energy": args.energy},
    )
    save_bvh(bvh, motion)
    clock.note("write")
    result = {
        "npz": str(npz),
        "bvh": str(bvh),
        "frames": len(motion),
        "seconds": motion.seconds,
        "genre": genre,
        "seed": args.seed,
        "model": model.name,
        "tempo": rhythm.tempo,
        "beat_score": score,
        "warnings": list(song.warnings),
        "timings": clock.seconds,
    }
    if args.json:
        print(json.dumps(result))
    else:
        print(f"{npz}\n{bvh}\n{motion.seconds:.1f} s of {genre}, beat score {_figure(score)}")
    return 0


def _figure(score: float | None) -> str:
    return "unknown" if score is None else f"{score:.2f}"


class _Clock:
    """Seconds of each stage, one after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def note(self, name: str, keep: bool = False) -> None:
        """Seconds since the last note; ``keep`` leaves the clock running for the next one."""
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 4)
        if not keep:
            self._last = now
