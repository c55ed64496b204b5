"""Importing a foreign table: every row judged first, then all of it applied as one step that can be undone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from desktop import resources
from desktop.app import system
from desktop.app.editing import Judge
from desktop.app.import_plan import CellChange, Plan, PlannedRow
from desktop.app.import_writing import STEP, ImportWriting
from desktop.app.job import Job
from desktop.app.labels import columns_in_use, spare_labels
from desktop.app.session import Session
from desktop.domain import numbers
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.pinyin import fold
from desktop.domain.query import Op, Query, Test, owner_of
from desktop.domain.record import Cell, Column, Kind
from desktop.exchange import workbook_report
from desktop.exchange.headings import RESULT_SHEET, best_sheet, find_table
from desktop.exchange.source_rows import SourceRow, source_rows, typed
from desktop.exchange.workbook import Sheet, Workbook, read_content, read_workbook
from desktop.store import backup, blobs, journal

NAMES = {"standards": "detail_entry", "organisations": "organisation", "persons": "person"}
"""Names of ledgers on the command line besides their own."""

PLANNED_WORDS = frozenset({"待制定", "制定中", "拟制定", "计划", "在编", "拟编"})


def ledger_named(session: Session, name: str) -> str:
    """The ledger a person means; Refusal if there is none."""
    ledger = NAMES.get(name, name)
    if not session.schema.has(ledger):
        raise Refusal("unknown_ledger", f"没有名为“{name}”的台账，可用 {'、'.join(NAMES)}")
    return ledger


def plan(session: Session, path: Path, ledger: str = "detail_entry", job: Job | None = None,
         mapping: Mapping[int, str] | None = None) -> Plan:  # fmt: skip
    """Read and judge a file; nothing is written. `mapping` (column index → path) overrides the found one."""
    job = job or Job()
    made_at = session.workspace.last_step()
    job.report("读取文件")
    workbook = read_workbook(path)
    columns = [column for column in columns_in_use(session, ledger) if column.editable]
    synonyms: dict[str, list[str]] = json.loads(resources.read_text("library", "synonyms.json"))["headings"]
    sheet, found = best_sheet(workbook, columns, synonyms)
    if mapping is not None:
        found = found.with_mapping(mapping)
    rows, skipped = source_rows(sheet, found, columns)
    labels = _spare_labels(session, ledger, list(found.unmapped.values()))
    judging = _Judging(session, ledger, columns, {heading: path for path, heading in labels.items()})
    judging.announce(rows)
    planned = []
    for done, row in enumerate(rows):
        if done % STEP == 0:
            job.report("逐行检查", done, len(rows))
        planned.append(judging.row(row))
    known = spare_labels(session)
    return Plan(
        ledger, workbook.file_name, workbook.sha256, sheet.name, _other_sheets(workbook, sheet, columns, synonyms), found, made_at,
        tuple(planned),
        tuple((item.line, f"{item.reason}：{item.text}") for item in skipped),
        {path: heading for path, heading in labels.items() if path not in known},
        {path: found.headings[at] for at, path in found.mapping.items()},
    )  # fmt: skip


def _other_sheets(
    workbook: Workbook, chosen: Sheet, columns: list[Column], synonyms: Mapping[str, list[str]]
) -> tuple[str, ...]:
    """Further sheets that hold a table of this ledger and were not read."""
    rest = (sheet for sheet in workbook.sheets if sheet is not chosen and sheet.visible and sheet.name != RESULT_SHEET)
    return tuple(sheet.name for sheet in rest if find_table(sheet, columns, synonyms) is not None)


def _spare_labels(session: Session, ledger: str, headings: list[str]) -> dict[str, str]:
    """Spare field → heading of an unknown column: those with this label already, then free ones."""
    known = spare_labels(session)
    by_label = {label: path for path, label in known.items()}
    spares = [column.path for column in session.schema.columns(ledger) if column.field.name.startswith("spare")]
    free = [path for path in spares if path not in known]
    chosen: dict[str, str] = {}
    for heading in headings:
        path = by_label.get(heading) or (free.pop(0) if free else "")
        if path in spares:
            chosen[path] = heading
    return chosen


class _Judging:
    """Holds the rows of one file against the library and against each other."""

    def __init__(self, session: Session, ledger: str, columns: list[Column], spares: dict[str, str]) -> None:
        self._session = session
        self._ledger = session.schema.ledger(ledger)
        self._columns = columns
        self._spares = spares
        self._judge = Judge(session.read, ledger, session.identity.organisation)
        self._detail = ledger == "detail_entry"
        self._placed = ledger in ("detail_entry", "system_node")
        self._version = system.version_to_fill(session, session.read, ledger) if self._placed else ""
        self._announced: frozenset[str] = frozenset()
        self._nodes = _node_codes(session, self._version) if self._version else {}
        self._existing = self._index()
        self._standards = self._own_standards() if self._detail else {}
        self._seen: dict[str, PlannedRow] = {}

    def _index(self) -> dict[str, list[dict[str, Cell]]]:
        paths = ["key", *(column.path for column in self._columns)]
        if self._detail:
            paths += ["standard", "node"]
        query = Query(self._ledger.name)
        if self._placed:
            query = query.also(Test("version", Op.IN, (self._version,)))
        found: dict[str, list[dict[str, Cell]]] = {}
        for cells in self._session.read.cells(query, paths):
            row = dict(zip(paths, cells, strict=True))
            if owner_of(str(row["key"])) == self._session.identity.organisation:
                for identity in self._identities(row):
                    found.setdefault(identity, []).append(row)
        return found

    def _own_standards(self) -> dict[str, str]:
        """Identity → key of our standards: one that stands at no node of this version is placed, not made again."""
        rows = self._session.read.rows(Query("standard"))
        return {
            identity: str(row["key"])
            for row in rows
            if owner_of(str(row["key"])) == self._session.identity.organisation
            for identity in self._identities({f"standard.{name}": row[name] for name in ("number", "title")})[:1]
        }

    def _meant(self, identity: str) -> list[dict[str, Cell]]:
        """Our rows a row of the file may mean: those without more to know them by before their namesakes."""
        found = self._existing.get(identity, [])
        return [row for row in found if self._identities(row)[0] == identity] or found

    def _identities(self, values: Mapping[str, Cell]) -> list[str]:
        return [identity for paths in self._ledger.match if (identity := _identity(paths, values))]

    def announce(self, rows: Sequence[SourceRow]) -> None:
        """The codes of nodes that this file brings, so that a row may name as its parent one that comes with it."""
        if self._ledger.name == "system_node":
            self._announced = frozenset(_folded(str(typed(self._columns, row)[0].get("code") or "")) for row in rows)

    def _answerable(self, values: dict[str, Cell]) -> dict[str, Cell]:
        """The values that can be judged before the file's own nodes are there."""
        parent = values.get("parent.code")
        coming = parent is not None and _folded(str(parent)) in self._announced
        return {path: cell for path, cell in values.items() if not (coming and path == "parent.code")}

    def row(self, source: SourceRow) -> PlannedRow:
        """What becomes of one row."""
        values, problems = typed(self._columns, source)
        values = {path: cell for path, cell in values.items() if cell is not None}
        for heading, cell in source.extra.items():
            if cell is not None and heading in self._spares:
                values[self._spares[heading]] = str(cell)
        if self._placed:
            values.pop("version.name", None)
        if self._detail:
            self._complete(values, source.extra_numbers)
        faults = tuple((problem.path, problem.message) for problem in problems)
        identity = next(iter(self._identities(values)), "")
        if not identity and not faults:
            faults = (("", f"这一行没有填{self._naming()}，认不出是哪一条"),)
        if faults:
            return PlannedRow(source.line, "refused", values, identity=identity, problems=faults)
        planned = self._judged(source.line, values, identity)
        if planned.outcome != "refused":
            self._seen.setdefault(identity, planned)
        return planned

    def _naming(self) -> str:
        return "或".join("和".join(self._label(path) for path in paths) for paths in self._ledger.match)

    def _complete(self, values: dict[str, Cell], others: tuple[str, ...]) -> None:
        if others:
            values["standard.other_numbers"] = "、".join(others)
        parsed = numbers.parse(str(values.get("standard.number") or ""))
        if parsed is not None and "standard.level" in values:
            values["standard.level"] = parsed.level.value
        if values.get("standard.number") is None and values.get("standard.source_status") in PLANNED_WORDS:
            values.pop("standard.source_status")
            values["planned_title"] = values.pop("standard.title", None)
            level = values.pop("standard.level", None)
            if level is not None:
                values.setdefault("planned_level", level)
            self._note_rest(values)

    def _note_rest(self, values: dict[str, Cell]) -> None:
        """A planned entry has no standard to keep further columns; what they say goes into its notes."""
        headings = {path: heading for heading, path in self._spares.items()}
        rest = {path: cell for path, cell in values.items() if path.startswith("standard.") and cell is not None}
        for path in [path for path in values if path.startswith("standard.")]:
            del values[path]
        said = [f"{headings.get(path) or self._label(path)}：{cell}" for path, cell in rest.items()]
        if said:
            values["notes"] = "；".join([str(values["notes"]), *said] if values.get("notes") else said)

    def _label(self, path: str) -> str:
        return self._session.schema.column(self._ledger.name, path).label

    def _judged(self, line: int, values: dict[str, Cell], identity: str) -> PlannedRow:
        earlier = self._seen.get(identity)
        code = values.get("code")
        if earlier is not None and (not self._detail or code == earlier.values.get("code") or code is None):
            sentence = f"与第 {earlier.line} 行是同一条，只取先出现的一行"
            return PlannedRow(line, "refused", values, identity=identity, problems=(("", sentence),))
        matches = self._meant(identity)
        same_place = [row for row in matches if code is not None and row.get("code") == code]
        if same_place:
            known = values if earlier is None else _own(values)
            return self._compared(line, known, identity, same_place[0])
        if earlier is not None:
            return self._placed_again(line, values, identity, earlier)
        several = len({row.get("standard") or row["key"] for row in matches})
        if several > 1 and self._identities(matches[0])[0] != identity:
            sentence = f"已有 {several} 条与这一行同名，请写全{self._naming()}再导入"
            return PlannedRow(line, "refused", values, identity=identity, problems=(("", sentence),))
        if matches:
            return self._compared(line, values, identity, matches[0])
        return self._new(line, values, identity)

    def _new(self, line: int, values: dict[str, Cell], identity: str) -> PlannedRow:
        fixed = self._fixed(values)
        if standard := self._standards.get(identity):
            fixed["standard"] = standard
        elif self._detail:
            _infer(values)
        try:
            self._judge.judge(fixed, self._answerable(values))
        except Refusal as refusal:
            return PlannedRow(line, "refused", values, identity=identity, problems=(("", refusal.message),))
        return PlannedRow(line, "added", values, fixed=fixed, identity=identity)

    def _placed_again(self, line: int, values: dict[str, Cell], identity: str, earlier: PlannedRow) -> PlannedRow:
        own = _own(values)
        fixed = self._fixed(own)
        match = self._meant(identity)
        if match:
            fixed["standard"] = match[0]["standard"]
        return PlannedRow(line, "added", own, fixed=fixed, identity=identity, joins="" if match else earlier.identity)

    def _compared(self, line: int, values: dict[str, Cell], identity: str, row: dict[str, Cell]) -> PlannedRow:
        changes = tuple(
            CellChange(path, row.get(path), cell)
            for path, cell in values.items()
            if not _same(self._session.schema.column(self._ledger.name, path), row.get(path), cell)
        )
        if not changes:
            return PlannedRow(line, "equal", values, str(row["key"]), identity=identity)
        stored = self._session.read.row(self._ledger.name, str(row["key"])) or {}
        try:
            self._judge.judge(stored, self._answerable({change.path: change.new for change in changes}))
        except Refusal as refusal:
            return PlannedRow(line, "refused", values, identity=identity, problems=(("", refusal.message),))
        fixed = self._fixed(values) if any(change.path == "code" for change in changes) else {}
        return PlannedRow(line, "changed", values, str(row["key"]), fixed, identity=identity, changes=changes)

    def _fixed(self, values: Mapping[str, Cell]) -> dict[str, Cell]:
        if not self._placed:
            return {}
        fixed: dict[str, Cell] = {"version": self._version or None}
        if self._detail and "node.code" not in values:
            fixed["node"] = nearest_node(self._nodes, str(values.get("code") or ""))
        return fixed


