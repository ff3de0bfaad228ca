"""Music: decoded songs, their 35 features, rhythm, sections, and songs of our own making.

Import the modules (`song`, `rhythm`, `features`, ...) one by one: librosa is not loaded before.
"""
