"""What a new library wants first, in order; each step is done once its outcome stands in the library."""

from dataclasses import dataclass

from desktop.app import system
from desktop.app.session import Session
from desktop.domain.query import Query


@dataclass(frozen=True)
class Step:
    """One step: what to do in words, on which page, and whether it is done."""

    words: str
    page: str
    done: bool


def steps(session: Session) -> tuple[Step, ...]:
    """The steps after the unit itself is known."""
    read = session.read
    return (
        Step(
            "选起步的标准体系",
            "system",
            bool(system.active_versions(read).get(session.identity.organisation)),
        ),
        Step("导入现有明细表（Excel、WPS 表格均可）", "standards", bool(read.count(Query("detail_entry")))),
        Step("安排第一次检查，打印空白检查表", "inspections", bool(read.count(Query("inspection")))),
    )


def next_step(session: Session) -> Step | None:
    """The first step that is not done; None if all are."""
    return next((step for step in steps(session) if not step.done), None)
