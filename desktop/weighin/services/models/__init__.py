"""The shelf, the hub, downloads, and checks of files."""
