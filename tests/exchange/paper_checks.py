"""What must hold for the pages of any document."""

import pytest

from desktop.domain.document import Document
from desktop.exchange.paper import Pages
from desktop.exchange.paper_items import Page, Watermark, Words
from desktop.exchange.table_shape import columns_of, fitted_widths

LEFT, RIGHT, TOP, BOTTOM = 25.0, 15.0, 9.0, 5.0
SLACK = 0.02


def texts(page: Page) -> list[str]:
    return [item.text for item in page.items if isinstance(item, Words)]


def squeezed(text: str) -> str:
    return "".join(mark for mark in text if not mark.isspace())


def everything(pages: Pages) -> str:
    return squeezed("".join(text for page in pages.pages for text in texts(page)))


def cell_texts(pages: Pages, document: Document) -> dict[tuple[int, int], str]:
    """What is printed inside the rectangle of each cell of the first section, its parts joined without 续."""
    grouped = bool(document.table.group_label)
    found: dict[tuple[int, int], str] = {}
    for page in pages.pages:
        if page.section:
            continue
        widths = fitted_widths(columns_of(document.table), page.width - LEFT - RIGHT)[grouped:]
        start = page.width - RIGHT - sum(widths)
        for place in page.rows:
            inside = [
                item
                for item in page.items
                if isinstance(item, Words)
                and place.y - SLACK <= item.y
                and item.y + item.height <= place.y + place.height + SLACK
            ]
            left = start
            for column, width in enumerate(widths):
                here = [item for item in inside if left <= item.x and item.x + item.width <= left + width + SLACK]
                text = squeezed("".join(item.text for item in here))
                if place.part:
                    text = text.removeprefix("（续）")
                found[place.row, column] = found.get((place.row, column), "") + text
                left += width
    return found


def check_inside(pages: Pages) -> None:
    """Every line of text stands inside the margins, is tall enough for its ink and does not run over
    another.
    """
    for page in pages.pages:
        right, bottom = page.width - RIGHT + SLACK, page.height - BOTTOM + SLACK
        for item in page.items:
            if isinstance(item, Watermark):
                continue
            assert item.x >= LEFT - SLACK
            assert item.y >= TOP - SLACK
            assert item.x + item.width <= right
            assert item.y + item.height <= bottom
            if isinstance(item, Words):
                assert item.height >= item.lettering.height * 1.15
                assert pages.measure.width(item.text, item.lettering) <= item.width + SLACK
        check_apart([item for item in page.items if isinstance(item, Words)])


def check_apart(words: list[Words]) -> None:
    """No two lines of text overlap."""
    ordered = sorted(words, key=lambda item: item.y)
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.y >= one.y + one.height - SLACK:
                break
            apart = one.x + one.width <= other.x + SLACK or other.x + other.width <= one.x + SLACK
            assert apart, (one, other)


def check_rows(pages: Pages, count: int) -> None:
    """Each row stands exactly once and in order, in parts only where each part but the last fills a page."""
    places = [(place.row, place.part, place.parts) for page in pages.pages if not page.section for place in page.rows]
    wanted = [
        (row, part, parts)
        for row, parts in {row: parts for row, _part, parts in places}.items()
        for part in range(parts)
    ]
    assert places == wanted
    assert sorted({row for row, _part, _parts in places}) == list(range(count))
    for page in pages.pages:
        edge = page.heading.y + page.heading.height if page.heading else 0.0
        for place in page.rows:
            assert place.y == pytest.approx(edge) or place.y > edge
            edge = place.y + place.height
