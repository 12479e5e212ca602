"""The composition between services and window or commands: who is made of what."""
