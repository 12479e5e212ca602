"""A comparison handed on: one file, and whether running it again gives the same.

bundle.py is the file: a record, the sha256 of every model file, the machine. privacy.py takes paths and names out
before it is written; bundle_reading.py believes nothing that it reads, and bounds lists and texts. A model that is
not here gets a path at which no file can be.
"""
