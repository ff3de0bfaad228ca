"""The backend process: a socket loop, one worker thread, a song cache.

``python -m eightcount.serve`` or ``eightcount serve`` start it; see ``server`` for how the parts
work together. Nothing here imports torch or librosa before the socket is bound.
"""
