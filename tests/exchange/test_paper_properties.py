"""Whatever the document: nothing is cut, each row stands once, pages count right."""

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.exchange.legible import legible
from desktop.exchange.paper import Pages
from desktop.exchange.table_shape import rows_of
from tests.exchange.paper_checks import cell_texts, check_inside, check_rows, everything, squeezed, texts

ALPHABET = "标准检查记录符合，。、“”（）《》 GB/T0123456789abcxyz\n𠮷é-"
words = st.text(ALPHABET, max_size=40)
long_words = st.one_of(words, st.text(ALPHABET, min_size=100, max_size=900))
anything = st.text(max_size=30)


@st.composite
def documents(draw: st.DrawFn, cells: st.SearchStrategy[str]) -> Document:
    count = draw(st.integers(1, 14))
    grouping = draw(st.booleans())
    columns = tuple(
        TableColumn(
            draw(st.text(ALPHABET, max_size=12)),
            draw(st.floats(1, 90)),
            draw(st.sampled_from(Align)),
            draw(st.sampled_from(("", "", "组"))) if grouping else "",
            tick=draw(st.integers(0, 9)) == 0,
        )
        for _place in range(count)
    )
    patterns = draw(
        st.lists(st.tuples(*[cells] * count, st.sampled_from(("", "甲类", "乙类" * 20))), min_size=1, max_size=4)
    )
    rows = tuple(
        TableRow(
            patterns[place % len(patterns)][:-1],
            draw(st.booleans()),
            group=patterns[place % len(patterns)][-1],
        )
        for place in range(draw(st.integers(1, draw(st.sampled_from((3, 30, 200))))))
    )
    return Document(
        title=draw(words),
        table=Table(
            columns,
            rows,
            row_height=draw(st.floats(5, 15)),
            group_label=draw(st.sampled_from(("", "类别"))),
            blank_rows=draw(st.integers(0, 3)),
        ),
        form_code=draw(words),
        paper=draw(st.sampled_from(Paper)),
        landscape=draw(st.booleans()),
        head=tuple(draw(st.lists(st.tuples(*[head_fields()] * draw(st.integers(1, 5))), max_size=3))),
        closing=tuple(draw(st.lists(st.tuples(*[head_fields()] * 2), max_size=2))),
        signatures=tuple(draw(st.lists(words, max_size=6))),
        page_signatures=tuple(draw(st.lists(words, max_size=3))),
        table_hint=draw(words),
        notes=tuple(draw(st.lists(long_words, max_size=2))),
        footer_left=draw(words),
        footer_right=draw(words),
        code=draw(st.sampled_from(("", "JC-330106-2026-118"))),
    )


def head_fields() -> st.SearchStrategy[HeadField]:
    return st.builds(
        HeadField,
        label=words,
        value=words,
        options=st.lists(st.text("甲乙丙丁ab", max_size=12), max_size=5).map(tuple),
        width=st.floats(0.2, 5),
    )


def all_texts(document: Document) -> Iterator[str]:
    yield from (document.title, document.form_code, document.table_hint)
    yield from (document.footer_left, document.footer_right)
    yield from (*document.notes, *document.signatures, *document.page_signatures)
    for line in (*document.head, *document.closing):
        for field in line:
            yield from (field.label, field.value, *field.options)


RUNS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@RUNS
@given(documents(long_words))
def test_nothing_is_cut_and_each_row_stands_once(document: Document) -> None:
    pages = Pages(document)
    rows = rows_of(document.table)
    check_rows(pages, len(rows))
    check_inside(pages)
    printed = cell_texts(pages, document)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row.cells):
            wanted = "" if document.table.columns[column].tick else squeezed(cell)
            assert printed[number, column] == wanted
    count = pages.page_count
    for number, page in enumerate(pages.pages, 1):
        assert (page.number, page.count) == (number, count)
        assert f"第 {number} 页　共 {count} 页" in texts(page)
        assert bool(page.heading) >= bool(page.rows)
    assert sum(page.closing is not None for page in pages.pages) == bool(document.closing or document.signatures)
    shown = sorted(everything(pages))
    for text in all_texts(document):
        for mark in set(squeezed(legible(text))):
            assert mark in shown


@settings(RUNS, max_examples=15)
@given(documents(anything))
def test_whatever_is_typed_is_printed(document: Document) -> None:
    pages = Pages(document)
    check_rows(pages, len(rows_of(document.table)))
    printed = cell_texts(pages, document)
    for number, row in enumerate(rows_of(document.table)):
        for column, cell in enumerate(row.cells):
            wanted = "" if document.table.columns[column].tick else squeezed(cell)
            assert printed[number, column] == wanted
