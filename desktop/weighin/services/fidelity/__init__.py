"""Measures how faithful quantizations are: lanes of their own, rows of probabilities in shared memory or on disk.

fidelity_runner.py is the life of a run (over fidelity_start.py, fidelity_run.py) and hears what the lanes say. What it
asks for is done in model_loader.py (plans, room for logits, models in memory at once or in turns), reading_steps.py
(a chunk is read, or tokens of it are written and timed) and run_writer.py (each chunk is kept as it comes).
"""
