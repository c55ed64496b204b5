"""Makes what follows by rule in the practice library (演练库), and a messy workbook for practising an import.

`resources/sample/district.json` is kept by hand except for `inspections` and `findings`, which are made here
from its units, the shipped checklists and `sample_source.json`; `messy.xlsx` is made from its standards.
The same sources give the same files at any time.

Run: python packaging/make_sample.py
"""

import datetime
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
DISTRICT = RESOURCES / "sample" / "district.json"
MESSY = RESOURCES / "sample" / "messy.xlsx"
CHECKLISTS = RESOURCES / "library" / "checklists.json"
SOURCE = Path(__file__).with_name("sample_source.json")
"""Who is visited with which sheet, what goes wrong, and the odd rows of the workbook."""

QUARTERS = ("2026-03-02", "2026-06-01", "2026-09-07")
"""The Mondays on which the rounds of inspections begin."""

FAILING = (150, 115, 90)
"""Of a thousand weak items, how many fail in each round: later rounds go better."""

DAYS = {"minor": 15, "major": 7, "critical": 3}
"""Days given for rectification by severity."""

Data = dict[str, Any]


def load(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def as_text(data: object) -> str:
    """Data as the shipped files hold them."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def draw(*parts: object) -> int:
    """A number from 0 to 999 that depends on the parts alone."""
    text = "|".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 1000


def district(data: Data, checklists: list[Data], source: Data) -> Data:
    """The practice library with its inspections and findings made anew."""
    sheets = {sheet["code"]: [item["content"] for item in sheet["items"]] for sheet in checklists}
    told = {
        sheets[code][int(number) - 1]: problem
        for code, problems in source["problems"].items()
        for number, problem in problems.items()
    }
    inspections = []
    for place, visit in enumerate(_visits(source), start=1):
        results, problems = _outcome(visit, sheets[visit["checklist"]], told)
        code = f"JC-{data['office']['area_code']}-2026-{place:03d}"
        inspections.append({"code": code, **visit, "results": results, "problems": problems})
    contacts = {unit["name"]: unit["contact"] for unit in data["units"]}
    findings = list(_findings(inspections, contacts, source["requirements"]))
    return {**data, "inspections": inspections, "findings": findings}


def _visits(source: Data) -> Iterator[Data]:
    """Two visits on each working day of a round."""
    for quarter, monday in enumerate(QUARTERS):
        entries = [(unit, entry) for unit, rounds in source["schedule"].items() for entry in rounds[quarter]]
        for place, (unit, entry) in enumerate(entries):
            checklist, _, kind = entry.partition("/")
            week, weekday = divmod(place // 2, 5)
            day = datetime.date.fromisoformat(monday) + datetime.timedelta(days=week * 7 + weekday)
            yield {
                "checklist": checklist,
                "unit": unit,
                "kind": kind or "quarter",
                "inspected_on": day.isoformat(),
                "inspectors": source["inspectors"][place % len(source["inspectors"])],
            }


def _outcome(visit: Data, contents: list[str], told: dict[str, Data]) -> tuple[str, dict[str, Data]]:
    """Digits 1–4 (符合, 基本符合, 不符合, 不适用) for the items, and the problems by item number."""
    unit, day = visit["unit"], visit["inspected_on"]
    failing = FAILING[sum(day >= monday for monday in QUARTERS) - 1]
    digits, problems = [], {}
    for number, content in enumerate(contents, start=1):
        chance = draw(unit, day, content)
        if content not in told:
            digits.append("4" if draw(unit, content) < 55 else "1")
        elif chance < failing:
            digits.append("3")
            problems[str(number)] = told[content]
        else:
            digits.append("2" if chance < failing + 80 else "1")
    return "".join(digits), problems


def _findings(
    inspections: list[Data], contacts: dict[str, str], requirements: dict[str, str]
) -> Iterator[dict[str, str]]:
    failed = [(sheet, number) for sheet in inspections for number in sheet["problems"]]
    for place, (sheet, number) in enumerate(failed, start=1):
        problem, severity = sheet["problems"][number]["problem"], sheet["problems"][number]["severity"]
        due = datetime.date.fromisoformat(sheet["inspected_on"]) + datetime.timedelta(days=DAYS[severity])
        closed = _closed(sheet, number, due, DAYS[severity])
        yield {
            "code": f"ZG{sheet['code'][2:-3]}{place:03d}",
            "inspection": sheet["code"],
            "item": number,
            "unit": sheet["unit"],
            "problem": problem,
            "severity": severity,
            "responsible_person": contacts[sheet["unit"]],
            "due_on": due.isoformat(),
            "requirement": requirements[severity],
            "closed_on": closed,
            "verified_by": sheet["inspectors"].split("、")[0] if closed else "",
        }


def _closed(sheet: Data, number: str, due: datetime.date, days: int) -> str:
    """Mostly in time, now and then late; some of the last round are still open."""
    chance = draw(sheet["code"], number)
    if sheet["inspected_on"] >= QUARTERS[-1] and chance % 4 == 0:
        return ""
    moved = chance % 9 + 1 if chance < 120 else -(chance % days // 2)
    return (due + datetime.timedelta(days=moved)).isoformat()


def messy(data: Data, source: Data) -> Workbook:
    """A detail table as offices keep them: titles above, a two-row heading, and every habit of writing."""
    words: Data = source["messy"]
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "标准明细表"
    for title in words["titles"]:
        _across(sheet, title, len(words["headings"]))
    _head(sheet, words)
    count = 0
    for node, name, wanted in words["blocks"]:
        here = [item for item in data["standards"] if item["node"] == node]
        standards = [item for item in here if not item["number"].startswith(tuple(words["left_out"]))][:wanted]
        first = sheet.max_row + 1
        for place, standard in enumerate(standards):
            count += 1
            sheet.append((count, *_plain_row(standard, (node, name), place, count, words["levels"])))
        if node == "JC1":
            sheet.merge_cells(start_row=first, end_row=sheet.max_row, start_column=2, end_column=2)
        sheet.append((None, None, None, "小计", f"{len(standards)}项"))
    for row in words["odd_rows"]:
        count += 1
        sheet.append((count, *row))
    sheet.append(("合计", None, None, None, f"{count}项"))
    _across(sheet, words["closing"], len(words["headings"]))
    sheet.column_dimensions[get_column_letter(words["headings"].index("核对人") + 1)].hidden = True
    return book


def _across(sheet: Worksheet, text: str, columns: int) -> None:
    sheet.append((text,))
    row = sheet.max_row
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)


def _head(sheet: Worksheet, words: Data) -> None:
    """日期 stands above 发布 and 实施; every other heading is merged over both rows."""
    sheet.append(words["headings"])
    sheet.append(words["below"])
    top = sheet.max_row - 1
    for column, (heading, width) in enumerate(zip(words["headings"], words["widths"], strict=True), start=1):
        if heading != "日期":
            sheet.merge_cells(start_row=top, end_row=top + 1, start_column=column, end_column=column)
        sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.cell(top, column).font = Font(bold=True)
        sheet.cell(top, column).alignment = Alignment(horizontal="center", vertical="center")
    first = words["headings"].index("日期") + 1
    sheet.merge_cells(start_row=top, end_row=top, start_column=first, end_column=first + 1)


def _plain_row(
    standard: Data, node: tuple[str, str], place: int, count: int, levels: dict[str, str]
) -> tuple[Any, ...]:
    code, name = node
    ditto = place > 0 and code not in ("JC1", "JN2")
    if code == "JC1" and place > 0:
        code = ""
    return (
        "同上" if ditto else code or None,
        "同上" if ditto else name,
        _number_as_typed(standard["number"], count),
        standard["title"],
        levels[standard["level"]],
        _day_as_typed(standard["published_on"], count),
        _day_as_typed(standard["effective_on"], count + 2),
        "作废" if standard["withdrawn_on"] else ("现行", "有效", "现行有效")[count % 3],
        standard["replaces"] or None,
        "同上" if place % 3 == 1 else standard["department"],
        "孙样例" if count % 4 == 0 else None,
        ("一号柜", "二号柜", "电子版", None)[count % 4],
        standard["notes"] or None,
    )


def _number_as_typed(number: str, count: int) -> str:
    habits = (
        number,
        number.replace("-", "—"),
        number.replace("/", "／"),
        number.replace(" ", ""),
        number.replace("-", " – "),
        number.replace(" ", "  ").replace("-", "－"),
        f" {number} ",
    )
    return number if number.startswith("YLJG") else habits[count % len(habits)]


def _day_as_typed(day: str, count: int) -> str | int | datetime.date | None:
    if len(day) < len("2022-11-07"):
        return day or None
    moment = datetime.date.fromisoformat(day)
    habits = (
        f"{moment.year}.{moment.month}.{moment.day}",
        f"{moment.year}年{moment.month}月",
        day.replace("-", ""),
        (moment - datetime.date(1899, 12, 30)).days,
        moment,
        day,
        f"{moment.year}年{moment.month}月{moment.day}日",
        f"{moment.year}/{moment.month}/{moment.day}",
    )
    return habits[count % len(habits)]


def main() -> None:
    """Write both files."""
    source = load(SOURCE)
    made = district(load(DISTRICT), load(CHECKLISTS), source)
    DISTRICT.write_text(as_text(made), encoding="utf-8", newline="\n")
    messy(made, source).save(MESSY)


if __name__ == "__main__":
    main()
