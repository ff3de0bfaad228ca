"""One length of ``eightcount bench``, in a process of its own: prints one JSON line."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(text: str) -> None:
    """Measure a cold and some warm passes as the settings (JSON) say."""
    settings = json.loads(text)
    start = time.perf_counter()
    import torch

    from eightcount.models import load_model
    from eightcount.serve.choreography import leave_room, pick_device

    leave_room()
    if settings["threads"]:
        torch.set_num_threads(settings["threads"])
    model = load_model(settings["model"], pick_device(settings["device"]))
    loading = time.perf_counter() - start
    audio = make_song(settings["seconds"])
    peaks: dict[str, float] = {"load": _peak_mb()}
    cold = {"load": loading} | _one_pass(audio, model, settings, peaks)
    warm = [_one_pass(audio, model, settings, peaks) for _ in range(settings["runs"])]
    print(json.dumps({"cold": cold, "warm": warm, "peak_mb": peaks}))


def make_song(seconds: float, seed: int = 1) -> bytes:
    """A song of our own as OGG; long ones repeat a minute of it."""
    import numpy as np
    import soundfile

    from eightcount.music.synth import synthesise

    made = synthesise("house", min(seconds, 60.0), 120, seed)
    samples, rate = made[0], made[1]
    times = int(np.ceil(seconds * rate / len(samples)))
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, 2, format="OGG") as file:
        left = int(seconds * rate)
        for _ in range(times):
            for at in range(0, len(samples), rate):  # long single writes of OGG crash libsndfile
                block = samples[at : at + rate][:left]
                file.write(block)
                left -= len(block)
    return buffer.getvalue()


def _one_pass(audio: bytes, model: Any, settings: dict, peaks: dict[str, float]) -> dict:
    """Seconds of each stage of one dance; peaks of memory so far are noted beside."""
    import torch

    from eightcount.choreographer import Finishing, Request, token_windows
    from eightcount.listening import listen
    from eightcount.music.features import song_features
    from eightcount.music.rhythm import find_rhythm
    from eightcount.music.song import decode_song
    from eightcount.refine.temporal import RefineStream
    from eightcount.tokenizers.streaming import DecodeStream

    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        seconds[stage] = round(time.perf_counter() - start, 5)
        peaks[stage] = _peak_mb()
        return result

    song = timed("decode", lambda: decode_song(audio, name="bench.ogg"))
    rhythm = timed("rhythm", lambda: find_rhythm(song))
    timed("features", lambda: song_features(song, rhythm))
    heard = timed("tokens", lambda: listen(song, model, genre=None, rhythm=rhythm))
    request = Request(steps=settings["steps"])
    windows = timed("generator", lambda: list(token_windows(heard, request, model)))
    lower, upper = (torch.cat([w[i] for w in windows]) for i in (0, 1))
    streams = timed("decoder", lambda: DecodeStream(model.motion).push(lower, upper, True))
    timed("refiner", lambda: RefineStream(model.refiner).push(*streams, True))
    motion = timed("finish", lambda: Finishing(model).push(lower, upper, True))
    timed("wire", lambda: _over_the_wire(motion))
    if _blender_there():
        import bpy  # noqa: F401  (its import is not the stage)

        timed("fcurves", lambda: _key(motion))
    return seconds


def _over_the_wire(motion: Any) -> None:
    """Encode and decode the take as ``frames`` messages."""
    from eightcount.choreographer import Chunk
    from eightcount.serve.worker import split_chunk
    from eightcount.wire.framing import decode, encode
    from eightcount.wire.messages import new_job

    for message in split_chunk(new_job(), Chunk(0, motion)):
        decode(encode(message))


def _blender_there() -> bool:
    """Whether the add-on's own code can be measured in this process."""
    if importlib.util.find_spec("bpy") is None:
        return False
    sys.path.append(str(Path(__file__).parents[3]))
    return importlib.util.find_spec("blender_addon") is not None


def _key(motion: Any) -> None:
    """Write the take's F-curves with the add-on's own code."""
    import bpy
    import numpy as np

    from blender_addon.rig.keyframes import write_take
    from blender_addon.rig.timing import Clock

    action = bpy.data.actions.new("bench")
    try:
        write_take(action, motion, Clock(1.0, 30.0), np.zeros(3))
    finally:
        bpy.data.actions.remove(action)


def _peak_mb() -> float:
    """Most memory this process has held so far, MB."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(sys.argv[1])
