"""Eightcount: from a song to dance takes on Blender's timeline."""

__version__ = "0.1.0"
