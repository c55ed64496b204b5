"""诊断信息: what whoever mends the program needs to see, in one file; no cell of a ledger is in it."""

import json
import platform
import zipfile
from pathlib import Path

import desktop
from desktop.app import exchanged, health
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.store import backup
from desktop.whole_file import whole_file

LARGEST = 8 * 1024**2
"""Bytes of one log or report at most; of a longer one the end is kept."""


def save(session: Session, path: Path, job: Job | None = None) -> None:
    """Write versions, row counts, the codes of findings, the log of bundles, and the program's log and fault reports.
    EnvironmentFault if the file cannot be written."""
    logs = sorted(item for item in (session.workspace.folder / "logs").glob("*") if item.is_file())
    with whole_file(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("概况.json", json.dumps(_facts(session, job or Job()), ensure_ascii=False, indent=1))
        for item in logs:
            archive.writestr(f"logs/{item.name}", item.read_bytes()[-LARGEST:])


def _facts(session: Session, job: Job) -> dict[str, object]:
    ours, connection = session.identity, session.read.connection
    findings: dict[str, int] = {}
    for finding in health.check(session, job):
        findings[finding.code] = findings.get(finding.code, 0) + 1
    return {
        "program": desktop.__version__, "schema": session.schema.version, "system": platform.platform(),
        "python": platform.python_version(), "role": ours.role,
        "organisation": ours.organisation, "superior": ours.superior, "device": ours.device, "instance": ours.instance,
        "rows": backup.counts(connection), "findings": findings,
        "bundles": [(item.at, item.kind, item.name, item.detail) for item in exchanged.entries(session)],
    }  # fmt: skip
