"""The figures of the first page."""

from dataclasses import dataclass

from desktop.app import statistics
from desktop.app.session import Session
from desktop.domain.query import Query


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown: its name, what it says, more in small print, and the page that lists its rows."""

    name: str
    words: str
    more: str
    page: str


def figures(session: Session) -> list[Figure]:
    """How many standards, inspections and findings there are, our own or at the bureau the city's."""
    owners = None if session.identity.is_bureau else [session.identity.organisation]
    total = statistics.table(session, owners=owners).groups[0].total
    sheets = dict(session.read.values(Query("inspection"), "state"))
    findings = dict(session.read.values(Query("finding", as_of=session.today()), "state"))
    late = findings.get("overdue", 0)
    return [
        Figure("标准（现有 / 应有）", f"{total.present.value} / {total.wanted}", total.ratio.percent, "statistics"),
        Figure("待清理（废止、被代替）", str(total.obsolete.value), "", "statistics"),
        Figure("检查（已完成 / 全部）", f"{sheets.get('done', 0)} / {sum(sheets.values())}", "", "inspections"),
        Figure("整改（在办 / 逾期）", f"{findings.get('open', 0) + late} / {late}", "", "findings"),
    ]
