"""Remake docs/pictures/demo.png: moments of the demo's take, two rows.

    python docs/make/demo.py --take out/demo/take.npz --first 60 --out docs/pictures/demo.png

runs with the backend's Python, after `python install.py demo`. --first and --step count the take's
frames (30 a second). --blender as in genres.py.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from genres import render
from PIL import Image

#: pictures in a row, rows, and the size of each.
COLUMNS, ROWS, CELL = 8, 2, (190, 210)


def main() -> None:
    """Render the moments, lay them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--take", type=Path, required=True)
    parser.add_argument("--blender", help="without it, this Python's bpy")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--step", type=int, default=8)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    frames = [arguments.first + arguments.step * n for n in range(COLUMNS * ROWS)]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shot = {
            "take": str(arguments.take.resolve()),
            "frames": frames,
            "out": str(work / "demo"),
            "size": [2 * n for n in CELL],
        }
        render(arguments.blender, work, [shot])
        sheet = Image.new("RGB", (COLUMNS * CELL[0], ROWS * CELL[1]))
        for n in range(len(frames)):
            cell = Image.open(work / f"demo-{n}.png").convert("RGB").resize(CELL, Image.LANCZOS)
            sheet.paste(cell, (n % COLUMNS * CELL[0], n // COLUMNS * CELL[1]))
    sheet.quantize(256).save(arguments.out, optimize=True)


if __name__ == "__main__":
    main()
