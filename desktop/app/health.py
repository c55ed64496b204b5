"""数据体检: what a person should look at, each finding with the row and the cell it is about."""

from dataclasses import dataclass
from pathlib import Path

from desktop.app import exporting
from desktop.app.checks import CHECKS
from desktop.app.checks.looking import Check, Library, Severity
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.document import Document, HeadField, Table, TableColumn, TableRow


@dataclass(frozen=True)
class HealthFinding:
    """One thing to look at; `ledger` and `key` name the row, `path` its column if it is about one cell."""

    code: str
    ledger: str
    key: str
    message: str
    path: str = ""


_DAMAGED = Check(
    "damaged_file", "数据文件损坏", Severity.BAD, "从备份恢复", lambda _library: iter(())
)  # fmt: skip

_BY_CODE = {item.code: item for item in (_DAMAGED, *CHECKS)}


def check_of(finding: HealthFinding) -> Check:
    """The check that made a finding."""
    return _BY_CODE[finding.code]


def check(session: Session, job: Job | None = None) -> list[HealthFinding]:
    """Every finding, in the order of the checks; of a damaged file nothing but that."""
    job = job or Job()
    job.report("核对数据文件")
    if not session.workspace.is_whole():
        return [HealthFinding(_DAMAGED.code, "", "", "数据文件有损坏，请从备份恢复")]
    library = Library(session, job)
    found: list[HealthFinding] = []
    for place, item in enumerate(CHECKS):
        job.report(f"体检：{item.title}", place, len(CHECKS))
        found.extend(HealthFinding(item.code, one.ledger, one.key, one.message, one.path) for one in item.look(library))
    return found


def target(session: Session, finding: HealthFinding) -> tuple[str, str, str]:
    """Where a person mends it: (ledger, key, path). A standard is mended in its line of the detail table if it has
    one there."""
    if finding.ledger == "standard":
        rows = session.read.referring("detail_entry", "standard", finding.key)
        if rows:
            return "detail_entry", str(rows[0]["key"]), f"standard.{finding.path}" if finding.path else ""
    path = finding.path and session.schema.naming(finding.ledger, finding.path)
    return finding.ledger, finding.key, path


def export(session: Session, findings: list[HealthFinding], path: Path) -> int:
    """The findings as a table file; how many."""
    rows = tuple(
        TableRow((str(number), item.severity.label, item.title, finding.message, item.advice))
        for number, finding in enumerate(findings, 1)
        if (item := check_of(finding))
    )
    widths = (("序号", 12.0), ("程度", 16.0), ("检查项", 36.0), ("发现", 120.0), ("怎么办", 60.0))
    document = Document(
        title="数据体检结果",
        table=Table(tuple(TableColumn(label, width) for label, width in widths), rows),
        landscape=True,
        head=((HeadField("单位", session.identity.name), HeadField("体检日期", session.today())),),
        watermark=session.watermark,
    )
    exporting.write(document, path)
    return len(rows)
