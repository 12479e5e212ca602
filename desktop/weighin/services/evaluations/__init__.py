"""Running questions over models, and what is kept of it.

A run (evaluation_runner.py over evaluation_start.py, evaluation_run.py, lane_work.py) alternates between the models,
block by block. Groups of questions that are computed together are also saved together. A block that was interrupted
is packed as before and only its open groups are computed, so a resumed run ends with exactly the bits of an
uninterrupted one.

A run is tied to the sha256 of its model files, its questions (kept with it), protocol, seed and the build of the
engine it started with; processes.owner keeps a second process away. On disk it is "interrupted" until it has ended;
lanes/kept_runs.py says "running" while the process that works on it lives.

scoring_planner.py chooses how many tokens and questions are computed together, from counts of all prompts and from
the engine's own plan of every kind of scoring context: the fastest that fits next to what the other lane needs. Shape
and plan are kept with the run.
"""
