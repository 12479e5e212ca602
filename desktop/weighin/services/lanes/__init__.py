"""One side of the scale: a model, or a server, with its process."""
