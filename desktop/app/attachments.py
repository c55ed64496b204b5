"""附件: files kept with a record of any ledger."""

import atexit
import io
import json
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desktop.app import editing, exchanged, history
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.common import Attachment
from desktop.domain.query import Op, Query, Test, owner_of, where
from desktop.store import blobs
from desktop.whole_file import whole_file

LARGEST = 200 * 1024**2
"""Bytes of one attachment."""

LONGEST_NAME = 100

OPENABLE = frozenset(
    {"jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff", "pdf", "ofd", "txt", "csv", "doc", "docx", "wps"}
    | {"xls", "xlsx", "et", "ppt", "pptx", "dps", "mp4", "mp3", "wav"}
)
"""Endings of files that only show something; every other type is saved first, never opened from here."""

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names Windows gives to devices, which cannot be files."""


@dataclass(frozen=True)
class Given:
    """A file that comes as bytes, such as a picture from the clipboard."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Attached:
    """One attachment of a record; `place` is where its file lies, None while it has not arrived."""

    key: str
    name: str
    size: int
    place: Path | None


def clean_name(name: str) -> str:
    """A file name harmless on every system: no folder, no control or direction mark, not too long; Chinese stays."""
    visible = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    last = visible.replace("\\", "/").rpartition("/")[2]
    kept = "".join("_" if letter in '<>:"|?*' else letter for letter in last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    ending = f".{ending[:10]}" if dot else ""
    stem = stem[: LONGEST_NAME - len(ending)].strip(" .") or "附件"
    return f"_{stem}{ending}" if stem.partition(".")[0].strip().lower() in _DEVICES else f"{stem}{ending}"


def of_record(session: Session, ledger: str, key: str) -> list[Attached]:
    """The attachments of a record, oldest first."""
    rows = session.read.records(Attachment, where(subject_ledger=ledger, subject_key=key))
    return [_attached(session, row) for row in sorted(rows, key=lambda row: row.key)]


def _attached(session: Session, row: Attachment) -> Attached:
    place = blobs.place(session.workspace.folder, str(row.sha256)) if row.sha256 else None
    return Attached(row.key, str(row.file_name), int(row.size or 0), place if place and place.is_file() else None)


def why_not(session: Session, ledger: str, key: str) -> str | None:
    """Why nothing can be attached to a record here nor its attachments changed; None if it can."""
    return history.why_deleted(session, ledger, key) or editing.why_read_only(session, ledger, key)


def add(session: Session, ledger: str, key: str, files: Sequence[Path | Given], *, shrink: bool = True,
        keep_original: bool = False, job: Job | None = None) -> Changes:  # fmt: skip
    """Attach files as one step. Pictures are made small if `shrink`; `keep_original` keeps them as they are too. A
    file the record has already is not attached again, but takes its place if it was missing; any file that is refused refuses all."""
    job = job or Job()
    row = _writable(session, ledger, key)
    had = {str(item.sha256): item.key for item in session.read.records(Attachment, where(subject_key=key))}
    absent = {sha for sha in had if not blobs.place(session.workspace.folder, sha).exists()}
    kept: dict[str, tuple[str, int]] = {}
    for done, file in enumerate(files):
        job.report(f"添加附件 {file.name}", done, len(files))
        for sha, name, size in _keep(session, file, shrink, keep_original):
            kept.setdefault(sha, (name, size))
    fresh = {sha: told for sha, told in kept.items() if sha not in had}
    if not fresh and (back := absent & kept.keys()):
        keys = frozenset(had[sha] for sha in back)
        return Changes(session.workspace.last_step(), "补回附件", {"attachment": keys})
    if not fresh:
        raise Refusal("attached_already", "这条记录已经有同样的附件，没有重复添加")
    job.check()
    with session.write(f"添加 {len(fresh)} 个附件") as transaction:
        for sha, (name, size) in fresh.items():
            transaction.insert("attachment", {
                "subject_ledger": ledger, "subject_key": key, "file_name": name, "sha256": sha, "size": size,
            }, stream=str(row["_stream"]))  # fmt: skip
    return transaction.changes


def _writable(session: Session, ledger: str, key: str) -> dict[str, object]:
    if reason := why_not(session, ledger, key):
        raise Refusal("foreign", reason)
    row = session.read.any_row(ledger, key)
    if row is None or row["_del"]:
        raise Refusal("vanished", "这条记录已被删除，请刷新后再添加附件；需要时可从回收站恢复")
    return dict(row)


def _keep(session: Session, file: Path | Given, shrink: bool, original: bool) -> list[tuple[str, str, int]]:
    """(hash, name, bytes) of what is kept of one file."""
    from desktop.exchange import image

    folder, name = session.workspace.folder, clean_name(file.name)
    try:
        size = len(file.content) if isinstance(file, Given) else file.stat().st_size
        if size > LARGEST:
            raise Refusal("too_large", f"“{name}”超过 200 MB，请压缩或分成几个文件再添加")
        with io.BytesIO(file.content) if isinstance(file, Given) else file.open("rb") as handle:
            picture = image.looks_like_picture(handle.read(16))
            handle.seek(0)
            found = []
            if shrink and picture:
                content, ending = image.shrunk(handle.read(image.MOST_BYTES + 1))
                handle.seek(0)
                small = f"{Path(name).stem}{'_压缩' if original else ''}.{ending}"
                found.append((blobs.put(folder, content), small, len(content)))
            if original or not (shrink and picture):
                found.append((blobs.put_stream(folder, handle), name, size))
            return found
    except OSError:
        raise Refusal("unreadable", f"“{name}”读不出来，请检查文件是否还在、是否被其他程序占用") from None


def open_copy(session: Session, attachment: str) -> Path:
    """A copy of the file in a private temporary folder, to be shown by its own program; Refusal for types that could
    run something."""
    kept = _arrived(session, attachment)
    name = clean_name(kept.name)
    if Path(name).suffix.lower().removeprefix(".") not in OPENABLE:
        raise Refusal("not_openable", f"“{name}”这种类型不能直接打开，请用“另存为”保存后自行处理")
    to = Path(tempfile.mkdtemp(dir=_private_folder())) / name
    _copy(kept, to)
    return to


@cache
def _private_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="attachments-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def thumbnails(items: Iterable[Attached], size: int, job: Job) -> dict[str, bytes]:
    """Attachment key → small PNG, for those that are pictures and have arrived."""
    from desktop.exchange import image

    found = {}
    for item in items:
        job.check()
        if item.place is None or item.size > image.MOST_BYTES:
            continue
        with suppress(Refusal, OSError):
            found[item.key] = image.thumbnail(item.place.read_bytes(), size)
    return found


def save_as(session: Session, attachment: str, to: Path) -> None:
    """Write the file where a person wants it."""
    _copy(_arrived(session, attachment), to)


def _copy(kept: Attached, to: Path) -> None:
    assert kept.place is not None
    with kept.place.open("rb") as source, whole_file(to) as file:
        shutil.copyfileobj(source, file)


def _arrived(session: Session, attachment: str) -> Attached:
    row = _row(session, attachment)
    kept = _attached(session, row)
    if kept.place is None:
        if blobs.was_damaged(session.workspace.folder, str(row.sha256)):
            raise Refusal("damaged_file", "附件在本机已损坏，请重新添加原文件，或等对方随同步包送回完好的一份")
        raise Refusal("not_arrived", "附件尚未收到（随 U 盘另送），收到后再打开")
    return kept


def _row(session: Session, attachment: str) -> Attachment:
    found = session.read.records(Attachment, where(key=attachment))
    if not found:
        raise Refusal("vanished", "这个附件已被删除，请刷新；需要时可从回收站恢复")
    return found[0]


def _own(session: Session, attachment: str) -> Attachment:
    row = _row(session, attachment)
    if owner_of(attachment) not in session.owners:
        raise Refusal("foreign", "这是其他单位添加的附件，本单位只能查看")
    if row.subject_key and (reason := why_not(session, str(row.subject_ledger), str(row.subject_key))):
        raise Refusal("foreign", reason)
    return row


def remove(session: Session, attachments: Iterable[str]) -> Changes:
    """Move attachments to the recycle bin; their files stay."""
    keys = [_own(session, key).key for key in attachments]
    with session.write(f"删除 {len(keys)} 个附件") as transaction:
        transaction.delete("attachment", keys)
    return transaction.changes


def rename(session: Session, attachment: str, name: str) -> Changes:
    """Another file name; the ending stays."""
    row = _own(session, attachment)
    ending = Path(str(row.file_name)).suffix
    stem = name.strip()
    if ending and stem.lower().endswith(ending.lower()):
        stem = stem[: -len(ending)]
    if not stem.strip(" ."):
        raise Refusal("no_name", "附件名不能为空，请输入名称")
    with session.write("附件改名") as transaction:
        transaction.update("attachment", attachment, {"file_name": clean_name(stem + ending)})
    return transaction.changes


def unneeded(session: Session) -> tuple[list[str], int]:
    """Kept files that no row, live or deleted, and no backup names, and their bytes together. Refusal while a
    received part still waits (it may name them) or a backup has no list."""
    if exchanged.waiting_parts(session):
        raise Refusal("parts_wait", "还有收到的数据在等前面的包，请先补齐再清理附件")
    folder = session.workspace.folder
    needed = _named_by_rows(session) | _named_by_backups(folder)
    free = [sha for sha in blobs.all_hashes(folder) if sha not in needed]
    return free, sum(blobs.place(folder, sha).stat().st_size for sha in free)


def _named_by_rows(session: Session) -> set[str]:
    return {
        str(sha)
        for ledger in session.schema.ledgers
        for field in ledger.stored
        if field.blob
        for deleted in (False, True)
        for (sha,) in session.read.cells(
            Query(ledger.name, Test(field.name, Op.FILLED), deleted=deleted), (field.name,)
        )
    }


def _named_by_backups(folder: Path) -> set[str]:
    found: set[str] = set()
    for library in (folder / "backups").glob("*.db"):
        try:
            found.update(map(str, json.loads(library.with_suffix(".json").read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            sentence = f"备份“{library.stem}”没有附件清单，为免丢失没有清理；不再需要这份备份时可移走它再试"
            raise Refusal("backup_without_list", sentence) from None
    return found


def clean(session: Session, job: Job | None = None) -> tuple[int, int]:
    """Remove the unneeded files; the bytes freed, and how many files another program held fast."""
    job = job or Job()
    free, _ = unneeded(session)
    freed = held = 0
    for done, sha in enumerate(free):
        job.report("清理附件", done, len(free))
        place = blobs.place(session.workspace.folder, sha)
        size = place.stat().st_size
        try:
            place.unlink()
        except OSError:
            held += 1
            continue
        freed += size
    return freed, held
