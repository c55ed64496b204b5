"""Who a library is, and what else this PC alone remembers of it: names and values that are never sent."""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """Who this library is: organisation, role (`office` or `bureau`), this PC (`device`), copy (`instance`)."""

    organisation: str
    name: str
    area_code: str
    role: str
    device: str
    instance: str
    superior: str = ""
    sample: bool = False
    former: str = ""
    """Copies that are no more, because this one took their place; parted by blanks."""

    @property
    def is_bureau(self) -> bool:
        """Whether this is the bureau's library."""
        return self.role == "bureau"


def said(connection: sqlite3.Connection, name: str) -> str:
    """A remembered value; empty if there is none."""
    row = connection.execute("SELECT value FROM identity WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def say(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a value."""
    connection.execute("INSERT OR REPLACE INTO identity VALUES (?, ?)", (name, value))


def become_another(connection: sqlite3.Connection, former: Iterable[str]) -> None:
    """The library is another copy from now on; the `former` ones are no more."""
    say(connection, "instance", secrets.token_hex(8))
    say(connection, "former", " ".join(dict.fromkeys(former)))


def writes_for(connection: sqlite3.Connection) -> set[str]:
    """The organisations whose rows this PC writes: its own, and at the bureau those without the program."""
    return {name for (name,) in connection.execute("SELECT organisation FROM owned")}


def write_for(connection: sqlite3.Connection, organisations: Iterable[str]) -> None:
    """From now on this PC writes the rows of these organisations as well."""
    connection.executemany("INSERT OR IGNORE INTO owned VALUES (?)", [(name,) for name in organisations])


def write_no_more(connection: sqlite3.Connection, organisation: str) -> None:
    """From now on an organisation other than ours writes its rows itself, or another does."""
    if organisation != said(connection, "organisation"):
        connection.execute("DELETE FROM owned WHERE organisation = ?", (organisation,))
