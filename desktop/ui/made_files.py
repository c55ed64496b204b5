"""Files the program makes for a person: where they go, and that none is overwritten unasked."""

import re
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.ui.kept import settings

TABLE_KINDS = "Excel (*.xlsx);;CSV (*.csv)"
"""Kinds of file for a table."""

_FOLDER = "files/folder"
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
"""What no file name may hold on Windows, as the number of a standard does."""


def ask_where(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Where to put a file; None if the person thinks better of it.

    A name that is still free is proposed, in the folder chosen last. An existing file is asked about by the dialog; a
    name typed without an ending gets that of the first of `kinds`, numbered if there is such a file already, since the
    dialog did not ask about it.
    """
    from desktop.app.exporting import ENDINGS

    proposed = free_name(_folder() / _FORBIDDEN.sub("_", name))
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(proposed), kinds)
    if not chosen:
        return None
    path = Path(chosen)
    endings = re.findall(r"\*(\.\w+)", kinds.lower())
    if endings and path.suffix.lower() not in (*endings, *ENDINGS):
        path = free_name(path.with_name(f"{path.name}{endings[0]}"))
    settings().setValue(_FOLDER, str(path.parent))
    return path


def ask_for_template(parent: QWidget, ledger: str) -> Path | None:
    """Where to put the empty template of a ledger (by its label)."""
    return ask_where(parent, "模板存到", f"{ledger}_模板.xlsx", "*.xlsx")


def free_name(path: Path) -> Path:
    """The path itself, or with the first number behind the name that is still free: 表 (2).xlsx."""
    free, number = path, 2
    while _is_taken(free):
        free, number = path.with_name(f"{path.stem} ({number}){path.suffix}"), number + 1
    return free


def _is_taken(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False  # a place that cannot be looked into is refused when it is written to


def _folder() -> Path:
    kept = settings().value(_FOLDER)
    if isinstance(kept, str) and Path(kept).is_dir():
        return Path(kept)
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
