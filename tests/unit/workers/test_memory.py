from weighin.workers.llama.memory import mapped_bytes

SMAPS = """\
7f00-7f10 r--p 00000000 fe:00 11 /models/my\\012 model.gguf
Size:                100 kB
Rss:                  40 kB
Pss:                  40 kB
7f10-7f20 r--s 00000000 fe:00 11 /models/my\\012 model.gguf (deleted)
Size:                100 kB
Rss:                   2 kB
7f20-7f30 r--p 00000000 fe:00 12 /usr/lib/libc.so
Rss:                 900 kB
7f30-7f40 rw-p 00000000 00:00 0
Rss:                 800 kB
"""


def test_only_the_mappings_of_the_model_count() -> None:
    assert mapped_bytes(SMAPS, frozenset({11})) == 42 * 1024
    assert mapped_bytes(SMAPS, frozenset()) == 0
    assert mapped_bytes(SMAPS, frozenset({13})) == 0
