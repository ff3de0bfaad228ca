# SPDX-License-Identifier: GPL-3.0-or-later
"""The dancer on the timeline: armature, mannequin, F-curves, sound, stage, preview, export."""
