"""The child process behind a lane whose model lives on a server; HTTP, no llama.cpp.

It takes the worker's loop and clock: Load looks whether the server is there and has the model, Generate streams,
Cancel closes the connection, which stops the server too. Its key comes through the environment of this one process
where it was just typed, else from the keyring, else from the user's variable.

Headers are not believed: the first bytes say what a reply is (reply.py), sse.py finds the events in it, chunks.py
text and failures in an event, usage.py and endings.py know the shapes of counts and ends. Options that a server names
as unknown are left out one by one and kept in the answer as differences (request_body.py). Everything read is
bounded; every failure is a sentence (errors.py), and what came before it is kept. letters.py tries whether questions
can be scored there.
"""
