"""`Query` to SQL: paths become joins, tests become conditions, derived states one CASE over their dates."""

import json
from dataclasses import dataclass, field

from desktop import resources
from desktop.domain.dates import first_day
from desktop.domain.pinyin import fold
from desktop.domain.query import KEY, OWNER, Condition, Group, Op, Query, Test, choice_order, sort_path
from desktop.domain.record import Cell, Kind, Schema, Timeline
from desktop.store.search import match_expression
from desktop.store.tables import ORGANISATION_LENGTH


@dataclass
class Compiled:
    """Builds one statement; expressions are asked for first, `source()` then knows the joins.

    A path may end in `@column`, a column of the derived table that no field shows.
    """

    schema: Schema
    ledger: str
    as_of: str
    parameters: list[Cell] = field(default_factory=list)
    _joins: dict[str, str] = field(default_factory=dict)

    def expression(self, path: str) -> str:
        """SQL of the cell at a path of the root row."""
        if path == KEY:
            return "t.key"
        if path == OWNER:
            return f"substr(t.key, 1, {ORGANISATION_LENGTH})"
        *before, last = path.split(".")
        alias, ledger = self._reach(tuple(before))
        if last.startswith("@"):
            return f'{self._beside(alias, ledger)}."{last[1:]}"'
        declared = self.schema.ledger(ledger).field(last)
        if isinstance(declared.source, Timeline):
            return self._timeline(declared.source, self._beside(alias, ledger))
        if declared.kind is Kind.DERIVED:
            return f'{self._beside(alias, ledger)}."{declared.source}"'
        return f'{alias}."{last}"'

    def source(self) -> str:
        """The FROM part."""
        return f'FROM "{self.ledger}" AS t ' + " ".join(self._joins.values())

    def condition(self, condition: Condition) -> str:
        """SQL of a condition."""
        if isinstance(condition, Group):
            parts = [self.condition(test) for test in condition.tests]
            joined = (" AND " if condition.every else " OR ").join(parts) if parts else str(int(condition.every))
            return f"NOT ({joined})" if condition.negated else f"({joined})"
        if condition.op is Op.FOUND:
            return self._found(str(condition.values[0]))
        return self._test(condition, self.expression(condition.path))

    def order(self, query: Query) -> str:
        """The ORDER BY part: blanks last in either direction, ties by key; in the recycle bin the last deleted first."""
        terms = []
        if query.deleted and not query.sort:
            terms.append(
                f"(SELECT max(journal.id) FROM journal WHERE journal.key = t.key "
                f"AND journal.ledger = {self.bind(self.ledger)} AND journal.field = '_del') DESC"
            )
        for sort in query.sort:
            path = sort_path(self.schema, self.ledger, sort.path)
            cell = self.expression(path)
            terms.append(f"({cell} IS NULL OR {cell} = '')")
            terms.append(self._sorting(path, cell) + (" DESC" if sort.descending else ""))
        return "ORDER BY " + ", ".join((*terms, "t.key"))

    def bind(self, cell: Cell) -> str:
        """A positional parameter."""
        self.parameters.append(cell)
        return f"?{len(self.parameters)}"

    def _reach(self, before: tuple[str, ...]) -> tuple[str, str]:
        alias, ledger, so_far = "t", self.ledger, ""
        for step in before:
            target = self.schema.ledger(ledger).field(step).target
            so_far = f"{so_far}.{step}"
            joined = "j" + so_far.replace(".", "_")
            if so_far not in self._joins:
                self._joins[so_far] = f'LEFT JOIN "{target}" AS {joined} ON {joined}.key = {alias}."{step}"'
            alias, ledger = joined, target
        return alias, ledger

    def _beside(self, alias: str, ledger: str) -> str:
        name = f"d_{alias}"
        if name not in self._joins:
            self._joins[name] = f'LEFT JOIN "derived_{ledger}" AS {name} ON {name}.rid = {alias}.rid'
        return name

    def _timeline(self, timeline: Timeline, alias: str) -> str:
        day = self.bind(self.as_of)
        cases = " ".join(
            f'WHEN {alias}."{column}" <= {day} THEN {self.bind(value)}' for column, value in timeline.cases
        )
        present = f"WHEN {alias}.rid IS NULL THEN NULL"
        return f"(CASE {present} {cases} ELSE {self.bind(timeline.default)} END)"

    def _test(self, test: Test, cell: str) -> str:
        match test.op:
            case Op.BLANK:
                return f"({cell} IS NULL OR {cell} = '')"
            case Op.FILLED:
                return f"({cell} IS NOT NULL AND {cell} <> '')"
            case Op.IN | Op.NOT_IN:
                among = f"({self._among(test.values, cell)})"
                return among if test.op is Op.IN else f"(NOT {among})"
            case Op.CONTAINS:
                return f"(coalesce(instr(fold({cell}), {self.bind(fold(str(test.values[0])))}), 0) > 0)"
        sign = ">=" if test.op is Op.FROM else "<="
        dated = self._kind(test.path) is Kind.DATE
        left = f"substr({cell} || '-01-01', 1, 10)" if dated else cell
        right = first_day(str(test.values[0])) if dated else test.values[0]
        return f"({cell} IS NOT NULL AND {cell} <> '' AND {left} {sign} {self.bind(right)})"

    def _kind(self, path: str) -> Kind:
        return Kind.REFERENCE if path in (KEY, OWNER) else self.schema.steps(self.ledger, path)[-1].kind

    def _among(self, values: tuple[Cell, ...], cell: str) -> str:
        given = [value for value in values if value is not None]
        parts = [f"coalesce({cell} IN (SELECT value FROM json_each({self.bind(json.dumps(given))})), 0)"]
        if None in values:
            parts.append(f"{cell} IS NULL")
        return " OR ".join(parts)

    def _sorting(self, path: str, cell: str) -> str:
        if path in (KEY, OWNER):
            return cell
        declared = self.schema.steps(self.ledger, path)[-1]
        if declared.order:
            alias, ledger = self._reach(tuple(path.split(".")[:-1]))
            return f'{self._beside(alias, ledger)}."{declared.order}"'
        if order := choice_order(self.schema, self.ledger, path):
            cases = " ".join(f"WHEN '{value}' THEN {place}" for place, value in enumerate(order))
            return f"(CASE {cell} {cases} ELSE {len(order)} END)"
        if declared.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLAG):
            return f"CAST({cell} AS REAL)"
        return f"pinyin_key({cell})" if declared.kind in (Kind.TEXT, Kind.LONG_TEXT) else cell

    def _found(self, words: str) -> str:
        parts = []
        for word in fold(words).split():
            expression = match_expression(resources.pinyin(), word)
            hits = (
                f"SELECT rowid FROM search_text WHERE search_text MATCH {self.bind(expression)}"
                if expression
                else ("SELECT id FROM search_row")
            )
            # Beside the candidates, not among them: a row is verified only when all else holds and it is still asked for.
            ledger = self.bind(self.ledger)
            body = f"(SELECT body FROM search_row WHERE key = t.key AND ledger = {ledger})"
            parts.append(
                f"(t.key IN (SELECT key FROM search_row WHERE id IN ({hits}) AND ledger = {ledger}) "
                f"AND holds_word(coalesce({body}, ''), {self.bind(word)}))"
            )
        return "(" + " AND ".join(parts or ["1"]) + ")"
