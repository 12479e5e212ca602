"""The shelf, the hub, downloads, and checks of files.

The shelf is what is found in the folders of other programs and in those the user added. A model is recognised by
size, time and number of its files. If these change, it is CHANGED and does not run until it is verified or added
again. "Verified" means that these very bytes gave the hub's sha256. Removing deletes only what this program itself
downloaded. model_digests.py is the one place that knows sha256: from the shelf if they were checked, else from the
database, else from the hub's process, which reads the file.
"""
