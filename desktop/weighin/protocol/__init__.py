"""What the window and its workers say to each other."""
