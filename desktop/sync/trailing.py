"""What a mail gateway appends to a file (a line end, a footer) lies beyond the length that a bundle announces of itself
and is left unread; what is read is checked as ever."""

import io
import os
import struct
from typing import IO

MOST = 1024
"""Bytes behind the end that are passed over; more means that the file is another one."""

END = struct.Struct("<4s4H2LH")
"""The last record of a zip: mark, four counts, length and place of its directory, length of a comment."""

_MARK = b"PK\x05\x06"


class _Part(io.RawIOBase):
    """The bytes of a file from where it stands, `length` of them, as a file of its own."""

    def __init__(self, handle: IO[bytes], length: int) -> None:
        super().__init__()
        self._handle, self._start, self._length, self._at = handle, handle.tell(), length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(origin + offset, 0)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._handle.seek(self._start + self._at)
        found = self._handle.read(min(len(buffer), max(self._length - self._at, 0)))
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


def first(handle: IO[bytes], length: int) -> IO[bytes]:
    """A file from where it stands: its next `length` bytes if a footer may follow them, else all that is left."""
    here = handle.tell()
    left = handle.seek(0, os.SEEK_END) - here
    handle.seek(here)
    return io.BufferedReader(_Part(handle, length)) if 0 < left - length <= MOST else handle


def zip_in(handle: IO[bytes]) -> IO[bytes]:
    """A zip file without what follows its last record, which says where it ends; as it is if no record does."""
    size = handle.seek(0, os.SEEK_END)
    begin = max(size - MOST - END.size, 0)
    handle.seek(begin)
    tail = handle.read()
    at = tail.rfind(_MARK)
    while at >= 0:
        if len(tail) - at >= END.size and _announces(tail[at : at + END.size], begin + at):
            handle.seek(0)
            return first(handle, begin + at + END.size)
        at = tail.rfind(_MARK, 0, at)
    return handle


def _announces(record: bytes, place: int) -> bool:
    """Whether a last record stands where the directory it tells of ends, and has no comment."""
    _, _, _, _, _, length, begin, comment = END.unpack(record)
    return bool(begin + length == place and not comment)
