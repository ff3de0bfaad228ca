# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer on Blender's main thread that lets the session breathe, and what else must hear of it.

In the bpy module timers never fire: there `tick` is called by hand, or by an operator that waits.
"""

from __future__ import annotations

import time

import bpy
from bpy.app.handlers import persistent

from . import session
from .job import remove_strays
from .properties import use_defaults

#: seconds of main-thread time that a tick may use.
BUDGET = 0.007
#: Blender draws its window between two ticks. Where that takes long, as without a graphics card, it is
#: the number of ticks that one waits for: what has all arrived is then written with this share of the
#: time that went by since the last tick, and at most so many seconds at once.
SHARE, MOST = 0.25, 0.1
#: seconds between ticks: while keys are written, while a job is under way, and at rest.
KEYING, BUSY, CALM = 0.001, 0.012, 0.2
#: while a job is under way our panels are drawn at most this often, seconds: to draw a window may
#: take longer than all our own work.
REDRAW = 0.1

_drawn = -1
_drawn_at = 0.0
_ended = 0.0


def tick() -> float | None:
    """Handle events and write keys within `BUDGET`. Returns the seconds to the next tick."""
    global _ended
    now = session.current()
    keying = now.job is not None and now.job.stage == "keying"
    busy = now.tick(budget(time.monotonic() - _ended) if keying else BUDGET)
    _show(now)
    _ended = time.monotonic()
    if not now.running and not busy:
        return None
    if now.job is not None and now.job.stage == "keying":
        return KEYING
    moving = now.job is not None or now.state in ("starting", "warming")
    return BUSY if moving else CALM


def budget(between: float) -> float:
    """Seconds that a tick may use to write keys, ``between`` seconds after the end of the last one."""
    return min(max(BUDGET, SHARE * between), MOST)


def _show(now: session.Session) -> None:
    """Draw our panels where something of theirs has changed."""
    global _drawn, _drawn_at
    moment = time.monotonic()
    if now.version == _drawn or (now.job is not None and moment - _drawn_at < REDRAW):
        return
    _drawn, _drawn_at = now.version, moment
    redraw()


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
