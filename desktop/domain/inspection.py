"""Rules of inspections: how a sheet is scored and what becomes of its problems."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.figures import Ratio
from desktop.domain.record import Row

MEETING = ("pass",)
COUNTED = ("pass", "basic", "fail")


@dataclass(frozen=True)
class Progress:
    """How far a sheet is and how it stands."""

    items: int
    touched: int
    verdicts: dict[str, int]

    @property
    def rate(self) -> Ratio:
        """达标率 = 符合 ÷（符合 + 基本符合 + 不符合）; 不适用 leaves the denominator (handbook 5.1)."""
        return Ratio(
            sum(self.verdicts.get(word, 0) for word in MEETING),
            sum(self.verdicts.get(word, 0) for word in COUNTED),
        )

    @property
    def state(self) -> str:
        """Work status: planned, running or done."""
        if self.touched == 0:
            return "planned"
        return "done" if self.touched == self.items else "running"


def progress(results: Sequence[Row]) -> Progress:
    """Count only touched items."""
    verdicts: dict[str, int] = {}
    for result in results:
        if verdict := result.get("verdict"):
            verdicts[str(verdict)] = verdicts.get(str(verdict), 0) + 1
    return Progress(len(results), sum(verdicts.values()), verdicts)


def next_untouched(results: Sequence[Row], after: int = -1) -> int | None:
    """The place of the next item without a verdict, from the start again if need be; None if all are touched."""
    order = [*range(after + 1, len(results)), *range(min(after + 1, len(results)))]
    return next((place for place in order if not results[place].get("verdict")), None)
