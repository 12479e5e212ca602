"""Every action of the window as a command: one table that shortcuts, palette and the Help page are made from."""
