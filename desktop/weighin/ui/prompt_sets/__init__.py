"""Prompt sets on the Compare page."""
