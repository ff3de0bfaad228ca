"""`eightcount edit TAKE.npz SONG`: choose a range of a take anew; the rest stays bit for bit."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from eightcount.commands.generate import add_counting
from eightcount.commands.sections import of_take
from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import Generate

if TYPE_CHECKING:
    from eightcount.editing import Pin
    from eightcount.motion.motion import Motion


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument("take", type=Path, help="a take that generate wrote (npz)")
    parser.add_argument("song", type=Path, help="its song")
    parser.add_argument(
        "--range",
        required=True,
        metavar="FROM:TO",
        help="seconds of the take; past its end = longer",
    )
    parser.add_argument("--half", choices=["both", "upper", "lower"], default="both")
    parser.add_argument("--genre", help="another genre for the range; without it, the take's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--energy", type=float, help="0 to 1; without it, it follows the song")
    parser.add_argument(
        "--steps", type=int, default=Generate.steps, help="decoding passes, 1 to 64"
    )
    parser.add_argument("--guidance", type=float, default=Generate.guidance)
    parser.add_argument("--temperature", type=float, default=Generate.temperature)
    parser.add_argument(
        "--pin",
        action="append",
        default=[],
        type=float,
        metavar="SECOND",
        help="keep the pose that the take has there; may be given several times",
    )
    parser.add_argument("--loop", action="store_true", help="the take's end flows into its start")
    add_counting(parser, None, None)  # without them, as the take's song was counted
    parser.add_argument("--model", default="", help="without it, the model that made the take")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, required=True, help="the new take (npz)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Edit the take and write the new one."""
    from eightcount.choreographer import Request, danced_genre
    from eightcount.editing import Edit, apply_edit
    from eightcount.listening import hear
    from eightcount.models import list_models, load_model
    from eightcount.motion.formats.npz import load_take, save_take
    from eightcount.music.song import decode_song
    from eightcount.serve.choreography import leave_room, pick_device, within_take

    start, stop = parse_range(args.range)
    take = load_take(args.take)
    pins = pins_of(take.motion, args.pin)
    made_by = take.model if take.model in list_models() else ""
    leave_room()
    model = load_model(args.model or made_by, pick_device(args.device))
    begin = time.perf_counter()
    song = decode_song(args.song)
    if take.extra.get("digest") not in (None, song.digest):
        print("Warning: this is not the song that the take was made to.", file=sys.stderr)
    heard = hear(song)
    genre = args.genre or (take.genre if take.genre in model.genres else None)
    offset = float(take.extra.get("start", 0.0))
    counting = {
        key: take.extra.get(key, default) if getattr(args, key) is None else getattr(args, key)
        for key, default in (("tempo_factor", 1.0), ("first_count", 0))
    }
    sections = of_take(take.extra, genre=not args.genre, energy=args.energy is None)
    request = Request(
        genre, args.seed, offset, None, args.steps, args.guidance, args.temperature, args.energy,
        **counting, sections=sections,
    )  # fmt: skip
    edit = Edit(start, stop, args.half, request, pins=pins, loop=args.loop)
    motion = apply_edit(take.motion, heard, edit, model)
    seconds = time.perf_counter() - begin
    genre = danced_genre(request, model)
    done = {"range": [start, stop], "half": args.half, "genre": genre, "seed": args.seed}
    if pins:
        done["pins"] = [pin.frame for pin in pins]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save_take(
        args.out,
        motion,
        beats=within_take(request.counted(heard.rhythm).beats, model.fps, offset, motion),
        genre=take.genre,
        seed=take.seed,
        model=model.name,
        extra=take.extra | counting | {"edits": [*take.extra.get("edits", []), done]},
        edited_from=take,
    )
    result = {"npz": str(args.out), "frames": len(motion), "timings": {"edit": round(seconds, 4)}}
    print(json.dumps(result | done) if args.json else f"{args.out}: {start:g} to {stop:g} s anew")
    return 0


def pins_of(motion: Motion, seconds: list[float]) -> tuple[Pin, ...]:
    """Pins that keep the poses a take has at some seconds.

    Raises:
        EightcountError: ``pin-outside`` the take.
    """
    from eightcount.editing import Pin

    pins = []
    for second in seconds:
        frame = round(second * motion.fps)
        if not 0 <= frame < len(motion):
            raise EightcountError(
                "pin-outside",
                f"The take has no pose at {second:g} s.",
                f"It lasts {len(motion) / motion.fps:.2f} s.",
            )
        pins.append(Pin(frame, motion.rotations[frame], motion.translation[frame]))
    return tuple(pins)


def parse_range(text: str) -> tuple[float, float]:
    """``4.0:8.0`` as two numbers.

    Raises:
        EightcountError: ``range-unreadable``.
    """
    try:
        start, stop = (float(part) for part in text.split(":"))
    except ValueError:
        raise EightcountError(
            "range-unreadable", f"{text!r} is no range.", "Write it as FROM:TO, e.g. 4.0:8.0."
        ) from None
    return start, stop
