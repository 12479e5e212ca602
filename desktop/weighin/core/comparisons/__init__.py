"""One prompt, two models: what was asked, what came back, and what may be said of it."""
