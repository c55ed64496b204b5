"""What the workbook reader does not tell, found by scanning tags, without building a tree.

How far the content of a sheet reaches must be known before it is read: the reader makes room for the whole
rectangle and takes the process with it if there is none. Merged cells of ods it leaves out.
"""

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from desktop.exchange.refusals import MOST_CELLS, MOST_ROWS, check_extent, damaged, too_large
from desktop.exchange.screening import Container, member_pieces

Range = tuple[int, int, int, int]
"""Top, left, bottom, right of merged cells, 0-based and inclusive."""

_LONGEST_TEXT = 4 * 2**20
_ATTRIBUTE = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))"""
_ADDRESS = r"""\s+r\s*=\s*["']([A-Za-z]{1,7})(\d{1,12})["']"""
_CELL = re.compile(rf"<(?:[\w.-]+:)?c(?={_ATTRIBUTE}*?{_ADDRESS})[^<>]*(?<!/)>(?!\s*</)".encode())
_BARE_CELL = re.compile(rf"<(?:[\w.-]+:)?c(?=[\s/>])(?!{_ATTRIBUTE}*?{_ADDRESS}{_ATTRIBUTE}*\s*/?>)".encode())
_PLAIN_ROW = re.compile(rb'<c r="[A-Z]{1,7}(\d{1,12})"')
_PLAIN_COLUMN = re.compile(rb'<c r="([A-Z]{1,7})\d')
_ODD_CELL = re.compile(rb'<(?:[\w.-]+:)?c(?=[\s/>])(?! r="[A-Z]{1,7}\d{1,12}")')
_OPEN_TAG = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*?)(/?)>")
_MOST_MERGED = 100_000
_USUAL_COLUMNS = 30


def sheet_marks(content: bytes, container: Container) -> dict[str, tuple[Range, ...]]:
    """By sheet name, the merged ranges of a screened ods (those of xlsx the reader tells); Refusal if a sheet of
    either reaches too far to be read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if container is Container.ODS:
            return _open_document(b"".join(member_pieces(archive, archive.getinfo("content.xml"))))
        parts = _parts(archive)
        cells = 0
        for member in archive.infolist():
            if member.filename not in parts and not member.filename.lower().endswith(".xml"):
                continue
            cells += _area(_between_tags(member_pieces(archive, member)))
            if cells > MOST_CELLS:
                raise too_large()
        return {}


def _between_tags(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in stretches that split no pair of neighbouring tags (a tag may come twice)."""
    pending = b""
    for piece in pieces:
        pending += piece
        last = pending.rfind(b"<")
        if last < 0:
            pending = b"" if len(pending) > _LONGEST_TEXT else pending
            continue
        yield pending[: last + 2]
        pending = pending[max(0, pending.rfind(b"<", 0, last)) :]
        if len(pending) > _LONGEST_TEXT:
            raise too_large()
    yield pending


def _area(stretches: Iterator[bytes]) -> int:
    """Cells of the rectangle that the content of a worksheet reaches."""
    rows = columns = 0
    inside = False
    for stretch in stretches:
        inside = inside or b"sheetData" in stretch
        if not inside:
            continue
        reached = _reach(stretch)
        rows, columns = max(rows, reached[0]), max(columns, reached[1])
        check_extent(rows, columns)
    return rows * columns


def _reach(stretch: bytes) -> tuple[int, int]:
    """Rows and columns that cells reach; far cells that only carry a style, no content, do not count."""
    if not _ODD_CELL.search(stretch):
        rows = max(map(int, set(_PLAIN_ROW.findall(stretch))), default=0)
        columns = max(map(_column_number, set(_PLAIN_COLUMN.findall(stretch))), default=0)
        if rows <= MOST_ROWS and columns <= _USUAL_COLUMNS:
            return rows, columns
    if _BARE_CELL.search(stretch):
        raise damaged()
    addresses = _CELL.findall(stretch)
    rows = max(map(int, {row for _, row in addresses}), default=0)
    return rows, max(map(_column_number, {column for column, _ in addresses}), default=0)


def _attribute(tag: bytes, name: bytes, default: int = 0) -> int:
    found = re.search(rb"[\s:]" + name + rb"""\s*=\s*["'](\d{1,10})["']""", tag)
    return int(found[1]) if found else default


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _parts(archive: zipfile.ZipFile) -> set[str]:
    """The archive members that are sheets, by the relations of the workbook."""
    try:
        relations = _tree(archive, "xl/_rels/workbook.xml.rels")
        sheets = [item for item in _tree(archive, "xl/workbook.xml").iter() if item.tag.endswith("}sheet")]
    except (KeyError, SyntaxError, ValueError) as error:
        raise damaged() from error
    targets = {item.get("Id", ""): item.get("Target", "") for item in relations}
    if len(targets) < len(relations):
        raise damaged()
    found = set()
    for item in sheets:
        relation = next((value for name, value in item.attrib.items() if name.endswith("}id")), "")
        target = targets.get(relation, "")
        found.add(target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}"))
    return found


def _tree(archive: zipfile.ZipFile, name: str) -> Element:
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(b"".join(member_pieces(archive, archive.getinfo(name))))
    return root


def _open_document(content: bytes) -> dict[str, tuple[Range, ...]]:
    found: dict[str, tuple[Range, ...]] = {}
    sheet = ""
    row = column = rows = columns = cells = 0
    repeated, filled = 1, False
    merged: list[Range] = []
    for tag in _OPEN_TAG.finditer(content):
        closing, kind, attributes, single = tag.groups()
        if kind == b"table":
            if not closing:
                sheet, row, rows, columns, merged = _name(attributes), 0, 0, 0, []
            cells += rows * columns
            if closing:
                found[sheet] = tuple(merged[:_MOST_MERGED])
        elif kind == b"table-row":
            if closing or single:
                repeated = _attribute(attributes, b"number-rows-repeated", 1) if single else repeated
                row += repeated
                rows = row if filled else rows
                filled = False
            else:
                column, repeated = 0, _attribute(attributes, b"number-rows-repeated", 1)
        elif not closing:
            times = _attribute(attributes, b"number-columns-repeated", 1)
            down = _attribute(attributes, b"number-rows-spanned", 1)
            across = _attribute(attributes, b"number-columns-spanned", 1)
            if down * across > 1:
                merged.append((row, column, row + down - 1, column + across - 1))
            column += times
            if not single or b"value-type" in attributes:
                filled, columns = True, max(columns, column)
        check_extent(rows, columns)
        if cells > MOST_CELLS:
            raise too_large()
    return found


def _name(attributes: bytes) -> str:
    found = re.search(rb"""table:name\s*=\s*(?:"([^"]*)"|'([^']*)')""", attributes)
    return html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""
