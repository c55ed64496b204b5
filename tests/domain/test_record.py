"""The declaration language: one line declares a field, and its columns follow."""

import dataclasses

import pytest

from desktop.domain.ledgers import SCHEMA
from desktop.domain.ledgers.spares import Spares
from desktop.domain.ledgers.standard import DetailEntry
from desktop.domain.record import (
    Audience,
    Cell,
    Choice,
    Field,
    Kind,
    Problem,
    Record,
    Row,
    Schema,
    children,
    choice,
    decimal,
    derived,
    flag,
    integer,
    long_text,
    reference,
    text,
)


def _no_red(cell: Cell) -> str | None:
    return "不能是红色" if cell == "red" else None


def _heavy(row: Row) -> Problem | None:
    return Problem("weight", "太重") if str(row.get("weight") or "0") > "5" else None


class Box(Record, name="box", label="箱", caption=("title",), rules=(_heavy,), audience=Audience.OWN):
    title: Cell = text("箱名", required=True)
    colour: Cell = choice("颜色", (Choice("red", "红"), Choice("blue", "蓝")), rule=_no_red)
    weight: Cell = decimal("重量")
    items: Cell = children("物品", "thing")
    state: Cell = derived("状态", "@state")


class Thing(
    Record, name="thing", label="物品", caption=("name",), columns=("name", "box.title", "inner.title"), parent="box"
):
    name: Cell = text("物名", width=40)
    box: Cell = reference("所在箱", "box")
    inner: Cell = reference("内箱", "box", embedded=True)
    count: Cell = integer("件数")
    ours: Cell = flag("自有")
    spare1: Cell = text("备用1")
    notes: Cell = long_text("备注")


class ThingTwo(Thing, name="thing"):
    owner: Cell = text("物主", since=2)


TOGETHER = Schema(1, (Box.ledger, Thing.ledger))


def test_a_declaration_leaves_its_ledger_behind() -> None:
    ledger = Box.ledger
    assert (ledger.name, ledger.label, ledger.audience, ledger.since) == ("box", "箱", Audience.OWN, 1)
    assert [field.name for field in ledger.fields] == ["title", "colour", "weight", "items", "state"]
    assert [field.name for field in ledger.stored] == ["title", "colour", "weight"]
    assert ledger.record is Box
    assert (Thing.ledger.field("name").width, Thing.ledger.field("count").width) == (40, 8)
    with pytest.raises(KeyError):
        ledger.field("nothing")


def test_a_record_is_a_frozen_value() -> None:
    box = Box(key="k", title="甲", colour=None, weight="1", items=None, state=None)
    assert box == Box(key="k", title="甲", colour=None, weight="1", items=None, state=None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        box.title = "乙"  # type: ignore[misc]


def test_a_later_version_adds_a_field_and_inherits_the_rest() -> None:
    later = ThingTwo.ledger
    assert [field.name for field in later.fields] == [*(field.name for field in Thing.ledger.fields), "owner"]
    assert (later.label, later.caption, later.columns, later.parent) == ("物品", ("name",), Thing.ledger.columns, "box")
    assert later.field("owner").since == 2 and "owner" not in [field.name for field in Thing.ledger.fields]


def test_problems_name_required_cells_then_rules_of_cells_then_of_the_row() -> None:
    assert Box.ledger.problems({"title": "", "colour": "red", "weight": "9"}) == [
        Problem("title", "“箱名”必填"), Problem("colour", "不能是红色"), Problem("weight", "太重"),
    ]  # fmt: skip
    assert Box.ledger.problems({"title": "甲", "colour": "blue", "weight": "4"}) == []


def test_the_columns_of_a_row_reach_into_what_it_embeds_and_name_what_it_refers_to() -> None:
    columns = TOGETHER.columns("thing")
    assert [column.path for column in columns] == [
        "name", "box.title", "inner.title", "inner.colour", "inner.weight", "inner.items", "inner.state", "count", "ours",
        "spare1", "notes",
    ]  # fmt: skip
    by_path = {column.path: column for column in columns}
    assert [path for path, column in by_path.items() if column.shown] == ["name", "box.title", "inner.title"]
    assert by_path["box.title"].label == "所在箱" and by_path["box.title"].editable
    assert by_path["inner.title"].label == "箱名" and by_path["inner.title"].editable
    assert not by_path["inner.state"].editable
    assert not TOGETHER.column("thing", "box.colour").editable, "a further field of a reference is only shown"


def test_spare_fields_are_hidden_where_a_ledger_names_no_columns() -> None:
    class Loose(Record, name="loose"):
        name: Cell = text("名")
        left: Cell = text("备用", spare=True)

    shown = {column.path: column.shown for column in Schema(1, (Loose.ledger,)).columns("loose")}
    assert shown == {"name": True, "left": False}


@pytest.mark.parametrize(
    ("field", "cell", "shown"),
    [
        (Field("x", Kind.TEXT), None, ""),
        (Field("x", Kind.TEXT), "甲", "甲"),
        (Field("x", Kind.INTEGER), 0, "0"),
        (Field("x", Kind.FLAG), 1, "是"),
        (Field("x", Kind.FLAG), 0, "否"),
        (Box.ledger.field("colour"), "blue", "蓝"),
        (Box.ledger.field("colour"), "green", "green"),
    ],
)
def test_a_cell_is_shown_as_a_person_reads_it(field: Field, cell: Cell, shown: str) -> None:
    assert field.show(cell) == shown


def test_a_ledger_is_found_by_name() -> None:
    assert TOGETHER.has("box") and not TOGETHER.has("crate")
    assert TOGETHER.ledger("thing") is Thing.ledger
    with pytest.raises(KeyError):
        TOGETHER.ledger("crate")


@pytest.mark.parametrize("ledger", SCHEMA.ledgers, ids=lambda ledger: ledger.name)
def test_every_path_a_ledger_declares_leads_somewhere(ledger: object) -> None:
    assert isinstance(ledger, type(DetailEntry.ledger))
    paths = [*ledger.columns, *ledger.caption, *(path for way in ledger.match for path in way)]
    for path in paths:
        assert SCHEMA.steps(ledger.name, path), path
    for field in ledger.fields:
        assert not field.target or SCHEMA.has(field.target), field.name
    if ledger.parent:
        assert ledger.field(ledger.parent).kind is Kind.REFERENCE
        assert ledger.field("position").kind is Kind.TEXT
    for rule in ledger.rules:
        assert rule({}) is None or isinstance(rule({}), Problem)


def test_spare_fields_stand_last_and_what_a_later_version_declares_stands_after_them() -> None:
    class Kept(Spares, name="kept"):
        name: Cell = text("名")

    class KeptTwo(Kept, name="kept"):
        owner: Cell = text("物主", since=2)

    spares = [f"spare{number}" for number in range(1, 9)]
    assert [field.name for field in Kept.ledger.stored] == ["name", *spares]
    assert [field.name for field in KeptTwo.ledger.stored] == ["name", *spares, "owner"]
    assert [field.label for field in Kept.ledger.fields if field.spare] == [f"备用{number}" for number in range(1, 9)]
