"""Handing a file or folder to the program that the system has for it."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_with_system(path: Path) -> bool:
    """Show a file with its own program, or a folder; whether that could be done."""
    return path.exists() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
