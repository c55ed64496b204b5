"""The declaration language: what a ledger (台账) is made of.

A ledger is declared once, as a frozen typed dataclass below `Record`. Tables, triggers, grids, forms, import, export,
history and synchronisation follow from the `Ledger` value that the declaration leaves behind on its class.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Protocol, dataclass_transform

Cell = int | str | None
"""The value of a cell: dates are ISO text of any precision, decimals canonical text, flags 0 or 1."""

Row = Mapping[str, Cell]
"""A row as stored: field name (and `key`) to cell."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    REFERENCE = "reference"
    CHILDREN = "children"
    DERIVED = "derived"

    @property
    def stored(self) -> bool:
        """Whether the field is a column of its ledger's table."""
        return self not in (Kind.CHILDREN, Kind.DERIVED)


class Audience(StrEnum):
    """Who reads the rows of a ledger besides their owner; names the owner's stream a row lives in."""

    OWN = "own"
    UP = "up"
    ALL = "all"
    TO = "to"


@dataclass(frozen=True)
class Choice:
    """One value of a choice field: stored `value`, shown `label`, and other words an imported file may use."""

    value: str
    label: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """A value that changes with the day: that of the first case whose derived date column is on or before it."""

    cases: tuple[tuple[str, str], ...]
    default: str


@dataclass(frozen=True)
class Field:
    """One field of a ledger.

    `target` names the ledger that a reference or children field points to; an `embedded` target is shown and edited
    as part of this row. `width` is in characters. `asks_basis` marks fields whose change asks for 依据.
    `rule` returns a Chinese sentence when the cell is not acceptable. `source` says where a derived value comes from:
    a column of the derived table, or a `Timeline` over such columns; `order` the derived column that sorts the field;
    `stands_for` the path of another column in whose blank cell this field's text is shown; an `internal` field is
    kept for the program and never a column that a person sees; a `blob` field holds the hash of a kept file; a `spare`
    one (备用) is free for a column of the unit's own, unseen until it has a label.
    """

    label: str
    kind: Kind
    name: str = ""
    choices: tuple[Choice, ...] = ()
    target: str = ""
    embedded: bool = False
    width: int = 12
    help: str = ""
    required: bool = False
    asks_basis: bool = False
    synonyms: tuple[str, ...] = ()
    rule: Callable[[Cell], str | None] | None = None
    source: str | Timeline = ""
    order: str = ""
    stands_for: str = ""
    internal: bool = False
    blob: bool = False
    spare: bool = False
    since: int = 1

    def show(self, cell: Cell) -> str:
        """The cell as a person reads it; an empty cell is an empty text."""
        if cell is None:
            return ""
        if self.kind is Kind.FLAG:
            return "是" if cell else "否"
        for choice in self.choices:
            if choice.value == cell:
                return choice.label
        return str(cell)


class Lookup(Protocol):
    """What a derivation may ask about other rows."""

    def row(self, ledger: str, key: str) -> Row | None:
        """The live row with this key."""

    def referring(self, ledger: str, field: str, key: str) -> Sequence[Row]:
        """The live rows of a ledger whose reference `field` holds `key`."""


@dataclass(frozen=True)
class Derivation:
    """Values kept beside a ledger, recomputed whenever a row they rest on changes.

    `compute(row, lookup)` gives a cell for each of `columns`; `affected(ledger, row, lookup)` names the rows of this
    ledger to recompute after `row` of one of the ledgers in `rests_on` changed.
    """

    columns: tuple[str, ...]
    compute: Callable[[Row, Lookup], Mapping[str, Cell]]
    rests_on: tuple[str, ...] = ()
    affected: Callable[[str, Row, Lookup], Iterable[str]] = lambda _ledger, _row, _lookup: ()


@dataclass(frozen=True)
class Problem:
    """A rule that a row breaks: the field to mend and the sentence that says why."""

    field: str
    message: str


RowRule = Callable[[Row], Problem | None]


