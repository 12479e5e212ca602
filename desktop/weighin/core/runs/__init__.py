"""What a lane is asked to do and what comes back: options, messages, answers, conditions, energy, progress."""
