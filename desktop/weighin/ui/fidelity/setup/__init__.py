"""What is asked before a measurement: the base, the others, the text, and what it takes."""
