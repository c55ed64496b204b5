"""Libraries that tests work in: real files in a temporary folder."""

from pathlib import Path

from desktop.app import setup, system, units
from desktop.app.session import Session
from desktop.domain.query import Query, where
from desktop.domain.record import Cell


def lone_office(folder: Path) -> Session:
    """An office that began on its own."""
    return setup.found(folder / "office", "office", "西湖区机关事务服务中心", "330106", "陈立")


def pair(folder: Path) -> tuple[Session, Session]:
    """A bureau and an office that opened its unit file."""
    bureau = setup.found(folder / "bureau", "bureau", "杭州市机关事务管理局", "330100", "李文")
    units.new_unit(bureau, "西湖区机关事务服务中心", "330106", folder / "unit.json")
    office = setup.join(folder / "office", folder / "unit.json", "陈立")
    return bureau, office


def another_office(
    bureau: Session, folder: Path, name: str = "上城区机关事务服务中心", code: str = "330102"
) -> Session:
    """A further office of a bureau."""
    units.new_unit(bureau, name, code, folder / f"{code}.json")
    return setup.join(folder / code, folder / f"{code}.json", "王海燕")


def version_of(session: Session) -> str:
    """A system version with two nodes, JC1 and ZC5; the version's key."""
    with session.write("建立体系") as transaction:
        version = transaction.insert("system_version", {"name": "2026 版", "state": "draft"})
        for code, name in (("JC1", "标准化工作导则"), ("ZC5", "公物仓")):
            transaction.insert("system_node", {"version": version, "code": code, "name": name})
    return version


def node_of(session: Session, code: str) -> str:
    """The key of the node with this code in the active version."""
    (row,) = session.read.rows(Query("system_node", where(version=system.own_version(session), code=code)))
    return str(row["key"])


def dump(session: Session) -> dict[str, list[dict[str, Cell]]]:
    """Every live row of every ledger by key, as lists show and files export them."""
    return {ledger.name: session.read.rows(Query(ledger.name)) for ledger in session.schema.ledgers}
