"""The shelf, the hub, downloads, and checks of files.

The shelf is what is found in the folders of other programs and in those the user added. A model is known by size,
time and number of its files; where these differ from what was seen it is CHANGED and not run until it is verified or
added again. "Verified" means: these very bytes gave the hub's sha256. Removing deletes only what this program itself
fetched, byte by byte. model_digests.py is the one place that knows sha256: of the shelf where they were checked, else
of the database, else of the hub's process, which reads the file.
"""
