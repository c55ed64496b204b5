"""回执: what a peer says it has of ours, in its bundles or as ten characters told by telephone."""

import base64
import hashlib
import sqlite3
from collections.abc import Mapping

from desktop.domain.errors import Refusal
from desktop.store.tables import ORGANISATION_LENGTH
from desktop.sync import certificates, graph, log, peers
from desktop.sync.canon import canonical

_LENGTH = 9
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def code(heads: Mapping[str, list[str]]) -> str:
    """Ten characters for a state (stream → heads); the last checks the others."""
    sha = hashlib.sha256(canonical({name: found for name, found in heads.items() if found})).digest()
    letters = base64.b32encode(sha).decode()[:_LENGTH]
    return letters + _check(letters)


def _check(letters: str) -> str:
    return _ALPHABET[sum((place + 1) * _ALPHABET.index(letter) for place, letter in enumerate(letters)) % 32]


def codes_for(connection: sqlite3.Connection, organisation: str) -> list[tuple[str, str]]:
    """(PC, receipt) for each PC of a unit whose newest bundle is wholly here: what that bundle said of the unit's streams.
    PCs that do not exchange among themselves know different parts of them. Without any, the receipt of what we hold."""
    working = {item.device for item in certificates.devices(connection, organisation)}
    found = []
    for report in peers.reports(connection, organisation):
        ours = {name: heads for name, heads in report.heads.items() if name[:ORGANISATION_LENGTH] == organisation}
        named = {sha for heads in ours.values() for sha in heads}
        if report.device in working and graph.applied(connection, named) == named:
            found.append((report.device, code(ours)))
    return found or [("", code(_heads(connection, organisation)))]


def _heads(connection: sqlite3.Connection, organisation: str) -> dict[str, list[str]]:
    names = connection.execute(
        "SELECT DISTINCT stream FROM sync_seg WHERE stream >= ? AND stream < ? AND state = ?",
        (f"{organisation}.", f"{organisation}/", graph.APPLIED),
    ).fetchall()
    return {name: graph.load(connection, name).head_hashes() for (name,) in names}


def take(connection: sqlite3.Connection, typed: str, organisation: str, superior: str) -> int:
    """Take a receipt told to us as the superior's report; the number of the bundle it acknowledges. Refusal if it is
    mistyped or of none of our bundles."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(str.maketrans("0189", "OLBG"))
    plain = len(letters) == _LENGTH + 1 and set(letters) <= set(_ALPHABET)
    if not plain or _check(letters[:_LENGTH]) != letters[_LENGTH]:
        raise Refusal("mistyped_receipt", "回执码不对，应是 10 位字母和数字，请核对后重新输入")
    for entry in log.entries(connection, log.MADE):
        made = entry.detail
        ours = {name: heads for name, heads in made["heads"].items() if name[:ORGANISATION_LENGTH] == organisation}
        if code(ours) == letters:
            peers.told(connection, superior, ours)
            return int(made["number"])
    raise Refusal("unknown_receipt", "这个回执码对不上本机生成的同步包，请核对是不是其他单位或其他电脑的回执")


def acknowledged(connection: sqlite3.Connection) -> dict[str, set[int]]:
    """Recipient → numbers of our bundles whose content each PC of it that ever reported is known to hold."""
    graphs: dict[str, graph.StreamGraph] = {}
    found: dict[str, set[int]] = {}
    reports: dict[str, list[dict[str, list[str]]]] = {}
    for report in peers.reports(connection):
        reports.setdefault(report.organisation, []).append(report.heads)
    for entry in log.entries(connection, log.MADE):
        made = entry.detail
        said = reports.get(made["to"], [])
        if said and all(_holds(connection, graphs, heads, made["heads"]) for heads in said):
            found.setdefault(made["to"], set()).add(int(made["number"]))
    return found


def _holds(connection: sqlite3.Connection, graphs: dict[str, graph.StreamGraph], said: dict[str, list[str]],
           made: dict[str, list[str]]) -> bool:  # fmt: skip
    for name, heads in made.items():
        if name not in graphs:
            graphs[name] = graph.load(connection, name)
        history = graphs[name]
        known = history.covered_by(said.get(name, []))
        if any(history.number.get(sha) not in known for sha in heads):
            return False
    return True
