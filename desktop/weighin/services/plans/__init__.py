"""What is said before a run, and held against what was measured.

planner.py asks a worker what a model needs, forecaster.py how fast it will be: earlier measurements of the same shape
first, then a timed slice, the speed of memory last. remote_look.py does the same for a model at the hub, with a file
of its size that is a hole behind the header. workstation.py judges all candidates under the same conditions for the
pages that show them; ledger.py keeps what was promised as a run begins and puts beside it what was measured, which
corrects later forecasts. While models run the planner holds what it was asked, and no run begins beside a slice.
"""
