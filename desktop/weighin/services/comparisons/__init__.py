"""Running comparisons and prompt sets, blind rounds, speed tests, and what is kept of them.

comparison_runner.py decides the order: A then B, each with all cores, or both at once sharing them. Rounds are a
warm-up that does not count and then A B B A. machine/conditions.py counts what other programs did during a round; a
disturbed round is kept apart and repeated, at most four times. Models that do not fit in memory at once take turns.

In simultaneous mode one model ends first, and what the other generates after that is neither together nor alone. So
each worker reports when it began to read and when it had generated how many tokens, by a clock that all processes
share. core.comparisons.slowdown counts only the time in which both computed, and compares it with the same pair run
alone.

A blind round (blind_round.py) is a gate between the runner and everybody else: `revealed` carries every comparison, a
blind one only after the vote. History, ledger and window listen to the gate, so nothing is written, shown or spoken
before.

A speed test (speed_tests.py) measures both models separately after an answer that is too short: A B B A on random
tokens, about a second each. It starts when nothing else happens, every key, click and run stops it, and it is kept
for the model, options, threads, engine and computer.

A follow-up is a comparison of its own with `follows` and each lane's turns so far: record, History and bundle stay
one prompt each, and the numbers are those of the turn.
"""
