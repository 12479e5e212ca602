"""Questions put to models: data, prompts, samples, scores, reports."""
