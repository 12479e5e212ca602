"""What servers compress although they were asked not to."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.endpoint.reply import MOST, PackedError, Unpacker

TEXT = b'data: {"choices": []}\n\n' * 50


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(TEXT), "x-gzip": gzip.compress(TEXT), "": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT), "deflate, gzip": gzip.compress(TEXT),
}  # fmt: skip


@pytest.mark.parametrize("encoding", [*PACKED, "Deflate"])
@given(st.integers(1, 40))
def test_it_comes_out_however_the_bytes_are_cut(encoding: str, step: int) -> None:
    packed = PACKED.get(encoding) or bare(TEXT)
    unpacker = Unpacker(encoding)
    found = [piece for at in range(0, len(packed), step) for piece in unpacker.feed(packed[at : at + step])]
    assert b"".join(found) == TEXT


def test_what_is_packed_piece_by_piece_comes_piece_by_piece() -> None:
    packer, unpacker = zlib.compressobj(wbits=31), Unpacker("gzip")
    for text in (b"one", b"two"):
        packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
        assert b"".join(unpacker.feed(packed)) == text


def test_several_files_in_one() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two")
    assert b"".join(Unpacker("gzip").feed(packed)) == b"onetwo"


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "identity", ""])
@pytest.mark.parametrize(
    "plain", [b'{"a": 1}', b"data: x\n\n", b": ping\n\n", b"event: x\n", b"<html>", b"\xef\xbb\xbf{}"]
)
def test_what_only_claims_to_be_packed_is_taken_as_it_is(encoding: str, plain: bytes) -> None:
    assert b"".join(Unpacker(encoding).feed(plain)) == plain


@pytest.mark.parametrize(("encoding", "data"), [("br", b"\x0b\x02\x80hello\x03"), ("zstd", b"\x28\xb5\x2f\xfd")])
def test_what_cannot_be_unpacked_is_named(encoding: str, data: bytes) -> None:
    with pytest.raises(PackedError, match=encoding):
        list(Unpacker(encoding).feed(data))


def test_packed_nonsense() -> None:
    with pytest.raises(PackedError, match="gzip"):
        list(Unpacker("gzip").feed(b"\x1f\x8b" + b"nonsense" * 9))


def test_a_little_that_stands_for_very_much_comes_in_small_pieces() -> None:
    bomb = gzip.compress(b"\n" * (64 << 20))
    first = next(iter(Unpacker("gzip").feed(bomb)))
    assert len(bomb) < 100_000 and len(first) <= MOST
