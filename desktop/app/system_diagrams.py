"""体系框图 of a version as a document to show, print and export."""

from dataclasses import replace

from desktop.app import statistics, system
from desktop.app.session import Session
from desktop.domain.document import Document, Paper, Table
from desktop.domain.query import Query, where
from desktop.domain.system_counts import Count, counted
from desktop.domain.system_diagram import Wanted, diagram
from desktop.exchange.table_shape import drawing_area

LEGEND = "实线：层次关系　　虚线：协调关系　　方框编号与明细表体系编号一致"


def counts(session: Session, version: str, as_of: str = "") -> dict[str, Count]:
    """Node → 应有 and 现有 of it and all below it, as the figures count them."""
    rows = session.read.cells(Query("detail_entry", where(version=version)), ("node", "key"))
    own = [session.identity.organisation]
    placed = statistics.placed(session, as_of or session.today(), own, {own[0]: version})
    return counted(system.tree_of(session.read, version), [(str(node or ""), str(key)) for node, key in rows], placed)


def document(session: Session, version: str, paper: Paper = Paper.A3, *, with_counts: bool = False) -> Document:
    """The diagram on landscape pages; `with_counts` writes 现有/应有 beside the codes."""
    row = session.read.row("system_version", version) or {}
    tree = system.tree_of(session.read, version)
    texts = (
        {key: f"{item.present}/{item.planned}" for key, item in counts(session, version).items()} if with_counts else {}
    )
    legend = f"{LEGEND}　　编号后为 现有数/应有数" if with_counts else LEGEND
    blank = Document(
        title=f"{session.identity.name}标准体系框图（{row.get('name') or '未命名'}）", table=Table((), ()), paper=paper,
        notes=(legend,), footer_left=session.identity.name, watermark=session.watermark,
    )  # fmt: skip
    wanted = Wanted(tree, str(row.get("title") or system.TITLE), counts=texts)
    return replace(blank, drawings=tuple(diagram(wanted, *drawing_area(blank))))
