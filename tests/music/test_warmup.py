from __future__ import annotations

import librosa

from eightcount.music.warmup import warm_up


def test_warm_up_runs_every_path_once(monkeypatch):
    heard = []
    for name in ("beat_track",):
        real = getattr(librosa.beat, name)
        monkeypatch.setattr(
            librosa.beat, name, lambda *a, _real=real, **k: heard.append(k["bpm"]) or _real(*a, **k)
        )
    warm_up.cache_clear()
    warm_up()
    assert len(heard) == 1
    assert getattr(heard[0], "ndim", 0) == 1  # the branch of a changing tempo, too
    warm_up()
    assert len(heard) == 1
