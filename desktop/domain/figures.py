"""Figures that prove themselves: each carries the keys of the rows it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NOTHING = "—"
"""Shown for a ratio without a denominator: neither 0 % nor 100 %."""


@dataclass(frozen=True)
class Count:
    """How many different things some rows stand for: `keys` are the rows, `things` what each stands for."""

    keys: tuple[str, ...] = ()
    things: frozenset[str] = frozenset()

    @property
    def value(self) -> int:
        """The number; a thing that stands in several rows counts once."""
        return len(self.things)


def count(pairs: Iterable[tuple[str, str]]) -> Count:
    """The count of (row key, thing) pairs."""
    pairs = list(pairs)
    return Count(tuple(key for key, _ in pairs), frozenset(thing for _, thing in pairs))


def union(counts: Iterable[Count]) -> Count:
    """The rows of several counts together; a thing in several of them counts once."""
    counts = list(counts)
    keys = tuple(dict.fromkeys(key for item in counts for key in item.keys))
    return Count(keys, frozenset(thing for item in counts for thing in item.things))


@dataclass(frozen=True)
class Ratio:
    """A percentage with both its sides."""

    numerator: int
    denominator: int

    @property
    def exact(self) -> Decimal | None:
        """Percent, unrounded; None without a denominator above 0."""
        return Decimal(self.numerator) * 100 / Decimal(self.denominator) if self.denominator > 0 else None

    @property
    def shown(self) -> str:
        """One decimal, 四舍五入; a dash without a denominator."""
        if self.exact is None:
            return NOTHING
        return str(self.exact.quantize(Decimal("0.1"), ROUND_HALF_UP))

    @property
    def tenths(self) -> int | None:
        """What is shown, in tenths of a percent; None without a denominator."""
        return None if self.exact is None else int(Decimal(self.shown) * 10)

    @property
    def percent(self) -> str:
        """The same with its sign."""
        return self.shown if self.exact is None else f"{self.shown}%"
