"""Ledgers and documents to files a person asks for by their ending."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.app import layouts, system
from desktop.app.job import Job
from desktop.app.labels import NUMBER_AS_WRITTEN, UNIT, columns_in_use, label_of, spare_labels, unit_names
from desktop.app.layouts import NUMBER, Layout
from desktop.app.session import Session
from desktop.domain.dates import chinese
from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.errors import Refusal
from desktop.domain.query import OWNER, Op, Query, Sort, Test
from desktop.domain.record import Cell, Field, Kind
from desktop.exchange.own_workbook import Stamp
from desktop.exchange.rendering import write_office_file

DETAIL_SORT = (Sort("code"), Sort("standard.number"))

ENDINGS = (".pdf", ".docx", ".xlsx", ".csv", ".svg", ".png")


def check_ending(path: Path) -> None:
    """Refuse a kind of file that cannot be written, before anything else is done."""
    if path.suffix.lower() not in ENDINGS:
        raise Refusal("unknown_format", f"不能写“{path.suffix}”文件，请改用 .xlsx、.docx、.pdf 或 .csv")


def write(document: Document, path: Path, job: Job | None = None) -> None:
    """A document as .pdf, .docx, .xlsx, .csv or pictures of its pages (.png), by the file's ending."""
    check_ending(path)
    ending = path.suffix.lower()
    if (ending == ".svg") != bool(document.drawings) and ending not in (".pdf", ".docx", ".png"):
        raise Refusal("not_a_table", "框图存为 .pdf、.docx 或 .svg；表格存为 .xlsx、.docx、.pdf 或 .csv")
    match ending:
        case ".svg":
            from desktop.exchange.diagram_svg import write_svg

            write_svg(document.drawings, document.title, path)
        case ".pdf":
            from desktop.exchange.paper import ensure_application, write_pdf

            ensure_application()
            write_pdf(document, path)
        case ".png":
            from desktop.exchange.paper import ensure_application
            from desktop.exchange.paper_pictures import write_pictures

            ensure_application()
            write_pictures(document, path)
        case ".docx" | ".xlsx":
            write_office_file(document, path, job=job)
        case _:
            from desktop.exchange.text_table import write_csv

            write_csv(document, path)


def export(session: Session, ledger: str, path: Path, as_of: str = "", job: Job | None = None) -> int:
    """A ledger to a file: every column in use for tables, the official layout for paper and Word; the rows written."""
    as_of = as_of or session.today()
    official = ledger == "detail_entry" and path.suffix.lower() in (".pdf", ".docx")
    if path.suffix.lower() == ".xlsx":
        document, stamp = stamped_document(session, ledger, as_of)
        write_office_file(document, path, stamp, job)
    else:
        document = detail_document(session, as_of=as_of) if official else full_document(session, ledger, as_of)
        write(document, path, job)
    return len(document.table.rows)


def listed(session: Session, ledger: str, as_of: str) -> Query:
    """The rows of a ledger as lists show them: of the detail table those that the figures count, in their order."""
    if ledger not in ("detail_entry", "system_node"):
        return Query(ledger, as_of=as_of)
    versions = tuple(system.active_versions(session.read).values())
    sort = DETAIL_SORT if ledger == "detail_entry" else (Sort("code"),)
    return Query(ledger, Test("version", Op.IN, versions), sort, as_of)


def full_document(session: Session, ledger: str, as_of: str) -> Document:
    """Every column in use of a ledger."""
    return stamped_document(session, ledger, as_of)[0]


@dataclass(frozen=True)
class _Column:
    """One column of a file: the path that is read, its heading, its field (None: text beside the ledger's own), and
    the path it comes back to ("" if it is only shown)."""

    path: str
    heading: str
    field: Field | None
    back: str

    def shown(self, cell: Cell, units: Mapping[str, str]) -> str:
        """The cell as it is written; a unit by its name."""
        if self.field is not None:
            return self.field.show(cell)
        return units.get(str(cell), "" if cell is None else str(cell))


