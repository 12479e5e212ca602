"""Sets of prompts: kept, read from files, run and reported."""
