"""Running comparisons and sets of prompts, blind rounds, speed tests, and what is kept of them.

comparison_runner.py owns the order: A then B, each with all cores, or both at once sharing them; rounds are a dropped
warm-up and then A B B A. conditions.py counts what other programs did meanwhile; a disturbed round is kept apart and
asked for again, at most four times. Models that do not fit into memory at once take turns.

Running together is an experiment of its own: one lane ends first, and what the other writes after that is neither
together nor alone. So each worker tells when it began to read and when it had written how many tokens, by the clock
that all processes share, and core.comparisons.slowdown counts only what both computed at once, held against the same
pair alone.

A blind round (blind_round.py) is a gate between the runner and everybody else: `revealed` carries every comparison, a
blind one only after the vote. History, ledger and window listen to the gate, so nothing is written, shown or spoken
before.

A speed test (speed_tests.py) measures both models apart where an answer is too short to tell: A B B A on random
tokens, about a second a side, begun when nothing else happens, broken off by every key, click and run, kept for the
model, options, threads, engine and computer.

A follow-up is a comparison of its own with `follows` and each lane's turns so far: record, History and bundle stay
one prompt each, and numbers are those of the turn.
"""
