"""Which rows of an office table are no entries: sections, totals, headings again, remarks and the like."""

import re
from collections.abc import Mapping, Sequence

from desktop.domain import numbers
from desktop.exchange.cells import CellValue
from desktop.exchange.headings import FoundTable, fold
from desktop.exchange.template import SAMPLE_MARK

_TOTAL = re.compile(r"(本页|累计|以上)?(合计|小计|共计|总计)[:：]?[(（]?\d*(项|个|条|件|部)?[)）]?")
_REMARK = re.compile(
    r"(注\d*|说明|备注|填表说明|填表人?|制表人?|填报人?|填报单位|审核人?|审批人?|负责人|联系人|联系电话|填表日期)"
    r"\s*[:：].*",
    re.DOTALL,
)
_LEAST_COUNTED = 3


def is_title(row: Sequence[CellValue]) -> bool:
    """Whether a row above the headings only names the table: one cell, or a remark such as 填报单位：某局."""
    filled = [cell for cell in row if cell not in (None, "")]
    return len(filled) < 2 or (isinstance(filled[0], str) and _REMARK.fullmatch(filled[0]) is not None)


def not_a_row(
    row: Sequence[CellValue],
    found: FoundTable,
    mapping: Mapping[int, str],
    heading_lines: Sequence[Sequence[str]],
) -> str:
    """Why a row below the headings is no entry, in words for the person who imports; "" if it is one."""
    filled = [at for at, cell in enumerate(row) if cell is not None and at != found.reason_column]
    number = next((row[at] for at, path in mapping.items() if path.rsplit(".", 1)[-1] == "number"), None)
    has_number = isinstance(number, str) and numbers.parse(number) is not None
    is_sample = any(str(row[at]).startswith(SAMPLE_MARK) for at in filled)
    if is_sample or _repeats_heading(row, filled, heading_lines):
        return "模板里的示例行" if is_sample else "重复的表头"
    if [row[at] for at in filled] == list(range(1, len(filled) + 1)) and len(filled) >= _LEAST_COUNTED:
        return "栏次行"
    if has_number:
        return ""
    if _is_total(row, filled, mapping):
        return "合计行"
    first = row[filled[0]]
    if isinstance(first, str) and _REMARK.fullmatch(first):
        return "表下的说明"
    if len(filled) == 1 and len(mapping) > 1:
        return "分类标题行"
    if not any(at in mapping for at in filled):
        return "没有可导入的内容"
    return ""


def _repeats_heading(row: Sequence[CellValue], filled: Sequence[int], heading_lines: Sequence[Sequence[str]]) -> bool:
    if len(filled) < 2:
        return False
    cells = [(at, fold(str(row[at]))) for at in filled]
    return all(any(cell and cell == line[at] for line in heading_lines if at < len(line)) for at, cell in cells)


def _is_total(row: Sequence[CellValue], filled: Sequence[int], mapping: Mapping[int, str]) -> bool:
    naming = [at for at, path in mapping.items() if path.rsplit(".", 1)[-1] in ("number", "title")]
    texts = (row[at] for at in {filled[0], *naming})
    return any(isinstance(text, str) and _TOTAL.fullmatch("".join(text.split())) for text in texts)
