"""Skeleton, rotations, motion and their files: the ground floor; numpy only."""
