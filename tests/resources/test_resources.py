"""Shipped data: complete, known to the declarations, and consistent with each other."""

import datetime
import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from desktop.app import statistics
from desktop.domain import numbers
from desktop.domain.dates import parse_date
from desktop.domain.ledgers import SCHEMA, words
from desktop.domain.record import Choice
from desktop.domain.statistics import Measure

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "resources"
STATISTICS_PATHS = {
    "published_year",
    "status",
    "standard.level",
    "standard.nature",
    "standard.kind",
    "department",
    "branch",
    "year",
    "unit",
}
ICONS = [
    "home",
    "tree",
    "table",
    "chart",
    "edit",
    "book",
    "clipboard",
    "flag",
    "target",
    "sync",
    "settings",
    "plus",
    "import",
    "export",
    "print",
    "search",
    "undo",
    "redo",
    "help",
    "funnel",
    "columns",
    "close",
    "check",
    "triangle",
    "clock",
    "dash",
    "circle",
    "dot",
    "half",
    "lock",
    "shield",
    "calendar",
    "building",
    "upload",
    "download",
    "usb",
    "folder",
    "chevron-left",
    "chevron-right",
    "chevron-down",
    "sort-up",
    "sort-down",
    "user",
    "photo",
    "paper",
    "history",
    "trash",
    "copy",
    "panel",
    "link",
    "save",
]
STATE_SHAPES = {"dot", "half", "triangle"}


def read(*parts: str) -> Any:
    """A shipped JSON file."""
    return json.loads(RESOURCES.joinpath(*parts).read_text(encoding="utf-8"))


def values(choices: tuple[Choice, ...]) -> set[str]:
    """The stored values of a choice list."""
    return {choice.value for choice in choices}


