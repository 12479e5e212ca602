"""Child processes: one with its wire, one question to one, which engine there is."""
