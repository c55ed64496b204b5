"""What all pages share: the session, the runner, and the way changes, notices and requests to go somewhere travel."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.ui.runner import Done, Failed, Runner, Task


@dataclass(frozen=True)
class CellTarget:
    """One cell to go to: the row's key and the column's path."""

    key: str
    path: str


class Desk(QObject):
    """The open library as the window knows it."""

    changed = Signal(object)
    """Changes of a finished write; every page re-reads the keys it shows."""
    noticed = Signal(str, str, object)
    """(bad, warn or ok; a sentence; the file it tells of or None)"""
    page_asked = Signal(str, object)
    """(page, what to show there)"""
    standing_in = Signal(object)
    """A session that writes the rows of another unit (代录)."""
    restore_asked = Signal(object)
    """A backup file to go back to; the window closes and opens again over it."""
    worked = Signal(str, object, object)
    """(step in words, done, total) of a job; empty words end it"""

    def __init__(self, session: Session, runner: Runner) -> None:
        super().__init__()
        self.session = session
        self.runner = runner
        self._warnings: list[str] | None = None
        """What was warned of while the job that just ended is being told of."""
        runner.refused.connect(self._refused)

    def write(
        self,
        work: Callable[[Job], Any],
        done: Done | None = None,
        *,
        locks: bool = False,
        failed: Failed | None = None,
    ) -> Task:
        """Run a writing use case; its Changes are broadcast, then `done` gets its result. A refusal becomes a notice,
        or is given to `failed`."""

        def finished(result: Any) -> None:
            changes = _changes(result)
            outer, self._warnings = self._warnings, []
            try:
                if changes:
                    self.changed.emit(changes)
                if done is not None:
                    done(result)
            finally:
                self._warnings = outer

        return self._watched(self.runner.write(work, finished, failed or self._refused, locks=locks))

    def read(self, work: Callable[[Job], Any], done: Done, failed: Failed | None = None,
             *, owner: QObject | None = None, short: bool = False) -> Task:  # fmt: skip
        """Run reading work, `short` work without waiting behind long work; a refusal becomes a notice, or is given to
        `failed`. If the `owner` of the result is gone by then, nobody is told."""

        def finished(result: Any) -> None:
            if owner is None or isValid(owner):
                done(result)

        def refused(refusal: Refusal) -> None:
            if owner is None or isValid(owner):
                (failed or self._refused)(refusal)

        return self._watched(self.runner.read(work, finished, refused, short=short))

    def _watched(self, task: Task) -> Task:
        """Its steps show in the status bar until it ends, however it ends."""
        task.progressed.connect(self.worked)
        task.ended.connect(lambda: self.worked.emit("", 0, 0))
        return task

    def say(self, kind: str, sentence: str, made: Path | None = None) -> None:
        """Show a notice; `made` is the file it tells of, which can be opened from it. That a job went well does not
        cover what it warned of."""
        if kind != "ok" and self._warnings is not None:
            self._warnings.append(sentence)
        elif self._warnings:
            kind, sentence = "warn", "。".join((*self._warnings, sentence))
        self.noticed.emit(kind, sentence, made)

    def _refused(self, refusal: Refusal) -> None:
        self.say("bad", refusal.message)


def _changes(result: Any) -> Changes:
    for item in (result, *(result if isinstance(result, tuple) else ()), getattr(result, "changes", None)):
        if isinstance(item, Changes):
            return item
    return Changes()


class Page(QWidget):
    """One screen. `title` and `context` stand in the page's head."""

    title = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.session = desk.session

    def context(self) -> str:
        """One quiet line beside the title."""
        return ""

    def changed(self, changes: Changes) -> None:
        """Re-read what a transaction touched."""

    def hand_over(self) -> None:
        """Write what is half typed; what cannot be written counts among the refused texts from then on."""

    def refused_texts(self) -> int:
        """How many typed texts were refused and would be lost with the page."""
        return 0

    @property
    def takes_tables(self) -> bool:
        """Whether a table dropped on this page is imported here."""
        return False

    def show_target(self, target: object) -> None:
        """Go to a record of this page, named by its key."""
