"""Everything that talks to llama.cpp: load, render, decode, sample, answer.

llama_engine.py holds the model and hands jobs on. prompt.py puts messages into the model's own template, or into a
replacement if that is broken or loses something (template.py, run in sandbox.py). vocabulary.py keeps text that
spells a control token as text, and keeps end tokens off the end of a prompt. generation.py writes one answer and
keeps the clock. memory.py tells this process's own memory from the mapped file. native.py has a stop flag that
llama.cpp's threads read without Python.
"""
