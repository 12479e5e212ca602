"""The process that talks to the hub: nothing of it runs in the window."""
