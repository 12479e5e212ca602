"""Child processes that judge answers: by regexes and JSON schemas, one for all; by unit tests, one for each answer.

entry.py: their start, behind walls. limits.py: of memory, time and output. requests.py: what they are asked.
judging.py: the process for patterns and schemas. test_process.py, test_code.py: the process that runs an answer's code.
"""
