"""Alternating runs, medians, one line for each value."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """One measured value with its limit; `unit` in words."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median(work: Callable[[], object], runs: int = 5) -> float:
    """The median of some runs, in seconds."""
    return statistics.median(seconds(work) for _ in range(runs))


def alternating(product: Callable[[], object], baseline: Callable[[], object], runs: int = 7) -> tuple[float, float]:
    """Medians of product and baseline, run in turn after one warm-up each, in seconds."""
    product()
    baseline()
    pairs = [(seconds(product), seconds(baseline)) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def told(values: list[Value], *, as_json: bool) -> bool:
    """Print the values; whether all limits are kept."""
    if as_json:
        print(json.dumps([{**vars(value), "ok": value.ok} for value in values], ensure_ascii=False))
    else:
        for value in values:
            mark = "ok" if value.ok else "超出"
            print(f"{value.name:<44} {value.value:>10.3f} ≤ {value.limit:<8.3f} {value.unit:<6} {mark}")
    return all(value.ok for value in values)
