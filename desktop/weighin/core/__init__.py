"""Pure values and arithmetic: no Qt, no SQL, no llama.cpp."""
