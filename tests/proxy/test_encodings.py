"""Compressed bodies are read whole, within a limit, or not at all."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Refusal
from avec_proxy.proxy.encodings import decode


def raw_deflate(data: bytes) -> bytes:
    """Compress without an envelope, as some clients do."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


CODECS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
]


@pytest.mark.parametrize(("name", "encode"), CODECS)
@given(data=st.binary(max_size=300), times=st.integers(1, 700))
def test_what_was_encoded_is_read(name: str, encode: Callable[[bytes], bytes], data: bytes, times: int) -> None:
    """Decoding gives back every byte, also beyond one step of the reader."""
    data *= times
    assert decode(encode(data), name.upper(), len(data)) == data


@pytest.mark.parametrize(("name", "encode"), CODECS)
def test_one_byte_beyond_the_limit_is_too_large(name: str, encode: Callable[[bytes], bytes]) -> None:
    """The limit is exact, and a bomb is not unpacked to its end."""
    for size, limit in ((1001, 1000), (50_000_000, 100_000)):
        with pytest.raises(Refusal) as caught:
            decode(encode(b"\0" * size), name, limit)
        assert caught.value.code == "body_too_large"


@pytest.mark.parametrize(("name", "encode"), CODECS)
@given(data=st.binary(min_size=1, max_size=200), cut=st.integers(1, 20), tail=st.binary(min_size=1, max_size=9))
def test_what_is_cut_or_followed_is_refused(
    name: str, encode: Callable[[bytes], bytes], data: bytes, cut: int, tail: bytes
) -> None:
    """Data that ends early, or goes on, is not read in part; the refusal carries nothing of it."""
    whole = encode(data)
    for bad in (whole[: max(len(whole) - cut, 0)], whole + tail):
        with pytest.raises(Refusal) as caught:
            decode(bad, name, 10_000)
        assert caught.value.code == "encoding_unsupported"
        assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("name", ["compress", "gzip, gzip", "gzip,br", "identity, gzip", "*", "é"])
def test_unknown_and_stacked_encodings_are_refused(name: str) -> None:
    """One known encoding at a time."""
    with pytest.raises(Refusal) as caught:
        decode(gzip.compress(b"x"), name, 100)
    assert caught.value.code == "encoding_unsupported"


def test_plain_data_is_left_alone_within_the_limit() -> None:
    """No encoding, or `identity`: the same bytes, but not too many."""
    assert decode(b"abc", None, 3) == decode(b"abc", "identity", 3) == b"abc"
    with pytest.raises(Refusal):
        decode(b"abcd", None, 3)


def test_members_one_after_another_are_one_body() -> None:
    """gzip and zstd allow it, and servers would read all of them."""
    assert decode(gzip.compress(b"ab") + gzip.compress(b"cd"), "gzip", 10) == b"abcd"
    assert decode(zstandard.compress(b"ab") + zstandard.compress(b"cd"), "zstd", 10) == b"abcd"
