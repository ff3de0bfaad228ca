# SPDX-License-Identifier: GPL-3.0-or-later
"""The tab "Eightcount" in the 3D view's side bar. Nothing is computed or asked for while drawing."""

from . import edit, main, takes

CLASSES = (*main.CLASSES, *takes.CLASSES, *edit.CLASSES)
