"""Measures how faithful quantizations are: lanes of their own, rows of probabilities in shared memory or on disk."""