@pytest.fixture(scope="module")
def make_sample() -> ModuleType:
    """The generator, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "packaging" / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    """The practice library."""
    data: dict[str, Any] = read("sample", "district.json")
    return data


@pytest.fixture(scope="module")
def sheets() -> dict[str, dict[str, Any]]:
    """The checklists by code."""
    return {sheet["code"]: sheet for sheet in read("library", "checklists.json")}


@pytest.mark.parametrize("path", sorted(RESOURCES.rglob("*.json")), ids=lambda path: path.stem)
def test_json_files_are_kept_in_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "\r" not in text
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("tree", read("library", "systems.json"), ids=lambda tree: tree["id"])
def test_trees_have_unique_codes_and_parents_before_children(tree: dict[str, Any]) -> None:
    seen: set[str] = set()
    for node in tree["nodes"]:
        assert node["name"]
        assert node["code"] not in seen
        assert not node["parent"] or node["parent"] in seen
        assert not node["parent"] or node["code"].startswith(node["parent"].split(" ")[0])
        seen.add(node["code"])


def test_starter_trees_have_the_known_first_level() -> None:
    tops = {
        tree["id"]: [node["code"] for node in tree["nodes"] if not node["parent"]]
        for tree in read("library", "systems.json")
    }
    assert tops == {"hangzhou": ["JC", "ZC", "JN", "HQ", "YJ", "SZ"], "gbt24421": ["JC", "BZ", "TG", "GW"]}


def test_hangzhou_has_the_second_level_of_every_domain() -> None:
    nodes = next(tree for tree in read("library", "systems.json") if tree["id"] == "hangzhou")["nodes"]
    children = Counter(node["parent"] for node in nodes)
    assert {code: children[code] for code in ("JC", "ZC", "JN", "HQ", "YJ", "SZ")} == {
        "JC": 5, "ZC": 7, "JN": 7, "HQ": 7, "YJ": 7, "SZ": 6,
    }  # fmt: skip
    assert children["ZC5"] == 3


def test_checklists_are_marked_as_examples_and_claim_no_clauses(sheets: dict[str, dict[str, Any]]) -> None:
    assert len(sheets) >= 8
    for sheet in sheets.values():
        assert sheet["sample"] is True
        assert "示例" in sheet["title"]
        assert 12 <= len(sheet["items"]) <= 42
        assert all(item["clause"] == "" for item in sheet["items"])


def test_checklist_items_are_distinct_and_known(sheets: dict[str, dict[str, Any]], sample: dict[str, Any]) -> None:
    known = {standard["number"] for standard in sample["standards"]}
    for sheet in sheets.values():
        contents = [item["content"] for item in sheet["items"]]
        assert len(set(contents)) == len(contents)
        for item in sheet["items"]:
            assert item["standard_number"] in known
            assert item["necessity"] in values(words.NECESSITIES)
            assert item["method"].startswith(("查", "看", "问", "测", "抽"))
            assert float(item["weight"]) > 0


def test_detail_layouts_use_known_columns() -> None:
    layouts = read("forms", "detail.json")
    assert {layout["id"] for layout in layouts} == {"pilot", "gbt13016_2018", "gbt13016_2009"}
    for layout in layouts:
        assert layout["paper"] in ("A4", "A3")
        paths = [column["path"] for column in layout["columns"]]
        assert paths[0] == "#"
        assert len(set(paths)) == len(paths)
        assert all(SCHEMA.steps("detail_entry", path) for path in paths[1:])
        assert all(column["label"] and column["width"] > 0 for column in layout["columns"])


def test_statistics_layouts_use_known_values() -> None:
    layouts = read("forms", "statistics.json")["layouts"]
    assert {"gbt13016", "by_level", "by_branch"} <= {layout["id"] for layout in layouts}
    allowed = {"standard.level": values(words.LEVELS), "standard.kind": values(words.KINDS),
               "status": values(words.STATUSES) | {"planned"}}  # fmt: skip
    for layout in layouts:
        assert {column["id"] for column in layout["columns"]} <= {measure.value for measure in Measure}
        across = {column["value"] for column in layout["columns"] if column["id"] == "across"}
        assert bool(across) == bool(layout.get("across")) and across <= allowed.get(layout.get("across", ""), set())
        for group in layout["groups"]:
            assert group["path"] in STATISTICS_PATHS
            assert group["total"] == "共计"
            assert {item["value"] for item in group["items"]} <= allowed.get(group["path"], set())


def test_the_official_statistics_form_has_all_its_rows() -> None:
    layout = {item["id"]: item for item in read("forms", "statistics.json")["layouts"]}["gbt13016"]
    by_level, by_kind = layout["groups"]
    labels = [item["label"] for item in by_level["items"]]
    assert labels[:6] == [
        "国家标准",
        "行业标准",
        "地方标准（省级）",
        "地方标准（市级）",
        "团体标准",
        "内部标准",
    ]
    assert [item["value"] for item in by_kind["items"]] == [choice.value for choice in words.KINDS]


def test_the_statistics_form_is_upright_unless_figures_go_across() -> None:
    around, layouts = statistics.form(), statistics.layouts()
    assert [layout.id for layout in layouts if len(layout.columns) + 1 > around.most_columns_upright] == [
        layout.id for layout in layouts if layout.across
    ]
    assert (around.item_label, around.group_label, len(around.signatures)) == ("统计项", "标准类别", 3)


def test_by_level_leaves_no_level_out() -> None:
    layout = {item["id"]: item for item in read("forms", "statistics.json")["layouts"]}["by_level"]
    assert {item["value"] for item in layout["groups"][0]["items"]} == values(words.LEVELS)


def test_inspection_form_has_the_paper_widths() -> None:
    form = read("forms", "inspection.json")
    widths = [column["width"] for column in form["columns"]]
    assert widths == [10, 40, 84, 25, 11.5, 11.5, 11.5, 11.5, 52]
    ticks = [column["label"] for column in form["columns"] if column["group"]]
    assert ticks == [f"{key} {choice.label}" for key, choice in enumerate(words.VERDICTS, start=1)]
    assert all(form[name] for name in ("title", "hint", "note"))
    assert len(form["signatures"]) == 3


def test_heading_synonyms_name_known_columns_and_never_two() -> None:
    headings = read("library", "synonyms.json")["headings"]
    assert all(SCHEMA.steps("detail_entry", path) for path in headings)
    found = Counter(word for wordings in headings.values() for word in wordings)
    assert [word for word, count in found.items() if count > 1] == []


def test_value_synonyms_lead_to_known_choices() -> None:
    for path, meanings in read("library", "synonyms.json")["values"].items():
        field = SCHEMA.steps("detail_entry", path)[-1]
        assert set(meanings.values()) <= ({choice.value for choice in field.choices} or {"0", "1"})


def test_sample_is_large_enough(sample: dict[str, Any]) -> None:
    assert len(sample["standards"]) >= 160
    assert len(sample["planned"]) >= 20
    assert len(sample["units"]) == 14
    assert len(sample["persons"]) == 8
    assert len(sample["inspections"]) >= 24
    assert len(sample["findings"]) >= 30


def test_sample_standards_are_consistent(sample: dict[str, Any]) -> None:
    nodes = {node["code"] for node in read("library", "systems.json")[0]["nodes"]}
    entries = sample["standards"] + sample["planned"]
    assert len({standard["number"] for standard in sample["standards"]}) == len(sample["standards"])
    assert len({entry["code"] for entry in entries}) == len(entries)
    assert {entry["node"][:2] for entry in entries} == {"JC", "ZC", "JN", "HQ", "YJ", "SZ"}
    for entry in entries:
        assert entry["node"] in nodes
        assert entry["level"] in values(words.LEVELS)
    for standard in sample["standards"]:
        assert standard["kind"] in values(words.KINDS)
        assert standard["our_role"] in values(words.ROLES)
        days = [standard[name] for name in ("published_on", "effective_on", "withdrawn_on")]
        assert all(parse_date(day) == day for day in days if day)
        whole = [day for day in days if len(day) == 10]
        assert whole == sorted(whole)


def test_sample_numbers_parse_as_what_they_are(sample: dict[str, Any]) -> None:
    for standard in sample["standards"]:
        parsed = numbers.parse(standard["number"])
        if standard["level"] == "internal":
            assert parsed is None
            assert standard["number"].startswith("YLJG/")
        else:
            assert parsed is not None
            assert parsed.text == standard["number"]
            assert parsed.level.value == standard["level"]
            assert (parsed.nature.value if parsed.nature else "") == standard["nature"]


def test_sample_claims_no_part_in_real_standards(sample: dict[str, Any]) -> None:
    assert {item["our_role"] for item in sample["standards"] if item["level"] != "internal"} == {"adopt"}


def test_sample_inspections_fit_their_checklists(sample: dict[str, Any], sheets: dict[str, dict[str, Any]]) -> None:
    units = {unit["name"] for unit in sample["units"]}
    assert {sheet["inspected_on"][:7] for sheet in sample["inspections"]} == {"2026-03", "2026-06", "2026-09"}
    for sheet in sample["inspections"]:
        assert sheet["unit"] in units
        assert sheet["kind"] in values(words.INSPECTION_KINDS)
        assert len(sheet["results"]) == len(sheets[sheet["checklist"]]["items"])
        assert set(sheet["results"]) <= set("1234")
        failed = {str(place) for place, digit in enumerate(sheet["results"], start=1) if digit == "3"}
        assert failed == set(sheet["problems"])
        assert {problem["severity"] for problem in sheet["problems"].values()} <= values(words.SEVERITIES)


def test_sample_passes_about_nine_in_ten(sample: dict[str, Any]) -> None:
    digits = Counter("".join(sheet["results"] for sheet in sample["inspections"]))
    assert 0.88 <= digits["1"] / (digits["1"] + digits["2"] + digits["3"]) <= 0.93


def test_sample_findings_come_from_failed_items(sample: dict[str, Any]) -> None:
    inspections = {sheet["code"]: sheet for sheet in sample["inspections"]}
    assert len({finding["code"] for finding in sample["findings"]}) == len(sample["findings"])
    for finding in sample["findings"]:
        sheet = inspections[finding["inspection"]]
        assert sheet["unit"] == finding["unit"]
        assert sheet["problems"][finding["item"]]["problem"] == finding["problem"]
        assert finding["due_on"] > sheet["inspected_on"]
        assert bool(finding["closed_on"]) == bool(finding["verified_by"])
        assert not finding["closed_on"] or finding["closed_on"] >= sheet["inspected_on"]
        assert finding["verified_by"] != finding["responsible_person"]
    still_open = sum(not finding["closed_on"] for finding in sample["findings"])
    assert 0 < still_open < len(sample["findings"]) / 4


def test_sample_follows_from_the_generator(make_sample: ModuleType, sample: dict[str, Any]) -> None:
    source = make_sample.load(make_sample.SOURCE)
    made = make_sample.district(sample, read("library", "checklists.json"), source)
    assert make_sample.as_text(made) == make_sample.DISTRICT.read_text(encoding="utf-8")


def test_messy_workbook_follows_from_the_generator(make_sample: ModuleType, sample: dict[str, Any]) -> None:
    shipped = load_workbook(make_sample.MESSY).worksheets[0]
    made = make_sample.messy(sample, make_sample.load(make_sample.SOURCE)).worksheets[0]
    as_saved = [[cell.value for cell in row] for row in shipped.iter_rows()]
    as_made = [[_as_read(cell.value) for cell in row] for row in made.iter_rows()]
    assert as_saved == as_made
    assert set(map(str, shipped.merged_cells.ranges)) == set(map(str, made.merged_cells.ranges))
    assert shipped.column_dimensions["L"].hidden


def _as_read(value: object) -> object:
    """A date comes back from a workbook as midnight of its day."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    return value


