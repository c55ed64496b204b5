"""市局对下属单位: their PCs, names and mergers; what each has sent; reminders; rows entered in their place."""

import datetime
import secrets
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from desktop.app import opinions, syncing
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.document import Document, HeadField, Table, TableColumn, TableRow
from desktop.domain.errors import Refusal
from desktop.domain.keys import is_organisation, organisation_id
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.organisations import checked_area, checked_name
from desktop.domain.query import Op as Comparison
from desktop.domain.query import Query, Test, owner_of
from desktop.store.identity import writes_for

DAY = 24 * 3600 * 1000

RENAMED, MERGED, ENTERED, STOOD_IN = "unit:renamed", "unit:merged", "unit:entered", "unit:stood_in"
"""Origins of the steps that change what a unit's PCs are authorised to, not its row alone."""

FOR_GOOD = {
    RENAMED: "新名称已写进该单位的授权；要改回去，请再办一次“单位改名”",
    MERGED: "原单位的电脑已停用，记录已交给接收的单位；确实办错了，请到“设置”恢复办理之前的备份",
    ENTERED: "授权文件已经写出；名称填错请用“单位改名”，不要这个单位请用“并入其他单位”",
    STOOD_IN: "市局已取得代录权；名称填错请用“单位改名”，不要这个单位请用“并入其他单位”",
}
"""Why such a step cannot be undone, and what to do instead."""


@dataclass(frozen=True)
class Computer:
    """One PC of a unit, by its short mark, and who last worked at it as far as its bundles tell."""

    device: str
    mark: str
    since: int
    person: str


@dataclass(frozen=True)
class UnitState:
    """One unit as the bureau sees it: what it last sent and what waits."""

    organisation: str
    name: str
    entries: int
    last_number: int
    last_at: int
    conflicts: int
    returned: int
    waiting: int
    computers: int
    stands_in: bool

    @property
    def word(self) -> str:
        """未报, 已报, 有退回 or 代录."""
        if self.stands_in:
            return "代录"
        if not self.last_number:
            return "未报"
        return "有退回" if self.returned else "已报"


def overview(session: Session) -> list[UnitState]:
    """The bureau's units with what they last sent."""
    from desktop.sync import certificates, disputes, graph, peers

    connection = session.read.connection
    last = peers.last_heard(connection)
    entries = dict(session.read.values(Query("detail_entry"), "owner"))
    disputed: dict[str, int] = {}
    for _, key, _ in disputes.disputed(connection):
        disputed[owner_of(key)] = disputed.get(owner_of(key), 0) + 1
    returned = _returned(session)
    entered_here = writes_for(connection)
    waiting = graph.waiting(connection)
    return [
        UnitState(
            identity, str(unit.name), entries.get(identity, 0), *last.get(identity, (0, 0)),
            disputed.get(identity, 0), returned.get(identity, 0), waiting.get(identity, 0),
            len(certificates.devices(connection, identity)), identity in entered_here,
        )
        for unit in syncing.recipients(session)
        for identity in [str(unit.identity)]
    ]  # fmt: skip


def _returned(session: Session) -> dict[str, int]:
    """Unit → rows that wait for it to mend them."""
    return dict(Counter(owner_of(key) for _, key in opinions.standing(session)))


def computers(session: Session, organisation: str) -> list[Computer]:
    """The PCs of a unit that may send."""
    from desktop.sync import certificates, segments

    connection = session.read.connection
    return [
        Computer(item.device, item.device[:4].upper(), item.issued_at, segments.last_person(connection, item.device))
        for item in certificates.devices(connection, organisation)
    ]


def further_unit_file(session: Session, organisation: str, path: Path, passphrase: str) -> None:
    """A unit file for a second PC of a unit, or for one in place of a lost one."""
    from desktop.sync import enrolment

    unit = _unit(session, organisation)
    with session.workspace.exclusive() as connection:
        enrolment.write_unit_file(
            session.workspace, connection, organisation, str(unit.name), str(unit.area_code or ""), path, passphrase,
            further=True,
        )  # fmt: skip


def withdraw(session: Session, device: str) -> None:
    """停用 a lost or replaced PC."""
    from desktop.sync import enrolment

    with session.workspace.exclusive() as connection:
        enrolment.revoke(session.workspace, connection, device)


@dataclass(frozen=True)
class Late:
    """Parts of bundles that a withdrawn PC made and that came only after it was withdrawn."""

    device: str
    unit: str
    person: str
    parts: int


def late(session: Session) -> list[Late]:
    """What came late from withdrawn PCs and waits for the bureau's word."""
    from desktop.sync import certificates, enrolment, segments

    connection = session.read.connection
    return [
        Late(device, certificate.name, segments.last_person(connection, device), len(parts))
        for device, parts in enrolment.late(connection).items()
        if (certificate := certificates.of_device(connection, device)) is not None
    ]


def take_late(session: Session, device: str) -> None:
    """收下: it counts from the next bundle on."""
    from desktop.sync import enrolment

    with session.workspace.exclusive() as connection:
        enrolment.release(session.workspace, connection, device)


