"""The tale of the tape: painted, shown, exported."""
