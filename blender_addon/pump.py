# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer on Blender's main thread that lets the session breathe, and what else must hear of it.

In the bpy module timers never fire: there `tick` is called by hand, or by an operator that waits.
"""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from . import session
from .job import remove_strays
from .properties import use_defaults

#: seconds of main-thread time that a tick may use.
BUDGET = 0.007
#: seconds between ticks: while something moves, while a backend is only there, and at rest.
BUSY, CALM = 0.012, 0.2

_drawn = -1


def tick() -> float | None:
    """Handle events and write keys within `BUDGET`. Returns the seconds to the next tick."""
    global _drawn
    now = session.current()
    busy = now.tick(BUDGET)
    if now.version != _drawn:
        _drawn = now.version
        redraw()
    if not now.running and not busy:
        return None
    moving = now.job is not None or now.state in ("starting", "warming")
    return BUSY if moving else CALM


def ensure() -> None:
    """Have `tick` called from now on, until there is nothing to do."""
    if not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, persistent=True)


def hurry() -> None:
    """Have the next tick called soon, whatever the timer's pause is."""
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    bpy.app.timers.register(tick, persistent=True)


def redraw() -> None:
    """Draw our panels anew; the view itself follows the dancer on its own."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


@persistent
def _before_load(*_: object) -> None:
    """The file goes: the take that was meant for it goes too."""
    session.current().cancel()


@persistent
def _after_load(*_: object) -> None:
    """A file that was saved while frames arrived holds half a take: remove it. A new file gets
    the preferences' defaults."""
    remove_strays()
    if not bpy.data.filepath:
        for scene in bpy.data.scenes:
            use_defaults(bpy.context, scene.eightcount)


@persistent
def _after_undo(*_: object) -> None:
    job = session.current().job
    remove_strays(alive=job.action_uid if job is not None else 0)
    if job is not None and not job.cancelling:
        job.after_undo()


_HANDLERS = (
    ("load_pre", _before_load),
    ("load_post", _after_load),
    ("undo_post", _after_undo),
    ("redo_post", _after_undo),
)


def register() -> None:
    """Add the handlers; the timer comes with the first backend."""
    for name, handler in _HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Take timer and handlers away, and end the session."""
    if bpy.app.timers.is_registered(tick):
        bpy.app.timers.unregister(tick)
    for name, handler in _HANDLERS:
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
    session.close()