def rename(session: Session, organisation: str, name: str) -> Changes:
    """改名: the row, its 曾用名, and what the unit's PCs call themselves."""
    from desktop.sync import enrolment

    unit, name = _unit(session, organisation), checked_name(name)
    if name == unit.name:
        raise Refusal("same_name", f"单位现在就叫“{name}”，请填写新的名称")
    known = session.read.records(Organisation)
    if any(other.name == name and other.identity and other.identity != organisation for other in known):
        raise Refusal("known_unit", f"“{name}”已经是本市的单位，请换一个名称，或用“并入”")
    former = "\n".join(filter(None, (str(unit.former_names or ""), f"{unit.name} {session.today()} 停用")))
    with session.write(f"单位改名 {unit.name} → {name}", origin=RENAMED) as transaction:
        transaction.update("organisation", unit.key, {"name": name, "former_names": former})
        enrolment.rename(session.workspace, transaction.connection, organisation, name)
    return transaction.changes


def merge(session: Session, gone: str, into: str) -> Changes:
    """并入: from now on one unit writes the rows of another, which is no unit of its own any more."""
    from desktop.sync import enrolment

    leaving, receiving = _unit(session, gone), _unit(session, into)
    with session.write(f"{leaving.name} 并入 {receiving.name}", origin=MERGED) as transaction:
        enrolment.merge(session.workspace, transaction.connection, gone, into)
        note = f"{session.today()} 并入 {receiving.name}"
        transaction.update("organisation", leaving.key, {"role": "department", "notes": note})
    return transaction.changes


def enter_for(session: Session, organisation: str) -> Session:
    """代录: a session that writes the rows of a unit without the program, until it enrols."""
    from desktop.sync import enrolment

    unit = _unit(session, organisation)
    with session.workspace.exclusive() as connection:
        enrolment.stand_in(session.workspace, connection, organisation)
    return session.standing_in(organisation, str(unit.name))


def new_unit(session: Session, name: str, area_code: str, path: Path, organisation: str = "",
             passphrase: str = "") -> tuple[Changes, str]:  # fmt: skip
    """The bureau enters a unit and writes its unit file; the unit's identity."""
    from desktop.sync import enrolment

    if not session.identity.is_bureau:
        raise Refusal("not_bureau", "只有市局才能生成授权文件，请在市局的电脑上操作")
    if organisation and not is_organisation(organisation):
        raise Refusal("bad_organisation", f"单位标识“{organisation}”不对，请到该单位的“设置”页抄下单位标识")
    row = _new_row(session, name, area_code, organisation)
    with session.write(f"新增单位 {row['name']}", origin=ENTERED) as transaction:
        transaction.insert("organisation", row)
        enrolment.write_unit_file(
            session.workspace, transaction.connection, row["identity"], row["name"], area_code, path, passphrase
        )
    return transaction.changes, row["identity"]


def unit_without_program(session: Session, name: str, area_code: str) -> tuple[Changes, str]:
    """The bureau enters a unit that has no program yet; its identity."""
    from desktop.sync import enrolment

    row = _new_row(session, name, area_code)
    with session.write(f"新增单位 {row['name']}", origin=STOOD_IN) as transaction:
        transaction.insert("organisation", row)
        enrolment.stand_in(session.workspace, transaction.connection, row["identity"])
    return transaction.changes, row["identity"]


def _new_row(session: Session, name: str, area_code: str, organisation: str = "") -> dict[str, str]:
    name, area_code = checked_name(name), checked_area(area_code)
    if any(unit.name == name and unit.identity for unit in session.read.records(Organisation)):
        raise Refusal("known_unit", f"“{name}”已经是本市的单位，不用重复新增")
    organisation = organisation or organisation_id(area_code, secrets.randbits(20))
    return {"name": name, "identity": organisation, "area_code": area_code, "role": "office"}


def _unit(session: Session, organisation: str) -> Organisation:
    found = session.read.records(Organisation, Test("identity", Comparison.IN, (organisation,)))
    mine = [unit for unit in found if owner_of(unit.key) == session.identity.organisation]
    if not mine:
        raise Refusal("unknown_unit", "找不到这个单位，请在单位列表中重新选择")
    return mine[0]


def reminder(session: Session, days: int) -> Document:
    """催报单: the units whose last bundle is older than some days, or that never sent one."""
    now = int(datetime.datetime.now().timestamp() * 1000)
    late = [unit for unit in overview(session) if not unit.stands_in and now - unit.last_at > days * DAY]
    rows = tuple(
        TableRow((str(place), unit.name, day(unit.last_at) if unit.last_number else "从未上报",
                  f"{(now - unit.last_at) // DAY} 天" if unit.last_number else "—"))
        for place, unit in enumerate(late, 1)
    )  # fmt: skip
    columns = (
        TableColumn("序号", 12),
        TableColumn("单位", 80),
        TableColumn("最近一次上报", 40),
        TableColumn("已过", 30),
    )
    return Document(
        title="未按期上报单位",
        table=Table(columns, rows),
        landscape=False,
        head=((HeadField("截至", session.today()), HeadField("期限", f"{days} 天内应上报一次")),),
        notes=(f"共 {len(late)} 个单位。请用“同步”页的“生成上报包”重新生成并送来。",),
        footer_left=session.identity.name,
        watermark=session.watermark,
    )


def day(at: int) -> str:
    """A time in milliseconds as a date."""
    return datetime.datetime.fromtimestamp(at / 1000).date().isoformat() if at else ""
