# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on in this Blender: the backend, the song, the take under way, the last error.

One session lives from `register` to `unregister`. The panels read it and never wait for anything;
`tick` is its heart and is called by the pump's timer, or by hand where timers never fire.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from collections import deque
from dataclasses import dataclass, replace

import bpy

from eightcount.motion.errors import EightcountError
from eightcount.wire.messages import Frames, Progress, SongReady, Welcome

from . import job as jobs
from .edit_job import EditJob, EditRequest
from .link import BackendChanged, BackendPlan, Ended, Event, Link
from .rig import take
from .setup import BackendSetup

log = logging.getLogger("eightcount.addon")

WORDS = {
    "stopped": "Not running",
    "starting": "Starting ...",
    "warming": "Warming up: loading model and audio code ...",
    "ready": "Ready",
    "failed": "Stopped by a fault",
}


@dataclass(frozen=True)
class Fault:
    """An error to show: where the button is that led to it ("backend", "song" or "generate")."""

    place: str
    error: EightcountError


class Session:
    """The add-on's state. Main thread only; the link's thread is behind its queues."""

    def __init__(self) -> None:
        self.link: Link | None = None
        self.state = "stopped"
        self.welcome: Welcome | None = None
        self.heard: SongReady | None = None
        self.job: jobs.TakeJob | EditJob | None = None
        self.waiting: deque[jobs.TakeRequest | EditRequest] = deque()
        self.series = 1
        self._begun = 0.0
        self.fault: Fault | None = None
        self.notes: tuple[str, ...] = ()
        self.last_take = ""
        self.version = 0
        self.setup: BackendSetup | None = None
        self.setup_says = ""
        self.setup_seconds = 0
        self.just_set_up = False

    # --- backend -----------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """True while there is a backend, or one is being started."""
        return self.link is not None

    def start_backend(self, plan: BackendPlan) -> None:
        """Start (or connect to) a backend; returns at once. Does nothing while there is one."""
        if self.link is None:
            self.clear_fault("backend")
            self.welcome = None
            self._set_state("starting")
            self.link = Link(plan)
            self.link.start()

    def stop_backend(self, wait: float = 0.0) -> None:
        """Stop it; a take under way is cancelled and the scene put back."""
        self.cancel()
        if self.link is not None:
            self.link.stop(wait)
            if wait:
                self.tick(1.0)

    def start_setup(self, setup: BackendSetup) -> None:
        """Watch install.py until it has ended."""
        self.clear_fault("backend")
        self.setup, self.setup_says, self.setup_seconds = setup, "Starting ...", 0
        self.just_set_up = False
        self._changed()

    def stop_setup(self) -> None:
        """End install.py."""
        if self.setup is not None:
            self.setup.stop()
            self.setup = None
            self._changed()

    def _watch_setup(self) -> None:
        says, seconds = self.setup.said() or self.setup_says, int(self.setup.seconds)
        if (says, seconds) != (self.setup_says, self.setup_seconds):
            self.setup_says, self.setup_seconds = says, seconds
            self._changed()
        if self.setup.running:
            return
        setup, self.setup = self.setup, None
        self.just_set_up = setup.worked
        if not setup.worked:
            self.show_fault("backend", setup.fault())
        self._changed()

    # --- takes -------------------------------------------------------------------------------

    def start_take(self, *requests: jobs.TakeRequest | EditRequest) -> None:
        """Send requests off, one after the other. Raises EightcountError: "take-running",
        "backend-stopped", and what is wrong with the armature."""
        if self.job is not None:
            raise EightcountError(
                "take-running", "A take is under way already.", "Wait for it, or cancel it."
            )
        if self.link is None:
            raise EightcountError(
                "backend-stopped", "The backend is not running.", "Press Start first."
            )
        self.clear_fault()
        self.notes, self.last_take = (), ""
        self.series = len(requests)
        self._send(requests[0])
        self.waiting.extend(requests[1:])

    @property
    def place_in_series(self) -> int:
        """Which of the takes of one press is under way, from 1."""
        return self.series - len(self.waiting)

    @property
    def seconds_left(self) -> float | None:
        """How long the take under way still needs, by its pace so far; None while unknown."""
        if self.job is None or self.job.fraction < 0.1:
            return None
        spent = time.perf_counter() - self._begun
        return spent / self.job.fraction * (1 - self.job.fraction)

    def _send(self, request: jobs.TakeRequest | EditRequest) -> None:
        order = request.order()
        job = request.job(order.job)
        job.begin()
        self.job = job
        self._begun = time.perf_counter()
        self.link.order(order)
        self._changed()

    def _send_next(self, finished: jobs.TakeJob | EditJob) -> None:
        """The next take of the series. A dancer made for the first take dances all of them."""
        if not self.waiting:
            return
        request = self.waiting.popleft()
        if not request.armature:
            request = replace(request, armature=finished.dancer_uid)
        try:
            self._send(request)
        except EightcountError as error:
            self.waiting.clear()
            self.show_fault("generate", error)

    def cancel(self) -> bool:
        """Cancel the take under way: the scene is put back now, the backend told to stop."""
        if self.job is None or self.job.cancelling:
            return False
        self.job.cancelling = True
        self.waiting.clear()
        self.job.abandon()
        if self.link is not None:
            self.link.cancel(self.job.job)
        self._changed()
        return True

    # --- the heart ---------------------------------------------------------------------------

    def tick(self, budget: float) -> bool:
        """Handle what has arrived and write keys, for about ``budget`` seconds; True if busy."""
        end = time.perf_counter() + budget
        if self.setup is not None:
            self._watch_setup()
        while self.link is not None and time.perf_counter() < end:
            try:
                event = self.link.events().get_nowait()
            except queue.Empty:
                break
            self._handle_safely(event)
        if self.job is not None and self._unanswerable():
            self._end(Ended(self.job.job, error=_backend_gone()))
        if self.job is not None:
            self._write(max(end - time.perf_counter(), 0.001))
        return self.job is not None or self.setup is not None

    def run_until_idle(self, until: str = "job") -> None:
        """Tick until the take (with "backend" the backend's start, "setup" install.py) is through."""
        waits = {
            "job": lambda: self.job is not None,
            "backend": lambda: self.state in ("starting", "warming"),
            "setup": lambda: self.setup is not None,
        }
        while waits[until]():
            self.tick(0.25)
            time.sleep(0.004)

    # --- faults ------------------------------------------------------------------------------

    def show_fault(self, place: str, error: EightcountError) -> None:
        """Show an error in the panel until the next try."""
        log.error("%s [%s]", error, error.code)
        self.fault = Fault(place, error)
        self._changed()

    def clear_fault(self, place: str = "") -> None:
        """Forget the error shown, or only one at that place."""
        if self.fault is not None and place in ("", self.fault.place):
            self.fault = None
            self._changed()

    # --- inside ------------------------------------------------------------------------------

    def _changed(self) -> None:
        self.version += 1

    def _set_state(self, state: str) -> None:
        self.state = state
        self._changed()

    def _handle_safely(self, event: Event) -> None:
        """A fault of ours must not stop the timer, nor leave a job that never ends."""
        job = self.job
        try:
            self._handle(event)
        except Exception as error:
            log.exception("an event could not be handled")
            if job is None:
                self.show_fault("backend", _as_fault(error))
            else:
                self._give_up(job, _as_fault(error))

    def _handle(self, event: Event) -> None:
        if isinstance(event, BackendChanged):
            self._take_state(event)
        elif self.job is None or event.job != self.job.job:
            return
        elif isinstance(event, Ended):
            self._end(event)
        elif self.job.cancelling:
            return
        elif isinstance(event, Progress):
            self.job.take_progress(event)
            self._changed()
        elif isinstance(event, SongReady):
            self.heard = self.job.heard = event
            self._changed()
        elif isinstance(event, Frames):
            self.job.take_frames(event)

    def _take_state(self, event: BackendChanged) -> None:
        self._set_state(event.state)
        self.welcome = event.welcome or self.welcome
        # a take that fell with the backend has said so already, where its button is
        said = self.fault is not None and self.fault.error is event.error
        if event.error is not None and not said:
            self.show_fault("backend", event.error)
        if event.state in ("stopped", "failed") and event.welcome is None:
            self.link = None

    def _unanswerable(self) -> bool:
        """True where an order went out in the moment in which the link's thread ended."""
        if self.job.result is not None:
            return False
        return self.link is None or (not self.link.alive and self.link.events().empty())

    def _end(self, event: Ended) -> None:
        if event.done is not None and not self.job.cancelling:
            self.job.take_done(event.done)
            return
        job, self.job = self.job, None
        self.waiting.clear()
        if not job.cancelling:
            job.abandon()
        if event.error is not None and not job.cancelling:
            self.show_fault(job.place, event.error)
        self._changed()

    def _write(self, budget: float) -> None:
        job = self.job
        try:
            if job.step(budget):
                self.job = None
                self._complete(job)
        except Exception as error:  # a fault of ours must not leave half a take either
            log.exception("the take could not be written")
            self._give_up(job, _as_fault(error))

    def _give_up(self, job: jobs.TakeJob | EditJob, error: EightcountError) -> None:
        """The take cannot be finished: everything as it was, and why."""
        self.job = None
        self.waiting.clear()
        with contextlib.suppress(Exception):
            job.abandon()
        if self.link is not None:
            self.link.cancel(job.job)
        self.show_fault(job.place, error)

    def _complete(self, job: jobs.TakeJob) -> None:
        action = job.finish()
        self.last_take = action.name
        heard = job.heard.warnings if job.heard is not None else ()
        self.notes = tuple(dict.fromkeys((*heard, *job.result.warnings, *job.warnings)))
        push_undo(f"Eightcount: {action.name}")
        self._changed()
        self._send_next(job)


