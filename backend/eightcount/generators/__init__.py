"""Generators: one file per system, behind one small interface (see ``base``)."""
