"""How a model is chosen: list, popup, server, dropped file, the head of a lane."""
