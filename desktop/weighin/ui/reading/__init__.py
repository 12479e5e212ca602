"""Reading two answers side by side."""
