"""表式: the official and practical layouts of printed ledgers, as shipped and as a unit has changed them. A change is one
setting of the unit, so it survives upgrades and reaches its other computers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from desktop import resources
from desktop.app.labels import columns_in_use, label_of, name_spare, spare_labels
from desktop.app.session import Session
from desktop.app.unit_settings import put, unit_settings
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal

PREFIX = "layout:"
NUMBER = "#"
"""Path of 序号, which follows the shown order."""

MOST = 40
"""Columns of one layout at most."""

NARROWEST, WIDEST = 5.0, 200.0
"""Millimetres a column may be given."""


@dataclass(frozen=True)
class LayoutColumn:
    """One printed column; `width` in millimetres, scaled to the page."""

    path: str
    label: str
    width: float


@dataclass(frozen=True)
class Layout:
    """A printed form of a ledger."""

    id: str
    name: str
    title: str
    columns: tuple[LayoutColumn, ...]
    paper: str = "A4"
    landscape: bool = True
    note: str = ""
    changed: bool = False
    """Whether the unit has changed the shipped columns."""


def shipped() -> list[Layout]:
    """The layouts of the detail table as they come with the program."""
    found: list[dict[str, object]] = json.loads(resources.read_text("forms", "detail.json"))
    return [
        Layout(
            str(item["id"]), str(item["name"]), str(item["title"]),
            tuple(
                LayoutColumn(str(column["path"]), str(column["label"]), float(column["width"]))
                for column in item["columns"]  # type: ignore[attr-defined]
            ),
            str(item.get("paper", "A4")), bool(item.get("landscape", True)), str(item.get("note", "")),
        )
        for item in found
    ]  # fmt: skip


def layouts_of(session: Session, ledger: str) -> list[Layout]:
    """The layouts of a ledger with the unit's changes; only the detail table has official ones."""
    if ledger != "detail_entry":
        return []
    kept = unit_settings(session, PREFIX)
    return [_changed(session, ledger, layout, kept.get(layout.id, "")) for layout in shipped()]


def _changed(session: Session, ledger: str, layout: Layout, kept: str) -> Layout:
    if not kept:
        return layout
    try:
        columns = msgspec.json.decode(kept, type=list[LayoutColumn])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return layout
    known = {NUMBER, *(column.path for column in session.schema.columns(ledger))}
    usable = tuple(_bounded(column) for column in columns[:MOST] if column.path in known)
    return replace(layout, columns=usable, changed=True) if usable else layout


def _bounded(column: LayoutColumn) -> LayoutColumn:
    return replace(column, label=column.label[:40], width=min(WIDEST, max(NARROWEST, column.width)))


def on_screen(session: Session, ledger: str, paths: Sequence[str]) -> Layout:
    """A layout of the columns as a grid shows them."""
    labels = spare_labels(session)
    columns = [session.schema.column(ledger, path) for path in paths if not path.startswith("owner")]
    return Layout(
        "screen", "按屏幕上的列", session.schema.ledger(ledger).label,
        (LayoutColumn(NUMBER, "序号", 10.0),
         *(LayoutColumn(column.path, label_of(column, labels), column.field.width * 2.0) for column in columns)),
    )  # fmt: skip


def choosable(session: Session, ledger: str) -> list[LayoutColumn]:
    """Every column a layout may have."""
    labels = spare_labels(session)
    return [LayoutColumn(NUMBER, "序号", 10.0)] + [
        LayoutColumn(column.path, label_of(column, labels), column.field.width * 2.0)
        for column in columns_in_use(session, ledger)
    ]


def save(session: Session, layout: Layout) -> Changes:
    """Keep the columns of a layout as the unit's own. Refusal if there are none or too many."""
    if not layout.columns or len(layout.columns) > MOST:
        raise Refusal("bad_layout", f"表式要有 1 到 {MOST} 列，请调整后再保存")
    return _keep(session, layout.id, msgspec.json.encode(list(layout.columns)).decode(), f"修改表式 {layout.name}")


def reset(session: Session, layout: Layout) -> Changes:
    """Back to the shipped columns."""
    return _keep(session, layout.id, None, f"恢复表式 {layout.name}")


def _keep(session: Session, layout_id: str, value: str | None, label: str) -> Changes:
    with session.write(label) as transaction:
        put(session, transaction, PREFIX + layout_id, value)
    return transaction.changes


def add_own_column(session: Session, ledger: str, heading: str) -> LayoutColumn:
    """A column of the unit's own: a spare field gets this heading, and with it a place in grids, files and templates.
    Refusal if no spare field is free."""
    heading = " ".join(heading.split())
    labels = spare_labels(session)
    columns = session.schema.columns(ledger)
    if not heading or heading in {label_of(column, labels) for column in columns}:
        raise Refusal("known_column", "请填写一个新的列名，已有的列可以直接勾选")
    free = [item for item in columns if item.field.spare and item.path not in labels]
    if not free:
        raise Refusal("no_spare", "备用列已经用完（8 列），请先把不用的列改名使用")
    with session.write(f"增加列 {heading}") as transaction:
        name_spare(session, transaction, free[0].path, heading)
    return LayoutColumn(free[0].path, heading, 24.0)
