"""Contents of rows, compressed with Zstandard and a dictionary made from the store's own contents.

The first byte says how: 0 for plain, 1 for Zstandard alone, and from 2 on the number of the dictionary.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLAIN = 0
NO_DICTIONARY = 1
FIRST_DICTIONARY = 2
_LEVEL = 3  # 5 saves 3 percent of the bytes and costs half as much time again
_DICTIONARY_BYTES = 112_640  # what `zstd --train` makes


class Compressor:
    """Compresses one content after another; belongs to one thread."""

    def __init__(self, dictionary_key: int | None = None, dictionary: bytes | None = None) -> None:
        self._prefix = bytes((dictionary_key or NO_DICTIONARY,))
        digested = zstd.ZstdDict(dictionary).as_digested_dict if dictionary is not None else None
        options = {zstd.CompressionParameter.compression_level: _LEVEL, zstd.CompressionParameter.dict_id_flag: 0}
        self._compressor = zstd.ZstdCompressor(options=options, zstd_dict=digested)

    def compress(self, content: bytes) -> bytes:
        """The content with its first byte, plain where compressing would not make it smaller."""
        packed = self._compressor.compress(content, zstd.ZstdCompressor.FLUSH_FRAME)
        return self._prefix + packed if len(packed) < len(content) else bytes((PLAIN,)) + content


def decompress(stored: bytes, dictionaries: Mapping[int, bytes]) -> bytes:
    """The content that was compressed.

    Args:
        stored: what :meth:`Compressor.compress` returned.
        dictionaries: the store's dictionaries by number.
    """
    if stored[0] == PLAIN:
        return stored[1:]
    if stored[0] == NO_DICTIONARY:
        return zstd.decompress(stored[1:])
    return zstd.decompress(stored[1:], zstd_dict=zstd.ZstdDict(dictionaries[stored[0]]))


def train(samples: Sequence[bytes]) -> bytes:
    """A dictionary for contents like the samples."""
    return zstd.train_dict(samples, _DICTIONARY_BYTES).dict_content
