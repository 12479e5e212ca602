"""Processes, lanes, runs and history, behind Qt signals; no widgets."""
