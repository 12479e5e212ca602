"""The child process that asks the hub, the only importer of huggingface_hub.

Questions share one process; each running download has its own. It alone gets the user's token. http.py follows
redirects by hand: the token goes to the hub's own origin only, and never from https down to http.

transfer.py fetches one file; the pinned sha256 is its identity, never an ETag. The thread that reads also writes;
part_file.py hashes and syncs in two threads beside it. Every 16 MiB the note beside the part gets the running sha256:
a kill costs at most two chunks. writer_lock.py keeps a second writer away; the finished file is renamed into the
hub's cache layout (cache.py), and only then it is on the shelf. Trouble that passes by itself is waited for; only
what waiting does not help ends a download.
"""
