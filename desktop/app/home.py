"""The figures of the first page."""

from dataclasses import dataclass

from desktop.app import statistics
from desktop.app.session import Session
from desktop.domain.query import Op, Query, Test


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown: its name, what it says, more in small print, the page that lists its rows, and which
    rows these are."""

    name: str
    words: str
    more: str
    page: str
    keys: tuple[str, ...]


def figures(session: Session) -> list[Figure]:
    """How many standards, inspections and findings there are, our own or at the bureau the city's."""
    owners = None if session.identity.is_bureau else sorted(session.owners)
    total = statistics.table(session, owners=owners).groups[0].total
    sheets = dict(session.read.values(Query("inspection"), "state"))
    under_way = Query("finding", Test("state", Op.IN, ("open", "overdue")), as_of=session.today())
    findings = dict(session.read.values(under_way, "state"))
    late = findings.get("overdue", 0)
    return [
        Figure("标准（现有 / 应有）", f"{total.present.value} / {total.wanted}", total.ratio.percent, "standards",
               total.present.keys),
        Figure("待清理（废止、被代替）", str(total.obsolete.value), "", "standards", total.obsolete.keys),
        Figure("检查（已完成 / 全部）", f"{sheets.get('done', 0)} / {sum(sheets.values())}", "", "inspections",
               _keys(session, Query("inspection"))),
        Figure("整改（在办 / 逾期）", f"{findings.get('open', 0) + late} / {late}", "", "findings",
               _keys(session, under_way)),
    ]  # fmt: skip


def _keys(session: Session, query: Query) -> tuple[str, ...]:
    return tuple(str(key) for (key,) in session.read.cells(query, ("key",)))
