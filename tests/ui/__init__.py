"""The window on stand-ins for the services."""
