"""Remake docs/pictures/walkthrough.gif, panel.png and edit.png in the window of a real Blender.

    python docs/make/film.py --open "PROGRAM run 4.3" --zip dist/eightcount-0.1.0.zip \
        --song assets/demo/house-124.ogg --out docs/pictures --work EMPTY_FOLDER

runs with the backend's Python. --open is a command that opens Blender's window on a display of its
own and runs the script that is named after it inside (as tests/e2e/test_window.py describes it).
Needs ImageMagick (pictures of the screen) and xdotool.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
#: pictures a second of the film, its width, and the height of the caption under it.
RATE, WIDTH, STRIPE, COLOURS = 8, 900, 34, 128
#: milliseconds that a caption's first picture stays longer, to be read.
READING = 800
INK, PAPER = (235, 238, 242), (24, 26, 30)


def main() -> None:
    """Photograph, then put together."""
    arguments = read_arguments()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if not arguments.assemble:
        photograph(arguments, work)
    seen = json.loads((work / "captions.json").read_text())
    if (work / "error.txt").exists() or seen["fault"]:
        sys.exit(seen["fault"] or (work / "error.txt").read_text())
    film(work, seen, arguments.crop, arguments.out / "walkthrough.gif")
    for name in ("panel", "edit"):
        picture = Image.open(work / f"{name}.png").convert("RGB").crop(arguments.crop)
        picture.quantize(128).save(arguments.out / f"{name}.png", optimize=True)


def read_arguments() -> argparse.Namespace:
    """The words of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", default="", help="command that opens a Blender")
    parser.add_argument("--zip", type=Path, help="the extension")
    parser.add_argument("--song", type=Path)
    parser.add_argument("--genre", default="house")
    parser.add_argument("--arms", default="waack", help="genre of the edit of the upper body")
    parser.add_argument("--model", default="", help="a name in assets/models, or a folder")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for pictures")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--crop", type=int, nargs=4, default=[420, 70, 1600, 980])
    parser.add_argument("--assemble", action="store_true", help="the pictures in --work are there")
    return parser.parse_args()


def photograph(arguments: argparse.Namespace, work: Path) -> None:
    """Run walkthrough.py in the window, beside a backend of its own."""
    connection = work / "connection.json"
    model = ["--model", arguments.model] if arguments.model else []
    backend = subprocess.Popen(
        [sys.executable, "-m", "eightcount.serve", "--connection-file", str(connection), *model]
        + ["--device", "cpu"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "backend")},
        stdin=subprocess.DEVNULL,
    )
    try:
        while not connection.exists() and backend.poll() is None:
            time.sleep(0.2)
        (work / "user").mkdir(exist_ok=True)
        plan = {
            "zip": str(arguments.zip.resolve()),
            # beside the .blend, so that the panel shows a short path
            "song": shutil.copy(arguments.song, work),
            "connection": str(connection),
            "genre": arguments.genre,
            "arms": arguments.arms,
            "out": str(work),
            "size": [1600, 1000],
        }
        (work / "plan.json").write_text(json.dumps(plan))
        script = str(Path(__file__).with_name("walkthrough.py"))
        subprocess.run(
            [*shlex.split(arguments.open), script, "--", str(work / "plan.json")],
            env=os.environ | {"BLENDER_USER_RESOURCES": str(work / "user")},
            cwd=ROOT,
            check=False,
        )
    finally:
        backend.terminate()
        backend.wait(20)


def film(work: Path, seen: dict, crop: list[int], out: Path) -> None:
    """The GIF: one palette for all pictures, without dithering, so that still parts cost nothing."""
    high = round(WIDTH * (crop[3] - crop[1]) / (crop[2] - crop[0]))
    font = ImageFont.load_default(19)
    pictures = []
    for n in range(seen["pictures"]):
        text = [t for first, t in seen["captions"] if first <= n][-1]
        shot = Image.open(work / f"f{n:04d}.png").convert("RGB").crop(crop)
        picture = Image.new("RGB", (WIDTH, high + STRIPE), PAPER)
        picture.paste(shot.resize((WIDTH, high), Image.LANCZOS))
        ImageDraw.Draw(picture).text((WIDTH / 2, high + STRIPE / 2), text, INK, font, anchor="mm")
        pictures.append(picture)
    # the palette is made of the dancers, small in the picture, as much as of the panel
    sample = Image.new("RGB", (2 * WIDTH, 4 * high))
    for i in range(4):
        whole = pictures[(2 * i + 1) * len(pictures) // 8]
        sample.paste(whole, (0, i * high))
        pair = pictures[-1 - 6 * i].crop((0, high // 4, WIDTH * 3 // 5, high * 3 // 4))
        sample.paste(pair.resize((WIDTH, high)), (WIDTH, i * high))
    palette = sample.quantize(COLOURS)
    frames = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    begun = {first for first, _ in seen["captions"]}
    frames[0].save(
        out,
        save_all=True,
        append_images=frames[1:],
        duration=[1000 // RATE + READING * (n in begun) for n in range(len(frames))],
        loop=0,
        optimize=False,
    )
    print(
        f"{out.name}: {len(frames)} pictures, {len(frames) / RATE + len(begun) * READING / 1000:.1f} s"
    )


if __name__ == "__main__":
    main()
