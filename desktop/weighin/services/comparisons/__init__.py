"""Running comparisons and sets of prompts, blind rounds, and what is kept of them."""
