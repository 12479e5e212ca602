"""What a model needs and how fast it will be, asked of the engine before the model is loaded.

planning.py opens the header with llama.cpp's no_alloc, which plans every allocation without making one, and reads
what the engine says about cache, state and buffers. The context is set up by the same function that sets up a run.
Which bytes stay mapped and which are copied is arithmetic on the tensor table (core.gguf.weights); which types the
engine copies in another order is tried with a tiny model of each type.

slicing.py times a slice: the same shapes and types, only the first blocks, with the model's own weights if its file
is here. Two sizes are timed in turns, so that drift of the machine meets both; the line through them is extended to
the whole model. A slice is timed as a model on disk: written, its pages released, and read back by the engine. On
Linux the file never has a name, so nothing is left behind.
"""
