"""The child process for a model on a server: HTTP, no llama.cpp.

It uses the worker's loop and clock. Load checks that the server runs and has the model, Generate streams, Cancel
closes the connection, which also stops the server. Its key comes through the environment of this one process if it
was just typed, else from the keyring, else from the user's variable.

Headers are not trusted: the first bytes say what a reply is (reply.py). sse.py finds the events in it, chunks.py text
and failures in an event; usage.py and endings.py know the shapes of counts and stop reasons. Options that a server
rejects by name are left out one by one and kept in the answer as differences (request_body.py). Everything read is
bounded. Every failure is a sentence (errors.py), and what came before it is kept. letters.py tests whether questions
can be scored there.
"""
