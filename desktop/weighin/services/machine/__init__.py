"""Where the facts of this computer come from. What cannot be read is None, never an exception."""
