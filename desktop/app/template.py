"""The template of a ledger: every column in use, spare ones with their labels."""

from pathlib import Path

from desktop.app import system
from desktop.app.job import Job
from desktop.app.labels import columns_in_use, label_of, spare_labels
from desktop.app.session import Session
from desktop.domain.record import Column, Kind
from desktop.exchange import worker
from desktop.exchange.template import SAMPLE_MARK, TemplateColumn, write_template

_TAKES = {
    Kind.DATE: "日期，如 2022-11-07、2022-11 或 2022",
    Kind.INTEGER: "整数",
    Kind.DECIMAL: "数字",
    Kind.FLAG: "是或否",
}


def template(session: Session, ledger: str, path: Path, job: Job | None = None) -> None:
    """Write the template of a ledger; a filled one is imported without asking for any column."""
    labels = spare_labels(session)
    columns = [column for column in columns_in_use(session, ledger) if column.editable]
    made = tuple(_column(session, ledger, column, label_of(column, labels)) for column in columns)
    worker.run(write_template, path, session.schema.ledger(ledger).label, ledger, made, job=job)


def _column(session: Session, ledger: str, column: Column, heading: str) -> TemplateColumn:
    choices = tuple(choice.label for choice in column.field.choices)
    if column.field.kind is Kind.FLAG:
        choices = ("是", "否")
    if column.path == "node.code":
        version = system.active_versions(session.read).get(session.identity.organisation, "")
        choices = tuple(str(node.code) for node in system.nodes_of(session.read, version) if node.code)
    takes = [_TAKES.get(column.field.kind, "从列表里选" if choices else "文字")]
    takes += ["必填，空着的行不收"] if column.field.required else []
    takes += [column.field.help] if column.field.help else []
    sample = f"{SAMPLE_MARK}{heading}" if column.path in _sampled(session, ledger) else ""
    return TemplateColumn(heading, column.path, "；".join(takes), choices, sample, column.field.width)


def _sampled(session: Session, ledger: str) -> set[str]:
    return {path for paths in session.schema.ledger(ledger).match for path in paths}
