"""Remake docs/pictures/genres.png: eight genres, five moments of one phrase each.

    python docs/make/genres.py --model basic --songs assets/demo --out docs/pictures/genres.png

runs with the backend's Python; --blender names a Blender, without it the bpy module of this Python
renders. --only remakes the pictures of some genres' takes without the rest (a look at them).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
#: genre, its name for people, the song (by the start of its file's name).
SHOWN = (
    ("break", "Break", "pop"),
    ("pop", "Pop", "pop"),
    ("lock", "Lock", "pop"),
    ("waack", "Waack", "house"),
    ("house", "House", "house"),
    ("krump", "Krump", "pop"),
    ("ballet-jazz", "Ballet jazz", "house"),
    ("middle-hip-hop", "Middle hip-hop", "pop"),
)
CELL = (158, 190)
GAP, LABEL = 20, 30
INK, PAPER = (40, 44, 50), (255, 255, 255)


def main() -> None:
    """Dance, render, put together."""
    arguments = read_arguments()
    sys.path.insert(0, str(ROOT / "backend"))
    from takes import best_phrase

    from eightcount.models import load_model
    from eightcount.motion.formats.npz import save_take

    model = load_model(arguments.model, "cpu")
    shown = [row for row in SHOWN if not arguments.only or row[0] in arguments.only]
    with tempfile.TemporaryDirectory() as folder:
        work, shots = Path(folder), []
        for genre, _, start in shown:
            song = sorted(arguments.songs.glob(f"{start}*.ogg"))[0]
            seeds = range(1, arguments.seeds + 1)
            phrase = best_phrase(model, genre, song, seeds, arguments.seconds)
            take = work / f"{genre}.npz"
            save_take(
                take, phrase.motion, beats=[], genre=genre, seed=phrase.seed, model=model.name
            )
            print(f"{genre}: {phrase.song}, seed {phrase.seed}, frames {phrase.frames}", flush=True)
            shots.append(
                {
                    "take": str(take),
                    "frames": phrase.frames,
                    "out": str(work / genre),
                    "size": [2 * n for n in CELL],
                }
            )
        render(arguments.blender, work, shots)
        picture = sheet([(label, work / genre) for genre, label, _ in shown])
        picture.quantize(256).save(arguments.out, optimize=True)


def read_arguments() -> argparse.Namespace:
    """The words of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="", help="a name in assets/models, or a folder")
    parser.add_argument("--songs", type=Path, default=ROOT / "assets" / "demo")
    parser.add_argument("--blender", help="without it, this Python's bpy")
    parser.add_argument("--seeds", type=int, default=8, help="takes of each genre to choose from")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def render(blender: str | None, work: Path, shots: list[dict]) -> None:
    """Let strips.py make the stills."""
    plan = work / "plan.json"
    folders = {"addon": str(ROOT), "backend": str(ROOT / "backend")}
    plan.write_text(json.dumps(folders | {"shots": shots}))
    script = str(Path(__file__).with_name("strips.py"))
    command = [blender, "-b", "-P", script, "--"] if blender else [sys.executable, script]
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}}
    subprocess.run([*command, str(plan)], check=True, **quiet)


def sheet(rows: list[tuple[str, Path]]) -> Image.Image:
    """Two columns of strips, each with its genre's name under it."""
    from takes import MOMENTS

    wide, high = MOMENTS * CELL[0], CELL[1] + LABEL
    lines = (len(rows) + 1) // 2
    picture = Image.new("RGB", (2 * wide + GAP, lines * high), PAPER)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(18)
    for n, (label, stem) in enumerate(rows):
        left, top = n % 2 * (wide + GAP), n // 2 * high
        for i in range(MOMENTS):
            cell = Image.open(f"{stem}-{i}.png").convert("RGB").resize(CELL, Image.LANCZOS)
            picture.paste(cell, (left + i * CELL[0], top))
        pen.text((left + wide / 2, top + CELL[1] + 13), label, INK, font, anchor="mm")
    return picture


if __name__ == "__main__":
    main()
