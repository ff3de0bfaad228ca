"""Readers of motion corpora, one file a kind: a file in, a Motion on our skeleton out."""
