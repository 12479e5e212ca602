"""The code of child processes: one loop, and what it drives.

model_worker.py: one thread reads requests, so that Cancel is seen while llama.cpp computes; one does one job at a
time; one gives a sign of life four times a second with phase, progress and memory. The real stdout is the wire;
descriptors 1 and 2 go to the log. fake_engine.py is a scripted engine: crash, hang, lie, flood. Only llama/, scoring/
and planning/ import llama_cpp.
"""
