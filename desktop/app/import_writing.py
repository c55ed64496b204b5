"""Carrying out a judged import within one transaction."""

from desktop.app import system
from desktop.app.editing import Judge, with_children, write_row
from desktop.app.import_mapping import keep_mapping
from desktop.app.import_plan import Plan, PlannedRow
from desktop.app.job import Job
from desktop.app.labels import name_spare
from desktop.app.session import Session
from desktop.domain.inspection import position
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
        self._judge = Judge(transaction.reader, planned.ledger, session.identity.organisation)
        self._version = self._own_version(session) if planned.ledger == "detail_entry" else ""
        self._standards: dict[str, Cell] = {}

    def run(self, job: Job) -> None:
        """Write every row to add or to change."""
        for path, heading in self._planned.labels.items():
            name_spare(self._transaction, path, heading)
        todo = [row for row in self._planned.rows if row.outcome in ("added", "changed")]
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
            fixed.update(version=self._version, position=position(place))
        if row.joins:
            fixed["standard"] = self._standards[row.joins]
        key = write_row(self._transaction, self._judge.judge(fixed, row.values), fixed)
        if self._version:
            made = self._transaction.reader.row(self._planned.ledger, key)
            self._standards[row.identity] = made["standard"] if made else None

    def _own_version(self, session: Session) -> str:
        known = system.active_versions(self._transaction.reader).get(session.identity.organisation)
        return known or self._transaction.insert(
            "system_version", {"name": f"{session.today()[:4]} 版", "title": "机关事务标准体系", "state": "draft"}
        )
