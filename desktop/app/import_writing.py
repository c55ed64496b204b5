"""Carrying out a judged import within one transaction."""

from desktop.app import system
from desktop.app.editing import Judge, with_children, write_row
from desktop.app.import_mapping import keep_mapping
from desktop.app.import_plan import Plan, PlannedRow
from desktop.app.job import Job
from desktop.app.labels import name_spare
from desktop.app.session import Session
from desktop.domain.positions import after_last, position
from desktop.domain.record import Cell
from desktop.store.journal import Transaction

STEP = 200
"""Rows between two reports of progress."""


class ImportWriting:
    """Writes the rows of a plan; entries of the detail table get the version and, where asked, an earlier row's
    standard."""

    def __init__(self, session: Session, planned: Plan, transaction: Transaction) -> None:
        self._session = session
        self._planned = planned
        self._transaction = transaction
        self._judge = Judge(session, transaction.reader, planned.ledger)
        placed = planned.ledger in ("detail_entry", "system_node")
        self._version = self._own_version(session) if placed else ""
        self._behind = self._places_taken() if planned.ledger == "system_node" else 0
        self._standards: dict[str, Cell] = {}

    def run(self, job: Job) -> None:
        """Write every row to add or to change."""
        for path, heading in self._planned.labels.items():
            name_spare(self._session, self._transaction, path, heading)
        todo = _parents_first([row for row in self._planned.rows if row.outcome in ("added", "changed")])
        for done, row in enumerate(todo):
            if done % STEP == 0:
                job.report("写入", done, len(todo))
            if row.outcome == "changed":
                self._change(row)
            else:
                self._add(row, done)

        self._delete()
        self._remember()

    def _delete(self) -> None:
        keys = [key for key, _ in self._planned.missing if key in self._planned.to_delete]
        if keys:
            for ledger, found in with_children(self._session, self._planned.ledger, keys, deleted=False):
                self._transaction.delete(ledger, found)

    def _remember(self) -> None:
        if self._planned.remembers:
            keep_mapping(self._session, self._transaction, self._planned.found.layout_key, self._planned.remembers)

    def _change(self, row: PlannedRow) -> None:
        ledger = self._planned.ledger
        stored = self._transaction.reader.row(ledger, row.key) or {}
        write_row(self._transaction, self._judge.judge(stored, {item.path: item.new for item in row.changes}))
        if "node" in row.fixed:
            self._transaction.update(ledger, row.key, {"node": row.fixed["node"]})

    def _add(self, row: PlannedRow, place: int) -> None:
        fixed = dict(row.fixed)
        if self._version:
            fixed.update(version=self._version, position=position(self._behind + place))
        if row.joins:
            fixed["standard"] = self._standards[row.joins]
        key = write_row(self._transaction, self._judge.judge(fixed, row.values), fixed)
        if self._planned.ledger == "detail_entry":
            made = self._transaction.reader.row(self._planned.ledger, key)
            self._standards[row.identity] = made["standard"] if made else None

    def _places_taken(self) -> int:
        """Imported nodes stand behind those that are there."""
        known = system.nodes_of(self._transaction.reader, self._version)
        return int(after_last([str(node.position or "") for node in known])) - 1

    def _own_version(self, session: Session) -> str:
        known = system.version_to_fill(session, self._transaction.reader, self._planned.ledger)
        return known or system.add_version(self._transaction, system.first_name(session))


def _parents_first(rows: list[PlannedRow]) -> list[PlannedRow]:
    """The rows in their order, but each behind the row of the same file that it names as its parent."""
    by_code = {str(row.values["code"]): row for row in rows if row.values.get("code")}
    found: dict[int, PlannedRow] = {}
    for row in rows:
        chain: list[PlannedRow] = []
        here: PlannedRow | None = row
        while here is not None and id(here) not in found and here not in chain:
            chain.append(here)
            here = by_code.get(str(here.values.get("parent.code")))
        found.update((id(item), item) for item in reversed(chain))
    return list(found.values())
