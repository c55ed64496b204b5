"""数据体检: what a person should look at, each finding with the row it is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.app import system
from desktop.app.references import ancestry
from desktop.app.session import Session
from desktop.domain import numbers
from desktop.domain.query import Op, Query, Test, where
from desktop.domain.record import Kind
from desktop.domain.statistics import OBSOLETE
from desktop.domain.validity import Status, word_to_status
from desktop.store import derived, migrations


@dataclass(frozen=True)
class HealthFinding:
    """One thing to look at; `ledger` and `key` name the row."""

    code: str
    ledger: str
    key: str
    message: str


def check(session: Session) -> list[HealthFinding]:
    """Every finding: the file itself (and then nothing else if it is damaged), what is derived, rules, references,
    circles, duplicates, states."""
    if not session.workspace.is_whole():
        return [HealthFinding("damaged_file", "", "", "数据文件有损坏，请从备份恢复")]
    return [
        *_triggers(session),
        *_derived(session),
        *_rules(session),
        *_references(session),
        *_circles(session),
        *_duplicates(session),
        *_states(session),
    ]


def _triggers(session: Session) -> Iterator[HealthFinding]:
    if not migrations.triggers_whole(session.read.connection, session.schema):
        yield HealthFinding("journal_incomplete", "", "", "修改记录的机制不完整，请重新打开程序")


def _derived(session: Session) -> Iterator[HealthFinding]:
    for ledger, key in derived.mismatches(session.read):
        yield HealthFinding(
            "derived_outdated",
            ledger,
            key,
            f"{session.read.caption(ledger, key)}：推算值过期，请重新保存该行",
        )


def _rules(session: Session) -> Iterator[HealthFinding]:
    for ledger in session.schema.ledgers:
        for row in session.read.rows(Query(ledger.name)):
            for problem in ledger.problems(row):
                name = session.read.caption(ledger.name, str(row["key"]))
                yield HealthFinding("rule", ledger.name, str(row["key"]), f"{ledger.label} {name}：{problem.message}")
    for row in session.read.rows(Query("standard")):
        if row["number"] and (reason := numbers.suspicion(str(row["number"]))):
            yield HealthFinding("suspicious_number", "standard", str(row["key"]), f"{row['number']}：{reason}")


def _references(session: Session) -> Iterator[HealthFinding]:
    for ledger in session.schema.ledgers:
        for field in ledger.stored:
            if field.kind is not Kind.REFERENCE:
                continue
            dead = session.read.connection.execute(
                f'SELECT t.key FROM "{ledger.name}" AS t LEFT JOIN "{field.target}" AS other ON other.key = t."{field.name}" '
                f'WHERE t._del = 0 AND t."{field.name}" IS NOT NULL AND (other.key IS NULL OR other._del = 1)'
            )
            for (key,) in dead.fetchall():
                name = session.read.caption(ledger.name, key)
                yield HealthFinding(
                    "orphan", ledger.name, key, f"{ledger.label} {name}：“{field.label}”指向的记录已不在"
                )


def _circles(session: Session) -> Iterator[HealthFinding]:
    for ledger in session.schema.ledgers:
        for field in ledger.stored:
            if field.target != ledger.name:
                continue
            for row in session.read.rows(Query(ledger.name, Test(field.name, Op.FILLED))):
                key = str(row["key"])
                if key in ancestry(session.read, ledger.name, field.name, str(row[field.name])):
                    name = session.read.caption(ledger.name, key)
                    yield HealthFinding("circle", ledger.name, key, f"{ledger.label} {name}：“{field.label}”绕成了圈")


def _states(session: Session) -> Iterator[HealthFinding]:
    """The state an imported file told against the one that follows from dates; a missing date is no contradiction,
    unless the file calls the standard out of force while it counts as present."""
    query = Query("standard", Test("source_status", Op.FILLED), as_of=session.today())
    for key, told, state in session.read.cells(query, ("key", "source_status", "status")):
        meant = word_to_status(str(told))
        unknown = state == Status.UNVERIFIED and meant not in OBSOLETE
        if meant is None or state is None or meant == state or unknown:
            continue
        name = session.read.caption("standard", str(key))
        sentence = f"{name}：原载状态“{told}”，按日期推得“{Status(str(state)).label}”，请核对日期或代替关系"
        yield HealthFinding("status_differs", "standard", str(key), sentence)


def _duplicates(session: Session) -> Iterator[HealthFinding]:
    twice = session.read.values(Query("standard"), "@number_key")
    for number, count in twice:
        if number is None or count < 2:
            continue
        rows = session.read.connection.execute(
            "SELECT standard.key, substr(standard.key, 1, 11) FROM standard JOIN derived_standard USING (rid) "
            "WHERE number_key = ? AND _del = 0", (number,),
        ).fetchall()  # fmt: skip
        owners = [owner for _, owner in rows]
        for key, owner in rows:
            if owners.count(owner) > 1:
                yield HealthFinding(
                    "duplicate_number",
                    "standard",
                    key,
                    f"标准 {session.read.caption('standard', key)}：同一标准号有 {owners.count(owner)} 条，请核对后合并",
                )
    for version in system.active_versions(session.read).values():
        codes: dict[object, list[str]] = {}
        for node in session.read.rows(Query("system_node", where(version=version))):
            codes.setdefault(node["code"], []).append(str(node["key"]))
        for code, keys in codes.items():
            if code and len(keys) > 1:
                yield HealthFinding("duplicate_code", "system_node", keys[0], f"体系编号“{code}”有 {len(keys)} 个节点")
