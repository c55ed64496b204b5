"""题录: loaded whole or not at all, asked about our standards, filled in where our cells are blank."""

import csv
from pathlib import Path

import pytest

from desktop.app import catalogue, health, history, system
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.errors import Cancelled, EnvironmentFault, Refusal
from desktop.domain.query import Query
from desktop.domain.record import Cell
from desktop.store.catalogue import CATALOGUE
from tests.libraries import node_of

HEADINGS = ["序号", "标准编号", "中文名称", "发布时间", "实施日期", "标准状态", "代替标准号", "被代替标准号"]
ROWS = [
    ["1", "GB/T 1.1-2020", "标准化工作导则 第1部分：标准化文件的结构和起草规则", "2020-03-31", "2020/10/1", "现行", "GB/T 1.1-2009", ""],
    ["2", "GB/T 1.1-2009", "标准化工作导则 第1部分：标准的结构和编写", "2009.6.17", "20100101", "废止",
     "GB/T 1.1-2000、GB/T 1.2-2002", "GB/T 1.1-2020"],
    ["3", "GB 17167-2025", "用能单位能源计量器具配备和管理通则", "2025-01-24", "2026-02-01", "即将实施", "GB 17167-2006", ""],
    ["4", "DB33/T 2157-2018", "公共机构绿色数据中心建设与运行规范", "不详", "", "现行", "", ""],
    ["5", "", "没有号的一行", "", "", "", "", ""],
]  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "题录.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["标准题录"], HEADINGS, *ROWS])
    return path


def _standard(session: Session, **cells: Cell) -> str:
    with session.write("装入") as transaction:
        return transaction.insert("standard", cells)


def _listed(session: Session, **cells: Cell) -> str:
    key = _standard(session, **cells)
    with session.write("列入") as transaction:
        version, node = system.own_version(session), node_of(session, "ZC5.1")
        entry: dict[str, Cell] = {"version": version, "standard": key, "code": "ZC5.1", "node": node}
        transaction.insert("detail_entry", entry)
    return key


def test_a_file_is_loaded_searched_and_replaced_by_the_next(office: Session, source: Path, tmp_path: Path) -> None:
    kept = office.workspace.catalogue
    assert catalogue.titled(office, "GB/T 1.1-2020") is None
    steps: list[str] = []
    about = catalogue.load(office, source, Job(lambda words, _done, _total: steps.append(words)))
    assert steps == ["读取题录 题录.csv"]
    assert (about.count, about.passed_over, about.file_name) == (4, 1, "题录.csv")
    assert kept.about == about
    found = kept.find("bzhgzdz")
    assert [title.number for title in kept.page(list(found))] == ["GB/T 1.1-2020", "GB/T 1.1-2009"]
    (old,) = kept.page([1])
    assert (old.published_on, old.effective_on, old.state) == ("2009-06-17", "2010-01-01", "废止")
    assert kept.page([3])[0].published_on == "", "a date that is not understood is left out"
    other = tmp_path / "另.csv"
    other.write_text("标准号,标准名称\nQ/A 1,甲\n", encoding="utf-8")
    catalogue.load(office, other)
    assert kept.about is not None and kept.about.count == 1
    assert [title.number for title in kept.page(list(kept.find("甲")))] == ["Q/A 1"]
    assert not list(office.workspace.folder.glob(".catalogue-*")), "nothing is left beside it"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04 no archive at all", "文件已损坏"),
        ("姓名,电话\n甲,1\n".encode(), "没有找到含“标准号”和“标准名称”两列的表"),
        ("标准号,标准名称\n,\n".encode(), "没有一行同时写了标准号和标准名称"),
        (b"<html><table></table></html>", "网页格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "请|再试"),
    ],
)
def test_a_file_that_is_no_catalogue_leaves_the_old_one(
    office: Session, source: Path, tmp_path: Path, content: bytes, sentence: str
) -> None:
    catalogue.load(office, source)
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(content)
    with pytest.raises(Refusal, match=sentence):
        catalogue.load(office, bad)
    assert office.workspace.catalogue.about is not None and office.workspace.catalogue.about.count == 4
    assert not list(office.workspace.folder.glob(".catalogue-*"))