def _own(values: Mapping[str, Cell]) -> dict[str, Cell]:
    """What a second placement of a standard says of itself; the standard is told by its first row."""
    return {path: cell for path, cell in values.items() if not path.startswith("standard.")}


def _identity(paths: tuple[str, ...], values: Mapping[str, Cell]) -> str:
    parts = []
    for path in paths:
        cell = values.get(path)
        if cell is None or cell == "":
            return ""
        number = path.rpartition(".")[2] == "number"
        parts.append(numbers.identity(str(cell)) if number else fold("".join(str(cell).split())))
    return "|".join((paths[0], *parts))


def _same(column: Column, old: Cell, new: Cell) -> bool:
    """Whether a file says nothing new: another spelling of a number, or a date known more exactly already."""
    if old == new:
        return True
    if column.field.kind is Kind.DATE and old and new:
        return str(old).startswith(f"{new}-")
    path = column.path
    if path.rpartition(".")[2] == "number" and old and new:
        return numbers.identity(str(old)) == numbers.identity(str(new))
    return False


def _infer(values: dict[str, Cell]) -> None:
    """The number of a public standard tells its level and nature; what the file says wins."""
    parsed = numbers.parse(str(values.get("standard.number") or ""))
    if parsed is None:
        if values.get("standard.title") and "standard.level" not in values:
            values["standard.level"] = "internal"
        return
    values.setdefault("standard.level", parsed.level.value)
    if parsed.nature is not None:
        values.setdefault("standard.nature", parsed.nature.value)


