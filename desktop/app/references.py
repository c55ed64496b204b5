"""Choosing the row a person means by typing its code, number or name."""

from desktop.domain.errors import Refusal
from desktop.domain.pinyin import fold
from desktop.domain.query import Op, Query, Test, owner_of
from desktop.domain.record import Field, Ledger, Row
from desktop.store.reading import Reader


def resolve(reader: Reader, ledger: Ledger, field: Field, typed: str, row: Row, owner: str) -> str:
    """The key of the one row of the field's target named `typed`, within the same version and organisation.

    Refusal when none or several are named so (names are never keys), or when the row would stand below itself.
    """
    target = reader.schema.ledger(field.target)
    naming = target.caption[0]
    wanted = fold(typed)
    query = Query(target.name, Test(naming, Op.CONTAINS, (typed,)))
    hits = [found for found in reader.rows(query) if fold(str(found[naming])) == wanted]
    shared = [item.name for item in target.stored if item.target and item.name != field.name and _same(ledger, item)]
    hits = [found for found in hits if all(found[name] == row.get(name) for name in shared)]
    own = [found for found in hits if owner_of(str(found["key"])) == owner]
    hits = own or hits
    if not hits:
        raise Refusal(
            "unknown_reference", f"“{field.label}”里没有“{typed}”，请先在“{target.label}”中建立，或改用已有的"
        )
    if len(hits) > 1:
        raise Refusal("many_references", f"“{field.label}”有 {len(hits)} 条都叫“{typed}”，请改用编号区分")
    key = str(hits[0]["key"])
    if target is ledger and row.get("key") in ancestry(reader, ledger.name, field.name, key):
        raise Refusal("circle", f"“{typed}”是这条记录自己或在它之下，不能作为它的“{field.label}”，请另选一个")
    return key


def ancestry(reader: Reader, ledger: str, field: str, key: str) -> list[str]:
    """A row and those above it along a reference to its own ledger, up to the top or to where a circle closes."""
    chain: list[str] = []
    while key and key not in chain:
        chain.append(key)
        key = str((reader.row(ledger, key) or {}).get(field) or "")
    return chain


def _same(ledger: Ledger, field: Field) -> bool:
    return any(item.name == field.name and item.target == field.target for item in ledger.stored)
