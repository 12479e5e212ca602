"""Makes the two starter models and the starter question set: world, text, tokenizer, training, export, measurement.

Run as `PYTHONPATH=packaging python -m starter_models <verb>`. Only `train` needs PyTorch; `check` needs llama-cpp-python;
everything else runs on NumPy and the standard library. Nothing is downloaded and nothing is copied from a data set.
"""
