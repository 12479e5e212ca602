"""Showing what a model writes: streamed Markdown that is cheap, and can do no harm."""
