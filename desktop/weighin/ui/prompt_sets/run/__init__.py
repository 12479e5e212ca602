"""A run of a prompt set: its marks, what they come to, and each answer."""
