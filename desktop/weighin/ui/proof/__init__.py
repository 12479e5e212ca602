"""Whether both lanes were given the same prompt, token by token."""
