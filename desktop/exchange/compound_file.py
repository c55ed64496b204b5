"""The OLE container of .xls and .et files, walked only to prove that a reader may walk it too.

Layout: [MS-CFB]; records of the Workbook stream: [MS-XLS] 2.1.4. The reader trusts chains and sizes that a
damaged file can set to anything, so each one it will follow is followed here first, within bounds.
"""

import struct

from desktop.exchange.refusals import MOST_CELLS, damaged, protected, too_large

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_MINI_SECTOR = 64
_MINI_CUTOFF = 4096
_BOUND_SHEET, _DIMENSIONS, _FILE_PASS, _STRINGS, _END = 0x0085, 0x0200, 0x002F, 0x00FC, 0x000A
_MANY_NUMBERS = 0x00BD
_CELLS = frozenset({0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x0006, _MANY_NUMBERS})
_MOST_ROWS, _MOST_COLUMNS, _MOST_SHEETS = 65_536, 256, 1_000


class CompoundFile:
    """A file of streams. Every method raises Refusal if a chain leaves the file or bites its tail."""

    def __init__(self, content: bytes) -> None:
        """Walk the tables and the directory of the file."""
        self._content = content
        try:
            self._open()
        except (struct.error, IndexError, ValueError) as error:
            raise damaged() from error

    @property
    def names(self) -> frozenset[str]:
        """The names of all streams and storages."""
        return frozenset(self._entries)

    def check_workbook(self) -> None:
        """Refuse a workbook that is encrypted or whose records break the limits of .xls."""
        name = "Workbook" if "Workbook" in self._entries else "Book"
        try:
            _check_records(self._stream(*self._entries[name]))
        except (struct.error, IndexError, ValueError) as error:
            raise damaged() from error

    def _open(self) -> None:
        header = struct.unpack_from("<HHHHH", self._content, 24)
        if header[3] not in (9, 12) or header[4] != 6:
            raise damaged()
        self._size = 1 << header[3]
        self._sectors = max(0, (len(self._content) - 1) // self._size)
        (directory_start,) = struct.unpack_from("<I", self._content, 48)
        mini_start, _mini_count, far_start = struct.unpack_from("<3I", self._content, 60)
        self._table = self._allocation(list(struct.unpack_from("<109I", self._content, 76)), far_start)
        directory = self._chain(directory_start)
        self._entries: dict[str, tuple[int, int]] = {}
        root = (_END_OF_CHAIN, 0)
        if len(directory) % 128:
            raise damaged()
        for place in range(0, len(directory), 128):
            (length,) = struct.unpack_from("<H", directory, place + 64)
            start, size = struct.unpack_from("<II", directory, place + 116)
            name = directory[place : place + 64].decode("utf-16-le", "replace").split("\0")[0]
            if length > 64 or (directory[place + 66] and size > len(self._content)):
                raise damaged()
            if place == 0:
                root = (start, size)
            self._entries.setdefault(name, (start, size))
        self._mini_data = self._chain(root[0])
        mini_table = self._chain(mini_start)
        self._mini_table = struct.unpack(f"<{len(mini_table) // 4}I", mini_table)

    def _allocation(self, places: list[int], far: int) -> tuple[int, ...]:
        per_sector = self._size // 4
        for _step in range(self._sectors + 1):
            if far in (_END_OF_CHAIN, _FREE):
                break
            row = struct.unpack(f"<{per_sector}I", self._sector(far))
            places.extend(row[:-1])
            far = row[-1]
        else:
            raise damaged()
        table: list[int] = []
        for place in places:
            if place != _FREE:
                table.extend(struct.unpack(f"<{per_sector}I", self._sector(place)))
        return tuple(table)

    def _sector(self, number: int) -> bytes:
        if number >= self._sectors:
            raise damaged()
        start = (number + 1) * self._size
        return self._content[start : start + self._size].ljust(self._size, b"\0")

    def _chain(self, start: int) -> bytes:
        if start in (_END_OF_CHAIN, _FREE):
            return b""
        parts: list[bytes] = []
        for _step in range(self._sectors + 1):
            parts.append(self._sector(start))
            start = self._table[start]
            if start == _END_OF_CHAIN:
                return b"".join(parts)
        raise damaged()

    def _stream(self, start: int, size: int) -> bytes:
        if size >= _MINI_CUTOFF:
            return self._chain(start)[:size]
        parts: list[bytes] = []
        for _step in range(len(self._mini_table) + 1):
            if start == _END_OF_CHAIN:
                return b"".join(parts)[:size]
            place = start * _MINI_SECTOR
            if place + _MINI_SECTOR > len(self._mini_data):
                raise damaged()
            parts.append(self._mini_data[place : place + _MINI_SECTOR])
            start = self._mini_table[start]
        raise damaged()


def _check_records(stream: bytes) -> None:
    places = _check_substream(stream, 0)[0]
    if len(places) > _MOST_SHEETS:
        raise too_large()
    cells = 0
    for place in places:
        _, rows, columns = _check_substream(stream, place)
        cells += rows * columns
        if cells > MOST_CELLS:
            raise too_large()


def _check_substream(stream: bytes, place: int) -> tuple[list[int], int, int]:
    """Walk the records from `place` to their end: the places of sheets, rows and columns reached."""
    places: list[int] = []
    rows = columns = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        body = place + 4
        place = body + length
        if place > len(stream):
            raise damaged()
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", stream, body)
            if kind == _MANY_NUMBERS:
                column = max(column, *struct.unpack_from("<H", stream, place - 2))
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _END:
            break
        elif kind == _FILE_PASS:
            raise protected()
        elif kind == _DIMENSIONS:
            _check_dimensions(stream[body:place])
        elif kind == _BOUND_SHEET:
            places.append(struct.unpack_from("<I", stream, body)[0])
        elif kind == _STRINGS and struct.unpack_from("<I", stream, body + 4)[0] > len(stream):
            raise damaged()
    if columns > _MOST_COLUMNS:
        raise damaged()
    return places, rows, columns


def _check_dimensions(body: bytes) -> None:
    layout = "<IIHH" if len(body) >= 14 else "<HHHH"
    first_row, end_row, first_column, end_column = struct.unpack_from(layout, body)
    if end_row > _MOST_ROWS or end_column > _MOST_COLUMNS:
        raise damaged()
    if end_row and end_column and (first_row >= end_row or first_column >= end_column):
        raise damaged()
