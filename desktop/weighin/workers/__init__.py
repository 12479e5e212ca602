"""The code of child processes: one loop, and what it drives.

model_worker.py has three threads: one reads requests, so that Cancel is seen while llama.cpp computes; one does one
job at a time; one reports phase, progress and memory four times a second. The real stdout carries the messages;
descriptors 1 and 2 go to the log. fake_engine.py is a scripted engine: crash, hang, lie, flood. Only llama/, scoring/
and planning/ import llama_cpp.
"""
