"""One way to write JSON, to hash and to pack: what is signed must be the same bytes everywhere."""

import bz2
import hashlib
import json
import zlib
from typing import Any

from desktop.domain.errors import Refusal

LARGE = 1024 * 1024
_BZIP = b"BZh"

PAYLOAD_LIMIT = 256 * 1024 * 1024
"""Bytes of one segment after unpacking."""


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; NaN is an error."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def pack(content: bytes) -> bytes:
    """Compressed bytes: bzip2 is a tenth smaller on a small segment, zlib several times faster on a large one."""
    return bz2.compress(content) if len(content) < LARGE else zlib.compress(content, 6)


def unpack(content: bytes, length: int) -> bytes:
    """The bytes that were packed, which must be `length` long; never more are made. Refusal if they are not."""
    if not 0 <= length <= PAYLOAD_LIMIT:
        raise Refusal("bad_segment", "同步包里的数据超出允许的大小，请对方重新生成")
    unpacker = bz2.BZ2Decompressor() if content.startswith(_BZIP) else zlib.decompressobj()
    try:
        found = unpacker.decompress(content, length + 1)
    except (zlib.error, OSError, EOFError):
        raise Refusal("bad_segment", "同步包里的数据不能解开，请对方重新生成") from None
    if len(found) != length or not unpacker.eof or unpacker.unused_data:
        raise Refusal("bad_segment", "同步包里的数据长度不符，请对方重新生成")
    return found
