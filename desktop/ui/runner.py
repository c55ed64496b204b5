"""Jobs off the GUI thread: one thread writes, one reads, a third reads what a person waits for; results come back into
the GUI thread."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot

from desktop.app.job import Job
from desktop.domain.errors import Cancelled, Refusal

Done = Callable[[Any], None]
Failed = Callable[[Refusal], None]

PROGRESS_EVERY = 0.1
"""Seconds between two reports of progress."""


class Task(QObject):
    """One piece of work; made in the GUI thread, so that its signals arrive there."""

    finished = Signal(object, object)
    """(result, exception or None)"""
    progressed = Signal(str, object, object)
    """(words, done, total)"""
    ended = Signal()
    """However it went: done, refused, cancelled or broken."""

    def __init__(self, work: Callable[[Job], Any], *, writes: bool, locks: bool) -> None:
        super().__init__()
        self.writes, self.locks = writes, locks
        self.job = Job(self._report)
        self.done: Done = lambda _result: None
        self.failed: Failed | None = None
        self.future: Future[None] | None = None
        self._work = work
        self._last = 0.0

    def _report(self, words: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= PROGRESS_EVERY:
            self._last = now
            self.progressed.emit(words, done, total)

    def run(self) -> None:
        """Do the work in the calling thread and tell how it ended."""
        try:
            self.job.check()
            result = self._work(self.job)
        except BaseException as error:  # noqa: BLE001 - whatever happened must reach the GUI thread
            self.finished.emit(None, error)
        else:
            self.finished.emit(result, None)


class Threads(QObject):
    """The threads of one library, and how many long writing jobs are under way or wait in them."""

    locked_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.writer, self.reader = ThreadPoolExecutor(1, "writer"), ThreadPoolExecutor(1, "reader")
        self.short_reader = ThreadPoolExecutor(1, "short reader")
        self.locks = 0

    def lock(self, by: int) -> None:
        """One long job more or less."""
        before, self.locks = self.locks, self.locks + by
        if bool(before) != bool(self.locks):
            self.locked_changed.emit(bool(self.locks))


class Runner(QObject):
    """Runs the tasks of one window. While a long writing job is under way in any window of the library
    (`locked_changed`) grids are read-only. A further window of the library works in the threads `of` the first."""

    locked_changed = Signal(bool)
    refused = Signal(object)
    """A Refusal nobody else deals with."""
    crashed = Signal(object)
    """An exception that is a fault of the program."""

    def __init__(self, of: "Runner | None" = None) -> None:
        super().__init__()
        self._further = of is not None
        self.threads: Threads = Threads() if of is None else of.threads
        self.threads.locked_changed.connect(self.locked_changed)
        self._tasks: list[Task] = []
        self._closed = False

    def write(
        self, work: Callable[[Job], Any], done: Done, failed: Failed | None = None, *, locks: bool = False
    ) -> Task:
        """Run a writing use case on the one writer thread; a long job `locks` the grids and can be cancelled."""
        return self._start(self.threads.writer, Task(work, writes=True, locks=locks), done, failed)

    def read(
        self, work: Callable[[Job], Any], done: Done, failed: Failed | None = None, *, short: bool = False
    ) -> Task:
        """Run long reading work on the reader thread; `short` work does not wait behind it."""
        reader = self.threads.short_reader if short else self.threads.reader
        return self._start(reader, Task(work, writes=False, locks=False), done, failed)

    @property
    def locked(self) -> bool:
        """Whether a long writing job is under way in any window of the library."""
        return self.threads.locks > 0

    @property
    def busy(self) -> bool:
        """Whether a writing job is under way."""
        return any(task.writes for task in self._tasks)

    def _start(self, pool: ThreadPoolExecutor, task: Task, done: Done, failed: Failed | None) -> Task:
        task.done, task.failed = done, failed
        if self._closed:
            return task
        task.finished.connect(self._finished)
        self._tasks.append(task)
        if task.locks:
            self.threads.lock(1)
        task.future = pool.submit(task.run)
        return task

    @Slot(object, object)
    def _finished(self, result: Any, error: BaseException | None) -> None:
        task = self.sender()
        if not isinstance(task, Task) or task not in self._tasks:
            return
        self._tasks.remove(task)
        if task.locks:
            self.threads.lock(-1)
        task.ended.emit()
        if self._closed and (error is None or isinstance(error, Refusal)):
            task.deleteLater()
            return
        if error is None:
            task.done(result)
        elif isinstance(error, Refusal):
            (task.failed or self.refused.emit)(error)
        elif not isinstance(error, Cancelled):
            self.crashed.emit(error)
        task.deleteLater()

    def cancel(self) -> None:
        """Ask every long job and all reading to stop; short writes are finished, for somebody typed them."""
        for task in self._tasks:
            if task.locks or not task.writes:
                task.job.cancel()

    def shutdown(self) -> None:
        """Refuse new work, ask long jobs to stop, and wait for all that is under way; results that arrive after it are
        not handed on, for what would show them is gone. What a further window has written is still told to the others,
        and the threads go on for them."""
        self.cancel()
        if self._further:
            self._await()
        self._closed = True
        if self._further:
            self._await()
        else:
            for pool in (self.threads.writer, self.threads.reader, self.threads.short_reader):
                pool.shutdown()

    def _await(self) -> None:
        """Wait for the tasks under way, and take their results."""
        wait([task.future for task in self._tasks if task.future is not None])
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
