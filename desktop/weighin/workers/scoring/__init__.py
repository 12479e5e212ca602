"""Log-probabilities of answers over shared prefixes, for MMLU."""
