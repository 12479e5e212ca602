"""The drawer with the options of both lanes."""
