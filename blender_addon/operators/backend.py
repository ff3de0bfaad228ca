# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop the backend; copy an error's details."""

from __future__ import annotations

import platform
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from eightcount import __version__
from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import PROTOCOL

from .. import pump, session
from ..preferences import backend_plan, preferences
from ..setup import BackendSetup
from .reporting import refuse
from .waiting import Waits


class EIGHTCOUNT_OT_backend_start(Waits, bpy.types.Operator):
    """Start the process that makes the dances, or connect to the one named in the preferences"""

    bl_idname = "eightcount.backend_start"
    bl_label = "Start Backend"

    @classmethod
    def poll(cls, _context) -> bool:
        """Only where none runs."""
        cls.poll_message_set("The backend is running already")
        return not session.current().running

    def execute(self, context) -> set[str]:
        """Start it and wait until it is ready or has failed."""
        now = session.current()
        try:
            now.start_backend(backend_plan(context))
        except EightcountError as error:
            return refuse(self, "backend", error)
        return self.come_back("backend", "backend")


class EIGHTCOUNT_OT_setup_backend(Waits, bpy.types.Operator):
    """Set up the backend: run install.py of the project's folder with Blender's own Python"""

    bl_idname = "eightcount.setup_backend"
    bl_label = "Set Up Backend"

    directory: StringProperty(
        name="Project Folder",
        description="Folder into which Eightcount was unpacked; not given: the preferences' one",
        subtype="DIR_PATH",
        options={"SKIP_SAVE"},
    )
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def poll(cls, _context) -> bool:
        """Not twice at once, and not under a running backend."""
        now = session.current()
        cls.poll_message_set("The backend is running, or being set up")
        return now.setup is None and not now.running

    def invoke(self, context, event) -> set[str]:
        """Ask for the folder where none is known; then start it and come back at once."""
        if self._folder(context) is None:
            self.wait = False
            context.window_manager.fileselect_add(self)
            return {"RUNNING_MODAL"}
        return super().invoke(context, event)

    def execute(self, context) -> set[str]:
        """Run install.py; from a script wait for it."""
        now = session.current()
        try:
            if not bpy.app.online_access:
                raise EightcountError(
                    "offline",
                    "The set-up fetches packages, and Blender may not use the network.",
                    "Allow online access in Preferences > System > Network.",
                )
            folder = self._folder(context)
            if folder is None:
                raise EightcountError(
                    "setup-folder", "No project folder is chosen.", "Choose Eightcount's folder."
                )
            now.start_setup(BackendSetup(folder))
        except EightcountError as error:
            return refuse(self, "backend", error)
        chosen = preferences(context)
        if chosen is not None:
            chosen.backend_folder = str(folder)
        return self.come_back("backend", "setup")

    def _folder(self, context) -> Path | None:
        chosen = preferences(context)
        text = self.directory or (chosen.backend_folder if chosen is not None else "")
        return Path(bpy.path.abspath(text)) if text else None


class EIGHTCOUNT_OT_setup_stop(bpy.types.Operator):
    """Stop the set-up; the next one goes on from there"""

    bl_idname = "eightcount.setup_stop"
    bl_label = "Stop Set-Up"

    @classmethod
    def poll(cls, _context) -> bool:
        """Only while it runs."""
        return session.current().setup is not None

    def execute(self, _context) -> set[str]:
        """End install.py."""
        session.current().stop_setup()
        return {"FINISHED"}


class EIGHTCOUNT_OT_backend_stop(bpy.types.Operator):
    """Stop the backend process; a take under way is cancelled"""

    bl_idname = "eightcount.backend_stop"
    bl_label = "Stop Backend"

    @classmethod
    def poll(cls, _context) -> bool:
        """Only where one runs."""
        cls.poll_message_set("The backend is not running")
        return session.current().running

    def execute(self, _context) -> set[str]:
        """Ask it to end. Scripts in background wait for it, since no timer would."""
        session.current().stop_backend(wait=8.0 if bpy.app.background else 0.0)
        pump.hurry()
        return {"FINISHED"}


class EIGHTCOUNT_OT_copy_details(bpy.types.Operator):
    """Copy the error with versions and log file to the clipboard, to paste it into a report"""

    bl_idname = "eightcount.copy_details"
    bl_label = "Copy Details"

    @classmethod
    def poll(cls, _context) -> bool:
        """Only where there is an error."""
        return session.current().fault is not None

    def execute(self, context) -> set[str]:
        """Put the text on the clipboard."""
        context.window_manager.clipboard = details()
        self.report({"INFO"}, "The details are on the clipboard")
        return {"FINISHED"}


def details() -> str:
    """The last error as text for a report: what, where, versions, log."""
    now = session.current()
    lines = []
    if now.fault is not None:
        error = now.fault.error
        lines += [f"{error.sentence} {error.hint}".strip(), f"code: {error.code}"]
    lines += [
        f"Eightcount {__version__}, wire {PROTOCOL}",
        f"Blender {bpy.app.version_string}, Python {platform.python_version()}",
        f"system: {platform.platform()}",
        f"backend: {now.state}",
    ]
    if now.welcome is not None:
        w = now.welcome
        lines += [f"backend version {w.program_version}, model {w.model}, device {w.device}"]
        lines += [f"log: {w.log_file}"]
    return "\n".join(lines)


CLASSES = (
    EIGHTCOUNT_OT_backend_start,
    EIGHTCOUNT_OT_backend_stop,
    EIGHTCOUNT_OT_setup_backend,
    EIGHTCOUNT_OT_setup_stop,
    EIGHTCOUNT_OT_copy_details,
)
