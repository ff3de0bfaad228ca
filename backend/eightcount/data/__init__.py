"""Corpora: readers, retargeting to our skeleton, pairing with music, shards for training."""
