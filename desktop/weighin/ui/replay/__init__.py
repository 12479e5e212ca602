"""Bundles in the window: opened, fetched for, run again, exported."""
