"""One lane of the Compare page: what the model writes, its numbers, its state and its failures."""
