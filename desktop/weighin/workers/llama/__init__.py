"""Everything that talks to llama.cpp: load, render, decode, sample, answer."""