def test_messy_workbook_has_every_bad_habit(make_sample: ModuleType) -> None:
    sheet = load_workbook(make_sample.MESSY).worksheets[0]
    spans = {str(span) for span in sheet.merged_cells.ranges}
    assert {"A1:N1", "G3:H3", "A3:A4", "B5:B16"} <= spans
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts = [cell for cell in cells if isinstance(cell, str)]
    for wanted in ("同上", "小计", "合计", "文件存放位置", "2023-02-30", "部颁"):
        assert wanted in texts
    for part in ("／", "∕", "—", "－", "–", "　", "（报批稿）", "\n", "、GC/T"):
        assert any(part in text for text in texts), part
    assert any(re.fullmatch(r"\d{4}年\d{1,2}月", text) for text in texts)
    assert any(re.fullmatch(r"\d{8}", text) for text in texts)
    assert any(re.fullmatch(r"\d{4}\.\d{1,2}\.\d{1,2}", text) for text in texts)
    kinds = {type(row[6].value).__name__ for row in sheet.iter_rows(min_row=5)}
    assert {"str", "int", "datetime"} <= kinds
    running = [row[0].value for row in sheet.iter_rows(min_row=5) if isinstance(row[0].value, int)]
    assert running == list(range(1, len(running) + 1))
    assert len(running) >= 70


@pytest.mark.parametrize("name", [*ICONS, "app"])
def test_icons_are_plain_strokes(name: str) -> None:
    text = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "g", "path", "circle", "rect"}
    if name == "app":
        return
    assert root.get("viewBox") == "0 0 20 20"
    assert root.get("stroke") == "currentColor"
    assert root.get("stroke-width") == "1.5"
    assert root.get("fill") == "none"
    filled = any(element.get("fill") == "currentColor" for element in root.iter())
    assert filled == (name in STATE_SHAPES)


def test_every_icon_is_expected() -> None:
    assert {path.stem for path in (RESOURCES / "icons").glob("*.svg")} == {*ICONS, "app"}


@pytest.mark.parametrize("path", ["README.md", "help/start.md"])
def test_texts_are_there(path: str) -> None:
    assert (RESOURCES / path).read_text(encoding="utf-8").startswith("# ")
