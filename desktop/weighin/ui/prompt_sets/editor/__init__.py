"""Editing a prompt set: its prompts, and what a right answer to each looks like."""
