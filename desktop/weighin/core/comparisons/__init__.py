"""One prompt, two models: what was asked, what came back, and what may be said of it.

A number of a run is not yet a measurement of a model. speed.py alone decides which speed may be said: an undisturbed
run that wrote for 2 s and 64 tokens, or rounds whose median is known well enough by their order statistics; and which
of two is faster: ranges that do not meet, single runs a tenth apart. It says what is missing otherwise. Which timings
count is said once (LaneResult.timings), so that page, History, ledger and exports show the same number.
"""
