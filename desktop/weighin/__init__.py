"""Weigh-In: two language models on the scale."""

__version__ = "0.1.0"
