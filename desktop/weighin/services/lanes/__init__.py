"""One side of the scale: a model, or a server, with its process.

lane.py is a state machine over one process: EMPTY, STARTING, LOADING, READY, BUSY, STOPPING, FAILED. Every request
ends in exactly one signal, whatever happens to the worker; what was written before a crash is kept
(answer_record.py). A silent worker is shown after 20 s and ended after 60; one that lives but takes no step further
is shown after 30 s.
"""
