"""Running questions over models, and what is kept of it.

A run (evaluation_runner.py over evaluation_start.py, evaluation_run.py, lane_work.py) takes the blocks by turns.
Groups of questions that are computed together arrive and are written together; a block that was broken off is packed
as before and only its open groups are computed, so that a resumed run ends with the very bits of an unbroken one.

It is tied to the sha256 of its model files, its questions (kept with it), protocol, seed and the build of the engine
it began with; processes.owner keeps a second process away. On disk it is "interrupted" until it has ended;
kept_runs.py says "running" while the process that works on it lives.

How many tokens and questions are computed together is chosen from counts of all prompts and from the engine's own
plan of every kind of scoring context (scoring_planner.py): the fastest that fits beside what the other lane holds and
still wants. Shape and plan are kept with the run.
"""
