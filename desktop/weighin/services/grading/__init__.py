"""Marks answers: runs the graders, each in a confined process of its own."""
