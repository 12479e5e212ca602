"""What is predicted before a run, and how it compares with what was measured.

planner.py asks a worker what a model needs. forecaster.py says how fast it will be: from earlier measurements of the
same shape, else from a timed slice, else from the memory bandwidth. remote_look.py does the same for a model on the
hub, with a sparse file of its size. workstation.py judges all candidates under the same conditions for the pages that
show them. ledger.py stores the prediction when a run starts and the measurement when it ends, which corrects later
forecasts. While models run, the planner holds back its questions, and no run starts during a slice.
"""
