"""A comparison as one file to hand on, and whether running it again gives the same; a measurement of fidelity as a file
to look at (fidelity_bundle.py). any_bundle.py tells both apart.

bundle.py is the file of a comparison: a record, the sha256 of every model file, the machine. privacy.py removes paths
and names before it is written. bundle_reading.py trusts nothing it reads, and limits lists and texts. A model that is
not on this computer gets a path at which no file can be.
"""
