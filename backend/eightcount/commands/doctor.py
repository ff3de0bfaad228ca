"""`eightcount doctor`: what was found on this machine, and what to do about what was not."""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import shutil
import sys
from typing import Any

import eightcount
from eightcount.motion.errors import EightcountError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the subcommand."""
    parser.add_argument("--model", default="", help="a name in assets/models, or a folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 when a dance cannot be made here."""
    found = examine(args.model)
    if args.json:
        print(json.dumps(found))
    else:
        for key, value in found.items():
            shown = (
                ", ".join(f"{k} {v}" for k, v in value.items())
                if isinstance(value, dict)
                else value
            )
            print(f"{key:>10}: {shown}")
    return 0 if "problem" not in found else 1


def examine(model: str = "") -> dict[str, Any]:
    """Versions, device, scan path, Blender and model; ``problem`` only where there is one."""
    found: dict[str, Any] = {
        "eightcount": eightcount.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "blender": _blender(),
    }
    try:
        import torch

        from eightcount.nn.scan import scan_path
        from eightcount.serve.choreography import pick_device

        device = pick_device("auto")
        found |= {"torch": torch.__version__, "device": device, "scan": scan_path(device)}
        found["model"] = _model(model)
    except ImportError as fault:
        found["problem"] = (
            f"The backend is not installed here ({fault}). Run python install.py in the project."
        )
    except EightcountError as fault:
        found["problem"] = str(fault)
    return found


def _model(name: str) -> dict[str, Any]:
    from eightcount.models import load_model

    model = load_model(name)
    return {
        "name": model.name,
        "genres": list(model.genres),
        "fps": model.fps,
        "licence": model.licence,
        "note": model.note,
    }


def _blender() -> str:
    path = shutil.which("blender")
    if path:
        return path
    if importlib.util.find_spec("bpy") is not None:
        return f"bpy wheel in {sys.prefix}"
    return "none found"
