"""Running questions over models, and what is kept of it."""
