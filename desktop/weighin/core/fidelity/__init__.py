"""Fidelity: how much a model's predictions change by quantization, cache type, flash attention, or another build.

fidelity.py: what is asked for, measured and shown. The protocol is that of llama.cpp's tools/perplexity, kl_divergence.
"""
