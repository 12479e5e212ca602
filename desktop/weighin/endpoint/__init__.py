"""The child process that talks to an OpenAI-compatible server: the only place besides the hub that speaks HTTP."""
