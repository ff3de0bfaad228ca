# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's operators: thin; they read properties, call the core, and report."""

from . import backend, edits, generate, markers, pins, shape, song, takes

CLASSES = (
    *backend.CLASSES,
    *song.CLASSES,
    *generate.CLASSES,
    *takes.CLASSES,
    *edits.CLASSES,
    *shape.CLASSES,
    *pins.CLASSES,
    *markers.CLASSES,
)