@dataclass(frozen=True)
class Ledger:
    """One declared ledger.

    `match` are the ways to recognise a row in an imported file, tried in turn: each some paths that must all be
    filled; `caption` those that name a row to a person;
    `columns` the paths a grid shows first (default: every stored field); `parent` the reference field of a child row.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    record: type["Record"]
    audience: Audience
    match: tuple[tuple[str, ...], ...]
    caption: tuple[str, ...]
    columns: tuple[str, ...]
    parent: str
    rules: tuple[RowRule, ...]
    derivation: Derivation | None
    since: int

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """The fields that are columns, in declared order."""
        return tuple(field for field in self.fields if field.kind.stored)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The stored fields by name, in declared order."""
        return {field.name: field for field in self.stored}

    @property
    def importable(self) -> bool:
        """Whether a foreign table can be brought in: its rows can be recognised and stand by themselves."""
        return bool(self.match) and not self.parent

    def field(self, name: str) -> Field:
        """The field of this name; KeyError if none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name}.{name}")

    def problems(self, row: Row) -> list[Problem]:
        """Every rule the row breaks, required cells first."""
        found = [
            Problem(field.name, f"“{field.label}”必填")
            for field in self.stored
            if field.required and row.get(field.name) in (None, "")
        ]
        for field in self.stored:
            cell = row.get(field.name)
            if field.rule is not None and cell is not None and (message := field.rule(cell)):
                found.append(Problem(field.name, message))
        found.extend(problem for rule in self.rules if (problem := rule(row)) is not None)
        return found


def _declare(kind: Kind, label: str, **options: Any) -> Any:
    return dataclasses.field(default=None, metadata={"field": Field(label=label, kind=kind, **options)})


def text(label: str, **options: Any) -> Any:
    """One line of text."""
    return _declare(Kind.TEXT, label, **options)


def long_text(label: str, **options: Any) -> Any:
    """Text of several lines."""
    return _declare(Kind.LONG_TEXT, label, **{"width": 30, **options})


def integer(label: str, **options: Any) -> Any:
    """A whole number."""
    return _declare(Kind.INTEGER, label, **{"width": 8, **options})


def decimal(label: str, **options: Any) -> Any:
    """A decimal number, kept as canonical text so that no digit is lost on any machine."""
    return _declare(Kind.DECIMAL, label, **{"width": 8, **options})


def date(label: str, **options: Any) -> Any:
    """A date of year, month or day precision."""
    return _declare(Kind.DATE, label, **options)


def flag(label: str, **options: Any) -> Any:
    """Yes or no."""
    return _declare(Kind.FLAG, label, **{"width": 8, **options})


def choice(label: str, choices: Iterable[Choice], **options: Any) -> Any:
    """One of several words that rules read."""
    return _declare(Kind.CHOICE, label, choices=tuple(choices), **options)


def reference(label: str, target: str, **options: Any) -> Any:
    """The key of a row of another ledger."""
    return _declare(Kind.REFERENCE, label, target=target, **options)


def children(label: str, target: str, **options: Any) -> Any:
    """The rows of another ledger whose parent is this row."""
    return _declare(Kind.CHILDREN, label, target=target, **options)


def derived(label: str, source: str | Timeline, **options: Any) -> Any:
    """A computed value, never typed."""
    return _declare(Kind.DERIVED, label, source=source, **options)


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(text, long_text, integer, decimal, date, flag, choice, reference, children, derived),
)
class Declared:
    """Turns each subclass into a frozen dataclass and leaves its `Ledger` on it."""

    ledger: ClassVar[Ledger]

    def __init_subclass__(cls, *, name: str = "", **options: Any) -> None:
        """Read the declaration; a subclass of a declared ledger inherits every option it does not name."""
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)
        if not name:
            return
        declared = [
            dataclasses.replace(item.metadata["field"], name=item.name)
            for item in dataclasses.fields(cls)  # type: ignore[arg-type]
            if "field" in item.metadata
        ]
        fields = tuple(sorted(declared, key=lambda field: (field.since, field.spare)))
        inherited = getattr(cls, "ledger", None)
        defaults: dict[str, Any] = {
            "audience": Audience.UP, "match": (), "caption": (), "columns": (), "parent": "", "rules": (),
            "derivation": None, "since": 1, "label": name,
        }  # fmt: skip
        if inherited is not None:
            defaults = {option: getattr(inherited, option) for option in defaults}
        defaults.update(options)
        cls.ledger = Ledger(name=name, fields=fields, record=cls, **defaults)  # type: ignore[arg-type]


class Record(Declared):
    """A row as a typed value; `key` says whose it is for ever."""

    key: str = ""


@dataclass(frozen=True)
class Schema:
    """All ledgers of one version of the program, in the order their tables are made."""

    version: int
    ledgers: tuple[Ledger, ...]

    @cached_property
    def _by_name(self) -> dict[str, Ledger]:
        return {ledger.name: ledger for ledger in self.ledgers}

    def ledger(self, name: str) -> Ledger:
        """The ledger of this name; KeyError if none."""
        return self._by_name[name]

    def has(self, name: str) -> bool:
        """Whether a ledger of this name is declared."""
        return name in self._by_name

    def steps(self, ledger: str, path: str) -> tuple[Field, ...]:
        """The fields along a dotted path such as `standard.number`; all but the last are references."""
        here = self.ledger(ledger)
        found = []
        for step in path.split("."):
            field = here.field(step)
            found.append(field)
            if field.target:
                here = self.ledger(field.target)
        return tuple(found)

    def columns(self, ledger: str) -> tuple["Column", ...]:
        """What a person can see and edit of a ledger as one row: shown-first paths, then all other own fields.

        A plain reference stands as the path to the field that names its target, e.g. `node.code`.
        """
        declared = self.ledger(ledger)
        paths = list(declared.columns)
        for field in declared.fields:
            if field.embedded:
                inner = self.ledger(field.target)
                shown = (item for item in inner.fields if not item.internal)
                paths.extend(f"{field.name}.{self.naming(inner.name, item.name)}" for item in shown)
            elif field.kind is not Kind.CHILDREN and not field.internal:
                paths.append(self.naming(ledger, field.name))
        unique = dict.fromkeys(paths)
        return tuple(self.column(ledger, path) for path in unique)

    def column(self, ledger: str, path: str) -> "Column":
        """One path of a ledger as a column."""
        declared = self.ledger(ledger)
        fields = self.steps(ledger, path)
        plain = next((field for field in fields[:-1] if not field.embedded), None)
        names = plain is not None and fields[-1].name == self.ledger(plain.target).caption[0]
        shown = path in declared.columns if declared.columns else not fields[-1].spare
        return Column(path, fields, shown, plain, names)

    def stand_ins(self, ledger: str) -> dict[str, str]:
        """Column path → path of the own field whose text is shown there while the column's own cell is blank."""
        return {field.stands_for: field.name for field in self.ledger(ledger).fields if field.stands_for}

    def naming(self, ledger: str, path: str) -> str:
        """The path lengthened, where it ends in a reference, to the field that names the target."""
        last = self.steps(ledger, path)[-1]
        if last.kind is not Kind.REFERENCE:
            return path
        return f"{path}.{self.naming(last.target, self.ledger(last.target).caption[0])}"


@dataclass(frozen=True)
class Column:
    """A path of a ledger as a grid, form or file column.

    `plain` is the reference on the way that is not embedded, if any; `names` tells that the path's end is the field
    by which a person names that reference's target, so that typing there chooses another target.
    """

    path: str
    fields: tuple[Field, ...]
    shown: bool = True
    plain: Field | None = None
    names: bool = False

    @property
    def field(self) -> Field:
        """The field at the path's end, whose kind and choices the cell has."""
        return self.fields[-1]

    @property
    def label(self) -> str:
        """The heading."""
        return self.plain.label if self.plain is not None and self.names else self.field.label

    @property
    def editable(self) -> bool:
        """Derived values and further fields of a reference's target are only shown."""
        return self.field.kind is not Kind.DERIVED and (self.plain is None or self.names)
