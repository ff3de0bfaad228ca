"""What install.py does, one idea a file; standard library only.

Runs from Python 3.8 on, older than the project itself allows, so that an unsuitable Python can
still look for a better one.
"""
