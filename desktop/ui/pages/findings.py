"""整改: the findings of inspections, their deadlines and closing."""

from desktop.app.inspection import next_code
from desktop.domain.query import Query, Sort
from desktop.domain.record import Cell
from desktop.ui.pages.ledger import LedgerPage


class FindingsPage(LedgerPage):
    """Grid of findings; overdue ones are named in the context line."""

    title = "整改"
    ledger = "finding"
    sort = (Sort("due_on"),)

    def context(self) -> str:
        today = self.session.today()
        counts = dict(self.session.read.values(Query("finding", as_of=today), "state"))
        return f"在办 {counts.get('open', 0) + counts.get('overdue', 0)}，逾期 {counts.get('overdue', 0)}"

    def new_values(self) -> tuple[dict[str, str], dict[str, Cell]]:
        code = next_code(self.session, "finding", "ZG")
        return {"code": code, "problem": "（新问题）"}, {"found_on": self.session.today()}