def stamped_document(session: Session, ledger: str, as_of: str) -> tuple[Document, Stamp]:
    """Every column in use of a ledger, and what lets an import know the table again; the step is taken first, so that
    what is written meanwhile counts as written later."""
    step = session.workspace.last_step()
    columns = _columns(session, ledger)
    paths = ["key", *(column.path for column in columns)]
    keyed = session.read.cells(listed(session, ledger, as_of), paths)
    if ledger == "system_node":
        keyed = _as_a_tree(session, keyed, paths)
    units = unit_names(session)
    rows = tuple(
        TableRow(tuple(column.shown(cell, units) for column, cell in zip(columns, cells, strict=True)))
        for _, *cells in keyed
    )
    widths = [20 if column.field is None else column.field.width for column in columns]
    heads = tuple(TableColumn(column.heading, width * 2.2) for column, width in zip(columns, widths, strict=True))
    document = Document(
        title=session.schema.ledger(ledger).label, table=Table(heads, rows), paper=Paper.A3,
        head=((HeadField("单位", session.identity.name), HeadField("截至日期", chinese(as_of))),),
        footer_left=session.identity.name, watermark=session.watermark,
    )  # fmt: skip
    meant = {column.heading: column.back for column in reversed(columns)}
    return document, Stamp(ledger, meant, session.identity.instance, step, as_of, tuple(str(key) for key, *_ in keyed))


def _columns(session: Session, ledger: str) -> list[_Column]:
    """Every column in use: the standard number as it is searched for and beside it as written, in a bureau the unit."""
    labels, found = spare_labels(session), list[_Column]()
    if session.identity.is_bureau:
        found.append(_Column(OWNER, UNIT, None, ""))
    for column in columns_in_use(session, ledger):
        heading, back = label_of(column, labels), column.path if column.editable else ""
        if ledger == "detail_entry" and column.path == "standard.number":
            found.append(_Column("standard.@number_text", "标准号", None, column.path))
            heading, back = NUMBER_AS_WRITTEN, ""
        found.append(_Column(column.path, heading, column.field, back))
    return found


def _as_a_tree(session: Session, rows: list[tuple[Cell, ...]], paths: list[str]) -> list[tuple[Cell, ...]]:
    """Rows of nodes as their trees read from top to bottom, which is also the order in which they can be imported."""
    places: dict[Cell, int] = {}
    for version in system.active_versions(session.read).values():
        for node in system.nodes_of(session.read, version):
            places.setdefault(node.code, len(places))
    code = paths.index("code")
    return sorted(rows, key=lambda row: places.get(row[code], len(places)))


def detail_document(
    session: Session, layout_id: str = "pilot", as_of: str = "", query: Query | None = None
) -> Document:
    """The detail table in one of its printed layouts."""
    as_of = as_of or session.today()
    layout = next(item for item in layouts.layouts_of(session, "detail_entry") if item.id == layout_id)
    return sheet(session, query or listed(session, "detail_entry", as_of), layout)


def sheet(session: Session, query: Query, layout: Layout, filters: str = "") -> Document:
    """The rows of a query in a layout; 序号 follows their order, and `filters` stands in the heading."""
    ledger, as_of = query.ledger, query.as_of or session.today()
    paths = [column.path for column in layout.columns]
    stand_ins = session.schema.stand_ins(ledger)
    also = ("standard",) if ledger == "detail_entry" else ()
    read = [*dict.fromkeys((*(path for path in paths if path != NUMBER), *stand_ins.values(), *also))]
    rows = []
    for number, cells in enumerate(session.read.cells(query, read), 1):
        known: dict[str, Cell] = dict(zip(read, cells, strict=True))
        for path, instead in stand_ins.items():
            known[path] = known.get(path) if known.get(path) is not None else known[instead]
        rows.append(TableRow(tuple(_printed(session, ledger, path, known, number) for path in paths)))
    columns = tuple(
        TableColumn(column.label, column.width, Align.CENTRE if column.path == NUMBER else Align.LEFT)
        for column in layout.columns
    )
    head = [HeadField("单位", session.identity.name, width=2), HeadField("截至日期", chinese(as_of))]
    return Document(
        title=layout.title, table=Table(columns, tuple(rows)), paper=Paper(layout.paper), landscape=layout.landscape,
        head=(tuple(head), *(((HeadField("筛选", filters),),) if filters else ())),
        notes=(layout.note,) if layout.note else (),
        footer_left=session.identity.name, watermark=session.watermark,
    )  # fmt: skip


def _printed(session: Session, ledger: str, path: str, row: dict[str, Cell], number: int) -> str:
    if path == NUMBER:
        return str(number)
    if ledger == "detail_entry" and path == "standard.status" and row["standard"] is None:
        return "待制定"
    cell = row[path]
    field = session.schema.steps(ledger, path)[-1]
    return chinese(str(cell)) if field.kind is Kind.DATE and cell and len(str(cell)) < 10 else field.show(cell)
