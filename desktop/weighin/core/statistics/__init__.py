"""How sure a score is: pure functions, each with the source of its formula."""
