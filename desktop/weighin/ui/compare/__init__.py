"""The Compare page: one prompt, two lanes."""