def test_a_cancelled_loading_leaves_the_old_one(office: Session, source: Path) -> None:
    catalogue.load(office, source)
    job = Job()
    original = job.report

    def stop(words: str, done: int = 0, total: int = 0) -> None:
        original(words, done, total)
        job.cancel()

    job.report = stop  # type: ignore[method-assign,assignment]
    with pytest.raises(Cancelled):
        catalogue.load(office, source, job)
    assert office.workspace.catalogue.about is not None
    assert not list(office.workspace.folder.glob(".catalogue-*"))


def test_a_damaged_catalogue_is_told_and_a_new_one_mends_it(office: Session, source: Path) -> None:
    (office.workspace.folder / CATALOGUE).write_bytes(b"SQLite format 3\0" + b"x" * 4000)
    with pytest.raises(EnvironmentFault, match="请重新载入题录"):
        _ = office.workspace.catalogue.about
    assert [finding.code for finding in health.check(office)] == ["catalogue_damaged"]
    catalogue.load(office, source)
    assert catalogue.titled(office, "GB/T 1.1-2020") is not None


def test_numbers_are_known_in_any_spelling_and_their_successors_too(office: Session, source: Path) -> None:
    catalogue.load(office, source)
    title = catalogue.titled(office, "ＧＢ／Ｔ1.1—2009")
    assert title is not None and title.title.endswith("标准的结构和编写")
    assert [t.number for t in catalogue.successors(office, "GB/T 1.1—2000")] == ["GB/T 1.1-2009", "GB/T 1.1-2020"]
    assert [t.number for t in catalogue.successors(office, "GB/T 1.2-2002")] == ["GB/T 1.1-2009"], "told by 代替标准"
    assert [t.number for t in catalogue.successors(office, "GB/T 17167-1997")] == ["GB 17167-2025"]
    assert catalogue.successors(office, "GB/T 1.1-2020") == []
    assert catalogue.titled(office, "") is None and catalogue.titled(office, "内部办法") is None


def test_blank_cells_are_filled_as_one_step_and_nothing_else_is(office: Session, source: Path) -> None:
    catalogue.load(office, source)
    key = _standard(office, number="GB/T 1.1-2020", title="（新标准）", published_on="2020-03")
    offer = catalogue.offers(office, key)
    assert offer is not None and set(offer[1]) == {"title", "effective_on", "replaces"}
    changes = catalogue.fill(office, [key])
    assert changes.label == "按题录填入 3 格"
    row = office.read.row("standard", key)
    assert row is not None and row["published_on"] == "2020-03" and row["effective_on"] == "2020-10-01"
    assert catalogue.offers(office, key) is None
    with pytest.raises(Refusal, match="没有可以填入"):
        catalogue.fill(office, [key])
    history.undo(office)
    row = office.read.row("standard", key)
    assert row is not None and row["title"] == "（新标准）" and row["effective_on"] is None


def test_the_check_holds_our_standards_against_the_catalogue(office: Session, source: Path) -> None:
    old = _listed(
        office, number="GB/T 1.1—2009", title="标准化工作导则　第1部分:标准的结构和编写", effective_on="2010-01-01"
    )
    bad = _listed(office, number="DB33/T 2157-2018", title="另一个名称", published_on="2018-01-01")
    off = _listed(office, number="GB 17167-2025", title="用能单位能源计量器具配备和管理通则", published_on="2025-01-25",
                  effective_on="2026-02")  # fmt: skip
    assert health.check(office) == []
    catalogue.load(office, source)
    found = {(finding.code, finding.key): finding for finding in health.check(office)}
    assert set(found) == {
        ("catalogue_status", old), ("catalogue_newer", old), ("catalogue_title", bad), ("catalogue_date", off),
    }  # fmt: skip
    assert "由 GB/T 1.1-2020 代替" in found["catalogue_status", old].message
    assert found["catalogue_date", off].path == "published_on"
    entry = office.read.rows(Query("detail_entry"))
    ledger, key, path = health.target(office, found["catalogue_title", bad])
    assert (ledger, path) == ("detail_entry", "standard.title") and key in {row["key"] for row in entry}
    _listed(
        office,
        number="GB/T 1.1-2020",
        title="标准化工作导则 第1部分：标准化文件的结构和起草规则",
        effective_on="2020-10-01",
    )
    assert "catalogue_newer" not in {finding.code for finding in health.check(office)}
