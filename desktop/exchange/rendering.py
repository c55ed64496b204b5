"""A neutral document as the file its ending asks for, in the process of its own."""

from pathlib import Path

from desktop.domain.document import Document
from desktop.exchange import worker
from desktop.exchange.own_workbook import Stamp
from desktop.exchange.worker import Watched


def write_office_file(document: Document, path: Path, stamp: Stamp | None = None, job: Watched | None = None) -> None:
    """Write a .docx or .xlsx file (the latter with a `stamp` if given); errors as `write_docx` and `write_xlsx` give."""
    worker.run(_write, document, path, stamp, job=job)


def _write(document: Document, path: Path, stamp: Stamp | None) -> None:
    if path.suffix.lower() == ".docx":
        from desktop.exchange.word import write_docx

        write_docx(document, path)
    else:
        from desktop.exchange.excel import write_xlsx

        write_xlsx(document, path, stamp)