def _node_codes(session: Session, version: str) -> dict[str, str]:
    return {_folded(str(node.code)): node.key for node in system.nodes_of(session.read, version) if node.code}


def nearest_node(nodes: Mapping[str, str], code: str) -> str | None:
    """The node whose code is the longest beginning of an entry's 体系编号 (`ZC5.02` stands below `ZC5`)."""
    wanted = _folded(code)
    fitting = [known for known in nodes if wanted.startswith(known)]
    return nodes[max(fitting, key=len)] if fitting and wanted else None


def _folded(code: str) -> str:
    return fold("".join(code.split()))


def apply(session: Session, planned: Plan, source: Path | None = None, job: Job | None = None) -> Changes:
    """Carry out a plan as one step, after a backup; a cancelled or broken import leaves everything as before."""
    job = job or Job()
    counts = planned.counts()
    if counts["added"] + counts["changed"] == 0 and not planned.labels:
        return Changes()
    if session.workspace.last_step() != planned.made_at:
        raise Refusal("outdated_plan", "预览之后台账又有改动，请重新选择文件，再预览一次")
    job.report("备份")
    backup.make_backup(session.workspace, "导入前")
    if source is not None:
        content = read_content(source)
        if hashlib.sha256(content).hexdigest() != planned.sha256:
            raise Refusal("changed_file", "预览之后这个文件又改过，请重新选择文件，再预览一次")
        blobs.put(session.workspace.folder, content)
    label = f"导入 {planned.file_name}（新增 {counts['added']}，更新 {counts['changed']}）"
    with session.write(label, origin=f"import:{planned.sha256}") as transaction:
        ImportWriting(session, planned, transaction).run(job)
        if source is not None:
            transaction.insert("attachment", {
                "file_name": planned.file_name, "sha256": planned.sha256, "size": len(content),
                "subject_ledger": planned.ledger, "notes": "导入的原文件",
            })  # fmt: skip
    return transaction.changes


