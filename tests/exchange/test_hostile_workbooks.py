"""Whatever a file holds: sheets of plain values, or a Refusal, within bounds."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Book

from desktop.domain.errors import Refusal
from desktop.exchange.headings import best_sheet
from desktop.exchange.screening import Container
from desktop.exchange.source_rows import source_rows, typed
from desktop.exchange.workbook import parse_workbook
from tests.exchange.made_workbooks import COLUMNS, FIXTURES, OFFICE_TABLE, SYNONYMS, repacked

FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12)


def made_xlsx() -> bytes:
    book = Book()
    for row in OFFICE_TABLE:
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("A1:H1")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SEEDS = {
    "xlsx": made_xlsx(),
    "ods": (FIXTURES / "table.ods").read_bytes(),
    "xls": (FIXTURES / "table.xls").read_bytes(),
    "long xls": (FIXTURES / "long.xls").read_bytes(),
    "csv": '标准号,标准名称\n"GB/T 1.1-2020",标准化工作导则\n'.encode(),
    "gb18030": "标准号\t标准名称\nGB/T 1.1-2020\t标准化工作导则\n".encode("gb18030"),
}


def import_of(content: bytes) -> None:
    """The whole way from bytes to typed cells; any exception but Refusal fails the test."""
    with suppress(Refusal):
        workbook = parse_workbook(content, Path("某表"))
        assert workbook.container in Container
        for sheet in workbook.sheets:
            assert len({len(row) for row in sheet.rows}) <= 1
        page, table = best_sheet(workbook, COLUMNS, SYNONYMS)
        for row in source_rows(page, table, COLUMNS)[0]:
            typed(COLUMNS, row)


def flipped(content: bytes, flips: list[tuple[float, int]]) -> bytes:
    changed = bytearray(content)
    for place, value in flips:
        changed[int(place * len(changed))] = value
    return bytes(changed)


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_themselves_are_read(name: str) -> None:
    workbook = parse_workbook(SEEDS[name], Path("某表"))
    assert best_sheet(workbook, COLUMNS, SYNONYMS)[1].mapping


@pytest.mark.parametrize("name", SEEDS)
@given(flips=FLIPS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changed_bytes(name: str, flips: list[tuple[float, int]]) -> None:
    import_of(flipped(SEEDS[name], flips))


@pytest.mark.parametrize("name", SEEDS)
@given(part=st.floats(0, 1, exclude_max=True))
@settings(deadline=None, max_examples=40)
def test_truncated_files(name: str, part: float) -> None:
    import_of(SEEDS[name][: int(part * len(SEEDS[name]))])


@pytest.mark.parametrize("name", ["xlsx", "ods"])
@given(data=st.data(), flips=FLIPS)
@settings(deadline=None, max_examples=60)
def test_changed_members_of_a_sound_archive(name: str, data: st.DataObject, flips: list[tuple[float, int]]) -> None:
    with zipfile.ZipFile(io.BytesIO(SEEDS[name])) as archive:
        members = [info.filename for info in archive.infolist() if info.file_size]
        victim = data.draw(st.sampled_from(members))
        import_of(repacked(SEEDS[name], {victim: flipped(archive.read(victim), flips)}))


@given(st.one_of(st.binary(max_size=3000), st.text(max_size=500).map(str.encode)))
@settings(deadline=None)
def test_random_bytes_and_text(content: bytes) -> None:
    import_of(content)
    for start in (b"PK\x03\x04", SEEDS["xls"][:512], "标准号,标准名称\n".encode()):
        import_of(start + content)
