# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's preferences, and the backend that they lead to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import Generate

from .link import BackendPlan

#: names a backend's interpreter where the preferences name none (scripts, tests, a studio's set-up).
PYTHON_VARIABLE = "EIGHTCOUNT_PYTHON"


class EightcountPreferences(bpy.types.AddonPreferences):
    """Where the backend is, how it shall run, and what new scenes start with."""

    bl_idname = __package__

    backend_folder: StringProperty(
        name="Project Folder",
        description="Folder of Eightcount, in which install.py was run; its .venv holds the backend",
        subtype="DIR_PATH",
    )
    backend_python: StringProperty(
        name="Backend's Python",
        description="Python of the backend's environment; leave empty to use the project folder's .venv",
        subtype="FILE_PATH",
    )
    connection_file: StringProperty(
        name="Connection File",
        description="Connection file of a backend that runs already, on this machine or another; "
        "leave empty to have one started here",
        subtype="FILE_PATH",
    )
    device: EnumProperty(
        name="Device",
        description="What the backend computes on",
        items=[
            ("auto", "Automatic", "The best there is"),
            ("cpu", "CPU", "The processor"),
            ("cuda", "CUDA", "An NVIDIA graphics card"),
            ("mps", "Metal", "An Apple graphics processor"),
        ],
        default="auto",
    )
    model: StringProperty(
        name="Model", description="Name or folder of the model; leave empty for the bundled one"
    )
    log_level: EnumProperty(
        name="Log Level",
        description="How much the backend writes into its log",
        items=[(level, level.capitalize(), "") for level in ("error", "warning", "info", "debug")],
        default="info",
    )
    steps: IntProperty(
        name="Steps",
        description="Decoding steps that new scenes start with",
        default=Generate.steps,
        min=1,
        max=64,
    )
    guidance: FloatProperty(
        name="Guidance",
        description="Guidance that new scenes start with",
        default=Generate.guidance,
        min=0.0,
        max=10.0,
    )
    temperature: FloatProperty(
        name="Adventure",
        description="Temperature that new scenes start with",
        default=Generate.temperature,
        min=0.0,
        max=4.0,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the preferences; nothing is looked up here."""
        layout = self.layout
        layout.use_property_split = True
        box = layout.column(heading="Backend")
        box.prop(self, "backend_folder")
        box.prop(self, "backend_python")
        box.prop(self, "connection_file")
        box.separator()
        box.prop(self, "device")
        box.prop(self, "model")
        box.prop(self, "log_level")
        defaults = layout.column(heading="New scenes")
        defaults.separator()
        defaults.prop(self, "steps")
        defaults.prop(self, "guidance")
        defaults.prop(self, "temperature")


def preferences(context: bpy.types.Context) -> EightcountPreferences | None:
    """The add-on's preferences; None where it was registered without being enabled."""
    addon = context.preferences.addons.get(__package__)
    return addon.preferences if addon is not None else None


def known_backend(context: bpy.types.Context) -> bool:
    """True where something is said about where the backend is; whether it is there is not looked at."""
    chosen = preferences(context)
    if chosen is None:
        return PYTHON_VARIABLE in os.environ
    named = chosen.connection_file or chosen.backend_python or chosen.backend_folder
    return bool(named) or PYTHON_VARIABLE in os.environ


def backend_plan(context: bpy.types.Context) -> BackendPlan:
    """How to reach the backend. Raises EightcountError "backend-unset", "backend-missing"."""
    chosen = preferences(context)
    name = f"Blender {bpy.app.version_string}"
    device = chosen.device if chosen is not None else "auto"
    shared = {
        "name": name,
        "device": "" if device == "auto" else device,
        "model": chosen.model if chosen is not None else "",
        "log_level": chosen.log_level if chosen is not None else "info",
        "network_allowed": bpy.app.online_access,
    }
    if chosen is not None and chosen.connection_file:
        return BackendPlan(connection_file=bpy.path.abspath(chosen.connection_file), **shared)
    return BackendPlan(python=str(_backend_python(chosen)), **shared)


def venv_python(folder: Path) -> Path:
    """The interpreter of a project folder's .venv."""
    if sys.platform == "win32":
        return folder / ".venv" / "Scripts" / "python.exe"
    return folder / ".venv" / "bin" / "python"


def _backend_python(chosen: EightcountPreferences | None) -> Path:
    """The interpreter: from the preferences, the environment variable, or the project folder."""
    if chosen is not None and chosen.backend_python:
        python = Path(bpy.path.abspath(chosen.backend_python))
    elif chosen is not None and chosen.backend_folder:
        python = venv_python(Path(bpy.path.abspath(chosen.backend_folder)))
    elif os.environ.get(PYTHON_VARIABLE):
        python = Path(os.environ[PYTHON_VARIABLE])
    else:
        raise EightcountError(
            "backend-unset",
            "Eightcount does not know where its backend is.",
            "Run install.py, then set the project folder in Preferences > Add-ons > Eightcount.",
        )
    if not python.is_file():
        raise EightcountError(
            "backend-missing",
            f"There is no Python at {python}.",
            "Run install.py in the project folder, or correct the folder in the preferences.",
        )
    return python
