"""Scores of a dance: one file per metric, their controls, and the report.

Every metric is a function of plain arrays. Shapes and units are those of ``eightcount.motion``:
joint positions (T, 24, 3) in metres, y up, beats in frames counted from the take's first frame.
Where a published metric has a quirk (a fixed frame time, a misplaced division, a threshold in
metres a frame), it is kept so that numbers compare, the quirk is named in the docstring, and a
mended variant has a name of its own.
"""
