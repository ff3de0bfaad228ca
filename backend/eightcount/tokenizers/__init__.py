"""Tokenizers: streams of numbers to FSQ tokens and back."""
