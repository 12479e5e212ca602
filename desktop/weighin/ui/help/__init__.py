"""The Help page: what the program is, how to read it, its keys and words, and what it is made of."""
