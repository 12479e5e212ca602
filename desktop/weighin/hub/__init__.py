"""The child process that talks to the hub; only this imports huggingface_hub.

Questions share one process; each running download has its own. Only these processes get the user's token. http.py
follows redirects by hand: the token goes to the hub's own origin only, and never from https down to http.

transfer.py downloads one file, identified by its pinned sha256, never by an ETag. The thread that reads also writes;
part_file.py hashes and syncs in two more threads. Every 16 MiB the note next to the part gets the running sha256, so
a kill costs at most two chunks. writer_lock.py keeps a second writer away. The finished file is renamed into the
hub's cache layout (cache.py), and only then is it on the shelf. Temporary errors are waited for; only what waiting
does not help ends a download.
"""
