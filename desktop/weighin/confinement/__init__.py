"""What a child process gives up before it reads a byte that a stranger wrote. Standard library only.

rights.py: what it may keep, told in its first line of input. landlock.py: files and TCP, by paths and ports.
seccomp.py: calls of the kernel, from the list in denied_calls.py. places.py: what Python and the engine read.
confine.py: all of it, in the one order that works; entry.py: the first steps of every child process, harden.py: what
comes before them. Linux; elsewhere it is said that nothing is confined.
"""
