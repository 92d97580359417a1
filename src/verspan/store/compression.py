"""Contents of rows, compressed with Zstandard and a dictionary made from the store's own contents.

The first byte says how: 0 for plain, 1 for Zstandard alone, and from 2 on the number of the dictionary. What follows is
a Zstandard frame without its magic number, four bytes that are always the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLAIN = 0
NO_DICTIONARY = 1
FIRST_DICTIONARY = 2

_MAGIC = (0xFD2FB528).to_bytes(4, "little")
_MAGIC_BYTES = len(_MAGIC)
_PLAIN_PREFIX = bytes((PLAIN,))
_WHOLE_FRAME = zstd.ZstdCompressor.FLUSH_FRAME
# With a dictionary level 3 makes contents of some hundred bytes as small as level 9 does, in a sixth of the time.
_LEVEL = 3
_SMALLEST_WINDOW_LOG = 10  # Zstandard's own bound; likewise the next
_SMALLEST_PREFIX = 8
_DICTIONARY_BYTES = 112_640  # what `zstd --train` makes; twice as much saves 2 percent

CompressionError = zstd.ZstdError
"""What is raised for content that was not compressed here, or has been damaged since."""
Dictionary = zstd.ZstdDict
"""A compression dictionary, digested once however often it is used."""


class Compressor:
    """Compresses one content after another; belongs to one thread."""

    def __init__(self, dictionaries: Mapping[int, Dictionary]) -> None:
        newest = max(dictionaries, default=NO_DICTIONARY)
        digested = dictionaries[newest].as_digested_dict if dictionaries else None
        self._prefix = bytes((newest,))
        parameter = zstd.CompressionParameter
        options: dict[int, int] = {parameter.compression_level: _LEVEL, parameter.dict_id_flag: 0}
        self._compress = zstd.ZstdCompressor(options=options, zstd_dict=digested).compress

    def compress(self, content: bytes) -> bytes:
        """The content with its first byte, plain where compressing would not make it smaller."""
        packed = self._compress(content, _WHOLE_FRAME)[_MAGIC_BYTES:]
        return self._prefix + packed if len(packed) < len(content) else _PLAIN_PREFIX + content


def decompress(stored: bytes, dictionaries: Mapping[int, Dictionary]) -> bytes:
    """The content that was compressed.

    Args:
        stored: what :meth:`Compressor.compress` returned.
        dictionaries: the store's dictionaries by number.
    """
    if stored[0] == PLAIN:
        return stored[1:]
    dictionary = None if stored[0] == NO_DICTIONARY else dictionaries[stored[0]]
    return zstd.decompress(_MAGIC + stored[1:], zstd_dict=dictionary)


def compress_against(content: bytes, known: bytes) -> bytes:
    """Compress what mostly repeats something that is kept already; see :func:`decompress_against`.

    Args:
        content: what to compress.
        known: what it may refer to.
    """
    window_log = max(_SMALLEST_WINDOW_LOG, (len(content) + len(known)).bit_length())
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {parameter.compression_level: _LEVEL, parameter.window_log: window_log}
    return zstd.compress(content, options=options, zstd_dict=_as_prefix(known))


def decompress_against(packed: bytes, known: bytes) -> bytes:
    """The content that was compressed, given the same that it may refer to."""
    return zstd.decompress(packed, zstd_dict=_as_prefix(known))


def _as_prefix(known: bytes) -> Any:
    return zstd.ZstdDict(known, is_raw=True).as_prefix if len(known) >= _SMALLEST_PREFIX else None


def train(samples: Sequence[bytes]) -> Dictionary | None:
    """A dictionary for contents like the samples; None where they have too little in common."""
    try:
        return zstd.train_dict(samples, _DICTIONARY_BYTES)
    except (zstd.ZstdError, ValueError):
        return None
