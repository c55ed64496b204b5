"""Importing a foreign table: every row judged first, then all of it applied as one step that can be undone."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from desktop.app.import_judging import Judging
from desktop.app.import_mapping import SPARE, in_text
from desktop.app.import_plan import NAMED, FileCell, Plan, PlannedRow, parts, some
from desktop.app.import_round_trip import RoundTrip
from desktop.app.import_source import Offer, Source, open_source
from desktop.app.import_writing import STEP, ImportWriting
from desktop.app.job import Job
from desktop.app.labels import spare_labels
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Cancelled, Refusal
from desktop.exchange import workbook_report, worker
from desktop.exchange.headings import REFUSED_SHEET
from desktop.exchange.source_rows import SourceRow, source_rows
from desktop.exchange.workbook import read_content
from desktop.store import backup, blobs, journal

FROM_ELSEWHERE = "这个文件不是从本机现在这份资料导出的，分不清哪些是在文件里改的；凡与台账不同的都列为更新，请逐条核对"

NAMES = {"standards": "detail_entry", "organisations": "organisation", "persons": "person"}
"""Names of ledgers on the command line besides their own."""


def ledger_named(session: Session, name: str) -> str:
    """The ledger a person means; Refusal if there is none."""
    ledger = NAMES.get(name, name)
    if not session.schema.has(ledger):
        raise Refusal("unknown_ledger", f"没有名为“{name}”的台账，可用 {'、'.join(NAMES)}")
    return ledger


def plan(session: Session, path: Path, ledger: str = "detail_entry", job: Job | None = None,
         mapping: Mapping[int, str] | None = None) -> Plan:  # fmt: skip
    """Read and judge a file; nothing is written. `mapping` (column index → path) overrides the found one."""
    source = open_source(session, path, ledger, job)
    offer = source.offers[0]
    if mapping is not None:
        spare = dict.fromkeys(offer.proposed, SPARE)
        offer = replace(offer, decisions={**spare, **mapping})
    return judge(session, source, offer, job=job)


def judge(
    session: Session,
    source: Source,
    offer: Offer,
    corrections: Mapping[FileCell, str] | None = None,
    job: Job | None = None,
) -> Plan:
    """Judge every row of a table; nothing is written. `corrections` are texts a person put into cells of the preview;
    those of columns that are not read are left alone."""
    made_at = session.workspace.last_step()
    found, ledger, columns = offer.table, source.ledger, list(source.columns)
    rows, skipped = source_rows(offer.sheet, found, columns)
    lines = [row.line for row in rows]
    places = {row: at for at, row in enumerate(zip(lines, parts(lines), strict=True))}
    for cell, text in (corrections or {}).items():
        place, path = places.get((cell.line, cell.part)), found.mapping.get(cell.column)
        if place is not None and path is not None:
            rows[place] = replace(rows[place], cells={**rows[place].cells, path: text})
    labels = _spare_labels(session, ledger, list(found.unmapped.values()))
    keys = [row.key for row in rows if row.key]
    trip = RoundTrip(session, ledger, [*(column.path for column in columns), *labels], source.stamp, keys)
    judging = Judging(session, ledger, columns, {heading: path for path, heading in labels.items()}, trip)
    known = spare_labels(session)
    is_decided = offer.decisions != offer.proposed and not offer.from_memory
    return Plan(
        ledger, source.workbook.file_name, source.workbook.sha256, offer.sheet.name, _others(source, offer), found,
        made_at, tuple(_judged(judging, rows, job or Job())),
        tuple((item.line, f"{item.reason}：{item.text}") for item in skipped),
        {path: heading for path, heading in labels.items() if path not in known},
        {path: found.headings[at] for at, path in found.mapping.items()},
        () if offer.sheet.name == REFUSED_SHEET else trip.missing(keys),
        notes=tuple(_notes(source, offer, labels, from_elsewhere=bool(keys) and not trip.knows_state)),
        remembers=in_text(offer.decisions) if is_decided else "",
    )  # fmt: skip


def _judged(judging: Judging, rows: Sequence[SourceRow], job: Job) -> Iterator[PlannedRow]:
    judging.announce(rows)
    for done, row in enumerate(rows):
        if done % STEP == 0:
            job.report("逐行检查", done, len(rows))
        yield judging.row(row)


def _others(source: Source, offer: Offer) -> tuple[str, ...]:
    """The further sheets that hold a table; of a report only the refused rows are read."""
    sheets = [other.sheet for other in source.offers if other.sheet is not offer.sheet]
    return tuple(sheet.name for sheet in sheets if REFUSED_SHEET not in (sheet.name, offer.sheet.name))


def _notes(source: Source, offer: Offer, labels: Mapping[str, str], *, from_elsewhere: bool) -> Iterator[str]:
    if from_elsewhere:
        yield FROM_ELSEWHERE
    if offer.sheet.name == REFUSED_SHEET and len(source.offers) > 1:
        yield f"只读了工作表“{REFUSED_SHEET}”，其他工作表没有读"
    without_place = [heading for heading in offer.table.unmapped.values() if heading not in labels.values()]
    if without_place:
        yield f"备用列已经用完，{len(without_place)} 列没有导入：{some(without_place)}"
    yield from offer.sheet.warnings[:NAMED]
    if (further := len(offer.sheet.warnings) - NAMED) > 0:
        yield f"这样的数字还有 {further} 处，请逐个核对"


def _spare_labels(session: Session, ledger: str, headings: list[str]) -> dict[str, str]:
    """Spare field → heading of an unknown column: those with this label already, then free ones."""
    known = spare_labels(session)
    by_label = {label: path for path, label in known.items()}
    spares = [column.path for column in session.schema.columns(ledger) if column.field.spare]
    free = [path for path in spares if path not in known]
    chosen: dict[str, str] = {}
    for heading in headings:
        path = by_label.get(heading) or (free.pop(0) if free else "")
        if path in spares:
            chosen[path] = heading
    return chosen


def apply(session: Session, planned: Plan, source: Path | None = None, job: Job | None = None) -> Changes:
    """Carry out a plan as one step, after a backup; a cancelled or broken import leaves everything as before."""
    job = job or Job()
    counts = planned.counts()
    if counts["added"] + counts["changed"] == 0 and not (planned.labels or planned.to_delete or planned.remembers):
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
    gone = f"，删除 {len(planned.to_delete)}" if planned.to_delete else ""
    label = f"导入 {planned.file_name}（新增 {counts['added']}，更新 {counts['changed']}{gone}）"
    with session.write(label, origin=f"import:{planned.sha256}") as transaction:
        ImportWriting(session, planned, transaction).run(job)
        if source is not None:
            transaction.insert("attachment", {
                "file_name": planned.file_name, "sha256": planned.sha256, "size": len(content),
                "subject_ledger": planned.ledger, "notes": "导入的原文件",
            })  # fmt: skip
    with suppress(Cancelled):  # what was written stays; the rest of the search is made ready at the next start
        session.workspace.finish_search(job.report)
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


def write_report(planned: Plan, source: Path, to: Path, job: Job | None = None) -> None:
    """The user's own workbook with refused cells in red and a column 错误说明."""
    verdicts: dict[int, workbook_report.RowVerdict] = {}
    for row in planned.rows:
        known = verdicts.get(row.line)
        problems = (*(known.problems if known else ()), *row.problems)
        outcome = known.outcome if known and known.outcome == "refused" else row.outcome
        verdicts[row.line] = workbook_report.RowVerdict(outcome, problems)
    worker.run(workbook_report.write_report, source, to, planned.sheet, planned.found, verdicts, job=job)


def undoable_batches(session: Session) -> list[tuple[int, str]]:
    """Imports that can be taken back as a whole: (step, label), newest first; those taken back are left out."""
    return journal.batches(session.read, "import:")
