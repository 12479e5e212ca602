"""Files at the hub: names that are accepted, repositories as people choose among them, half-finished files."""
