"""One prompt, two models: what was asked, what came back, and what may be stated about it.

One run is not yet a measurement of a model. speed.py alone decides which speed may be stated: that of an undisturbed
run with 2 s and 64 tokens of generation, or of rounds whose median is known well enough by their order statistics. It
also decides which model is faster: the ranges of rounds must not overlap, single runs must differ by a tenth.
Otherwise it says what is missing. Which timings count is decided once (LaneResult.timings), so page, History, ledger
and exports show the same number.
"""
