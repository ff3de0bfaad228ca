"""How a trained model replies to the energy that it is told: measured on songs held out of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from eightcount.choreographer import Request, choreograph
from eightcount.data.conditions import energy_rank, token_mean
from eightcount.data.motion_beats import joint_speed
from eightcount.data.song_library import LibrarySong
from eightcount.generators.energy import energy_reply, slow_energy
from eightcount.listening import Heard, listen
from eightcount.models import Model
from eightcount.motion.motion import Motion
from eightcount.motion.skeleton import FPS

#: songs that are danced to by at most, and seconds of each
_SONGS, _SECONDS = 8, 30.0


def energy_replies(
    model: Model, songs: Sequence[LibrarySong], progress: Callable[[str], None] = print
) -> dict[str, tuple[float, float]]:
    """Gain and shift of every genre, for :attr:`Model.reply`.

    Args:
        model: trained; what it says of replies already is not used.
        songs: that it was not trained on.
        progress: told of each genre.

    Returns:
        By genre, gain and shift between told and danced energy in normal scores.
    """
    plain = replace(model, reply={})
    replies: dict[str, tuple[float, float]] = {}
    if not songs:
        progress("No song was held out: the model's reply to energy is taken as it is.")
        return replies
    for number, genre in enumerate(model.genres):
        told, danced = [], []
        for seed, song in enumerate(songs[:_SONGS]):
            heard = _heard(song)
            stretch = {"start": _start(heard), "seconds": _SECONDS}
            chunks = choreograph(heard, Request(genre, seed, **stretch), plain)
            speed = joint_speed(Motion.concatenate([c.motion for c in chunks]).joints())
            rank = energy_rank(token_mean(slow_energy(speed)), model.energy[number])
            asked = listen(heard, plain, genre=genre, seed=seed, **stretch).condition.energy[0]
            danced.append(rank)
            told.append(asked.cpu().numpy()[: len(rank)])
        replies[genre] = energy_reply(np.concatenate(told), np.concatenate(danced))
        progress("{}: energy danced = {:.2f} x told {:+.2f}".format(genre, *replies[genre]))
    return replies


def _heard(song: LibrarySong) -> Heard:
    return Heard(len(song.features) / FPS, song.rhythm, song.features, song.loudness)


def _start(heard: Heard) -> float:
    """Past the introduction, where the song is long enough."""
    return max(0.0, min(15.0, heard.seconds - _SECONDS))