def _as_fault(error: Exception) -> EightcountError:
    if isinstance(error, EightcountError):
        return error
    return EightcountError(
        "take-write",
        f"The take could not be written: {error}.",
        "Blender's console has the details; please report it.",
    )


def _backend_gone() -> EightcountError:
    return EightcountError(
        "backend-gone", "The backend has ended.", "Start the backend again, then press Generate."
    )


def push_undo(message: str) -> None:
    """One step for the whole take. In background there is no undo."""
    if bpy.app.background:
        return
    # never under temp_override: see rig.armature. Timers of 4.3 and 5.2 have a window of their own.
    if bpy.ops.ed.undo_push.poll():
        bpy.ops.ed.undo_push(message=message)


_session: Session | None = None


def current() -> Session:
    """The session of this Blender."""
    global _session
    if _session is None:
        _session = Session()
    return _session


def close() -> None:
    """End the session: the backend goes, and nothing is left running."""
    global _session
    if _session is not None:
        _session.stop_setup()
        _session.stop_backend(wait=8.0)
        _session = None


def dancer_action(context: bpy.types.Context) -> bpy.types.Action | None:
    """The take that the active or selected dancer plays."""
    thing = context.object
    if thing is not None and thing.type == "MESH" and thing.parent is not None:
        thing = thing.parent
    data = thing.animation_data if thing is not None else None
    action = data.action if data is not None else None
    return action if action is not None and take.is_take(action) else None
