"""Cells of a block that are left as they are, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """`closed` cells are read-only; `kept` ones hold another text than when they were listed."""

    closed: int = 0
    kept: int = 0

    def words(self, *, more_kept: int = 0) -> list[str]:
        """A sentence for each kind there is; `more_kept` were found at writing."""
        found = [f"{self.closed} 格只读，没有写入"] if self.closed else []
        kept = self.kept + more_kept
        return [*found, f"{kept} 格在列出之后又改过，保留现在的内容，没有写入"] if kept else found