def in_words(planned: Plan, rehearsal: bool) -> str:
    """The outcome in one line and a line for each refused row."""
    counts = planned.counts()
    lead = "检查完毕，尚未写入" if rehearsal else "导入完毕"
    lines = [f"{lead}：新增 {counts['added']} 行，更新 {counts['changed']} 行，相同 {counts['equal']} 行，"
             f"拒收 {counts['refused']} 行"]  # fmt: skip
    lines.extend(f"  请注意：{remark}" for remark in planned.remarks)
    lines.extend(
        f"  第 {row.line} 行：" + "；".join(sentence for _, sentence in row.problems) for row in planned.of("refused")
    )
    return "\n".join(lines)


def write_report(planned: Plan, source: Path, to: Path) -> None:
    """The user's own workbook with refused cells in red and a column 错误说明."""
    verdicts: dict[int, workbook_report.RowVerdict] = {}
    for row in planned.rows:
        known = verdicts.get(row.line)
        problems = (*(known.problems if known else ()), *row.problems)
        outcome = known.outcome if known and known.outcome == "refused" else row.outcome
        verdicts[row.line] = workbook_report.RowVerdict(outcome, problems)
    workbook_report.write_report(source, to, planned.sheet, planned.found, verdicts)


def undoable_batches(session: Session) -> list[tuple[int, str]]:
    """Imports that can be taken back as a whole: (step, label), newest first; those taken back are left out."""
    return journal.batches(session.read, "import:")
