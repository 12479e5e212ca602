"""What is said before a run, and held against what was measured."""
