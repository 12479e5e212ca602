"""Comparisons from and for elsewhere."""
