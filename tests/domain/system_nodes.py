"""Nodes of a system for tests."""

from typing import Any

from desktop.domain.ledgers.system import SystemNode


def system_node(**cells: Any) -> SystemNode:
    """A node with the given cells, all others blank."""
    return SystemNode(**cells)
