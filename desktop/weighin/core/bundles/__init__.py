"""A comparison handed on: one file, and whether running it again gives the same."""
