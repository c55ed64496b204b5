"""Timing, percentiles, and the one way in which results are told."""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """One measured value; with no limit it only informs, and a limit that does not bind is told but never fails."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    binding: bool = True

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        return self.limit is None or self.value <= self.limit

    @property
    def kept(self) -> bool:
        """Whether the value lets the run pass."""
        return self.ok or not self.binding

    @property
    def verdict(self) -> str:
        """The outcome in a word."""
        if self.limit is None:
            return "参考"
        if self.ok:
            return "ok"
        return "超出" if self.binding else "超出（不计入本版限值）"


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median(work: Callable[[], object], runs: int = 7) -> float:
    """The median of some runs after one to warm up, in seconds."""
    work()
    return statistics.median(seconds(work) for _ in range(runs))


def alternating(product: Callable[[], object], baseline: Callable[[], object], runs: int = 7) -> tuple[float, float]:
    """Medians of product and baseline, run in turn after one warm-up each, in seconds."""
    product()
    baseline()
    pairs = [(seconds(product), seconds(baseline)) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def ninety_fifth(times: Sequence[float]) -> float:
    """The 95th percentile of single runs."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def tell(subject: str, values: Sequence[Value]) -> None:
    """Print the values of one subject as a table."""
    print(f"{subject}")
    for value in values:
        limit = "" if value.limit is None else f"≤ {value.limit:g}"
        print(f"  {value.value:>9.3f} {value.unit}\t{limit:<7}\t{value.verdict}\t{value.name}")


def as_json(found: Sequence[tuple[str, Value]]) -> str:
    """All values as one JSON array."""
    rows = [{"subject": subject, **vars(value), "ok": value.ok} for subject, value in found]
    return json.dumps(rows, ensure_ascii=False, indent=1)
