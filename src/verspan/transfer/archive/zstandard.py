"""Zstandard as members have it: one frame, with a window that sees what an agent has said many turns before."""

from __future__ import annotations

import sys
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_WINDOW_LOG: Final = 24  # 16 MiB, in the writer's memory and in the reader's
PACKING: Final[dict[int, int]] = {
    zstd.CompressionParameter.compression_level: 3,
    zstd.CompressionParameter.window_log: _WINDOW_LOG,
    zstd.CompressionParameter.enable_long_distance_matching: 1,
}
UNPACKING: Final[dict[int, int]] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
"""A frame that asks for more memory is refused."""
ZstdCompressor = zstd.ZstdCompressor
ZstdError = zstd.ZstdError
ZstdFile = zstd.ZstdFile
