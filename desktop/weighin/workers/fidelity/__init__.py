"""Holding one model's predictions against another's, over the same tokens.

text_cutter.py makes the tokens, chunk_reader.py puts a chunk through the model, rows.py is the file through which
BASE's logits reach every OTHER, divergence.py the arithmetic, fidelity.py the four jobs of a worker. The protocol is
that of llama.cpp's tools/perplexity.
"""
