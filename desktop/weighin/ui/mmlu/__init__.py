"""The MMLU page: the same questions for one or two models, what the scores mean, and claims about scores."""
