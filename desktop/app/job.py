"""Progress and cancellation of long work, without knowing who watches."""

import threading
from collections.abc import Callable

from desktop.domain.errors import Cancelled

Report = Callable[[str, int, int], None]


class Job:
    """Handed to a long use case: it reports steps in words and asks whether to go on."""

    def __init__(self, report: Report = lambda _text, _done, _total: None) -> None:
        self._report = report
        self._stop = threading.Event()

    def report(self, text: str, done: int = 0, total: int = 0) -> None:
        """The current step in words, `done` of `total` parts; raises Cancelled if a person stopped the job."""
        self.check()
        self._report(text, done, total)

    def check(self) -> None:
        """Raise Cancelled if a person stopped the job."""
        if self._stop.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the job to stop; it ends at its next check and leaves the data as before."""
        self._stop.set()
