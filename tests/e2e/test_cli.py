"""The command line: every verb, its exit status, its sentences and the shapes of its JSON."""

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop import cli, resources
from desktop.app import setup
from desktop.app.session import Session

MESSY = str(resources.folder() / "sample" / "messy.xlsx")
CAPTURE = pytest.CaptureFixture[str]


@dataclass
class Desk:
    """The command line on one data folder."""

    folder: Path
    capsys: CAPTURE

    def run(self, *words: object) -> tuple[int, str, str]:
        status = cli.run(["--data", str(self.folder), *map(str, words)])
        said = self.capsys.readouterr()
        return status, said.out, said.err

    def done(self, *words: object) -> str:
        status, out, err = self.run(*words)
        assert (status, err) == (0, ""), err
        return out

    def refused(self, *words: object) -> str:
        status, out, err = self.run(*words)
        assert (status, out) == (1, "")
        assert err.count("\n") == 1, "one sentence"
        return err.strip()

    def json(self, *words: object) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.done(*words, "--json"))
        return found

    def session(self) -> Session:
        return setup.open_library(self.folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "office"
    words = ["init", "--name", "西湖区机关事务服务中心", "--code", "330106", "--person", "陈立", "--tree", "hangzhou"]
    assert cli.run(["--data", str(folder), *words]) == 0
    return folder


@pytest.fixture(autouse=True)
def _notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test sits at a PC that has not seen the library before."""
    for name in ("LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "notes"))


@pytest.fixture
def desk(made: Path, tmp_path: Path, capsys: CAPTURE) -> Desk:
    """An office that has planted its system."""
    shutil.copytree(made, tmp_path / "office")
    capsys.readouterr()
    return Desk(tmp_path / "office", capsys)


@pytest.fixture
def bureau(tmp_path: Path, capsys: CAPTURE) -> Desk:
    bureau = Desk(tmp_path / "bureau", capsys)
    said = bureau.done("init", "--role", "bureau", "--name", "杭州市机关事务管理局", "--code", "330100")
    assert said.startswith("已建立：杭州市机关事务管理局（单位标识 330100.")
    return bureau


def test_init_is_refused_where_data_are_or_a_word_is_wrong(desk: Desk, tmp_path: Path, capsys: CAPTURE) -> None:
    again = ("init", "--name", "甲", "--code", "330106")
    assert "里已有数据，请换一个空文件夹" in desk.refused(*again)
    new = Desk(tmp_path / "new", capsys)
    assert new.refused("init", "--name", "甲", "--code", "3301") == "行政区划码要填 6 位数字，“3301”不对"
    assert new.refused("init", "--code", "330106") == "请填写单位名称，不超过 100 个字"
    assert new.refused(*again, "--tree", "x") == "没有名为“x”的起步体系，请从列表中选择"
    assert not (tmp_path / "new").exists(), "nothing is left behind"
    assert new.run("init", "--role", "king")[0] == 2


def test_init_makes_the_practice_library(tmp_path: Path, capsys: CAPTURE) -> None:
    desk = Desk(tmp_path / "practice", capsys)
    desk.done("init", "--sample")
    session = desk.session()
    assert session.sample
    session.workspace.close()


def test_import_counts_and_is_a_no_op_the_second_time(desk: Desk, tmp_path: Path) -> None:
    rehearsal = desk.json("import", MESSY, "--dry-run")
    assert rehearsal == {"added": 66, "changed": 0, "equal": 0, "refused": 6, "batch": 0}
    first = desk.json("import", MESSY, "--report", tmp_path / "r.xlsx")
    assert list(first) == ["added", "changed", "equal", "refused", "batch"]
    assert {**first, "batch": 0} == rehearsal
    assert isinstance(first["batch"], int) and first["batch"] > 0
    assert (tmp_path / "r.xlsx").stat().st_size > 5000
    assert desk.json("import", MESSY) == {"added": 0, "changed": 0, "equal": 66, "refused": 6, "batch": 0}


def test_import_says_in_words_what_it_did(desk: Desk) -> None:
    said = desk.done("import", MESSY, "--ledger", "standards", "--dry-run").splitlines()
    assert said[0] == "检查完毕，尚未写入：新增 66 行，更新 0 行，相同 0 行，拒收 6 行"
    assert said[1].startswith("  请注意：7 行原表写着废止或被代替，但没有废止日期")
    assert said[5] == "  第 84 行：“标准名称”必填"
    assert desk.done("import", MESSY).startswith("导入完毕：新增 66 行")


def test_import_takes_other_ledgers(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("单位名称,类别\n图书馆,处室或受检单位\n", encoding="utf-8")
    (tmp_path / "p.csv").write_text("姓名,单位\n张三,图书馆\n", encoding="gb18030")
    assert desk.json("import", tmp_path / "u.csv", "--ledger", "organisations")["added"] == 1
    assert desk.json("import", tmp_path / "p.csv", "--ledger", "persons")["added"] == 1
    assert desk.json("import", tmp_path / "p.csv", "--ledger", "person")["equal"] == 1


def test_import_refuses_with_the_next_step(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04" + b"no workbook" * 50)
    (tmp_path / "y.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert "读不了文件“none.xlsx”" in desk.refused("import", tmp_path / "none.xlsx")
    assert "文件已损坏或没有保存完整" in desk.refused("import", tmp_path / "x.xlsx")
    assert "没有找到含“标准号”或“标准名称”列的表" in desk.refused("import", tmp_path / "y.csv")
    assert desk.refused("import", MESSY, "--ledger", "x") == (
        "没有名为“x”的台账，可用 standards、organisations、persons"
    )
    assert "所在文件夹不存在" in desk.refused("import", MESSY, "--report", tmp_path / "no" / "r.xlsx")
    assert desk.json("import", MESSY, "--dry-run")["added"] == 66, "nothing was written"


def test_export_has_the_number_normalised_and_as_imported(desk: Desk, tmp_path: Path) -> None:
    desk.done("import", MESSY)
    said = desk.done("export", "standards", "--to", tmp_path / "x.csv")
    assert said == f"已导出 66 行：{tmp_path / 'x.csv'}\n"
    content = (tmp_path / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    numbers = {row["原标准号"]: (row["标准号"], row["标准名称"]) for row in rows}
    assert numbers["DB3301/T 0151—2018"] == ("DB3301/T 0151-2018", "楼宇综合服务中心服务规范")
    assert numbers["GB/T24421.1-2023"][0] == "GB/T 24421.1-2023"
    assert {"子体系名称", "核对人", "文件存放位置"} <= set(rows[0])


@pytest.mark.parametrize(("ending", "magic"), [(".xlsx", b"PK"), (".docx", b"PK"), (".pdf", b"%PDF")])
def test_export_writes_by_the_ending(desk: Desk, tmp_path: Path, ending: str, magic: bytes) -> None:
    desk.done("import", MESSY)
    desk.done("export", "standards", "--to", tmp_path / f"x{ending}", "--as-of", "2026-11-21")
    assert (tmp_path / f"x{ending}").read_bytes().startswith(magic)


def test_export_refuses_what_it_cannot_do(desk: Desk, tmp_path: Path) -> None:
    assert "没有名为“x”的台账" in desk.refused("export", "x", "--to", tmp_path / "x.csv")
    assert "请改用 .xlsx、.docx、.pdf 或 .csv" in desk.refused("export", "standards", "--to", tmp_path / "x.txt")
    for ending in ("csv", "xlsx", "docx", "pdf"):
        said = desk.refused("export", "standards", "--to", tmp_path / "no" / f"x.{ending}")
        assert "所在文件夹不存在" in said
    said = desk.refused("export", "standards", "--to", tmp_path / "x.csv", "--as-of", "2026-11")
    assert said == "截至日期要写到日，“2026-11”不对，请写成 2026-11-21"
    assert list(tmp_path.glob("x.*")) == []


def test_statistics_shape_and_cut_off_date(desk: Desk, tmp_path: Path) -> None:
    desk.done("import", MESSY)
    figures = desk.json("statistics", "--as-of", "2026.11.21", "--to", tmp_path / "s.docx")
    assert (list(figures), figures["as_of"]) == (["as_of", "rows", "total"], "2026-11-21")
    assert figures["total"] == {"planned": 65, "present": 64, "ratio": "98.5"}
    rows = figures["rows"]
    assert isinstance(rows, list)
    for row in rows:
        assert set(row) == {"group", "item", "planned", "present", "ratio"}
        assert isinstance(row["planned"], int) and isinstance(row["ratio"], str)
    assert (tmp_path / "s.docx").exists()
    words = desk.done("statistics", "--as-of", "2026-11-21", "--layout", "by_level")
    assert words.startswith("机关事务标准体系标准统计表（按级别）（截至 2026-11-21）")
    assert "没有名为“x”的统计表版式" in desk.refused("statistics", "--layout", "x")
    for day in ("昨天", "2026", "2026-02-30"):
        assert "截至日期要写到日" in desk.refused("statistics", "--as-of", day)


def test_form_prints_a_blank_sheet_of_a_checklist_and_a_sheet_by_its_number(tmp_path: Path, capsys: CAPTURE) -> None:
    desk = Desk(tmp_path / "practice", capsys)
    desk.done("init", "--sample")
    session = desk.session()
    sheet = str(session.read.connection.execute("SELECT code FROM inspection LIMIT 1").fetchone()[0])
    checklist = str(session.read.connection.execute("SELECT code FROM checklist LIMIT 1").fetchone()[0])
    session.workspace.close()
    for code, name in ((sheet, "a.pdf"), (sheet, "a.xlsx"), (checklist, "b.docx")):
        assert desk.done("form", "inspection", code, "--to", tmp_path / name) == f"已生成检查表：{tmp_path / name}\n"
        assert (tmp_path / name).stat().st_size > 1000
    assert "没有编号为“X”的检查" in desk.refused("form", "inspection", "X", "--to", tmp_path / "x.pdf")
    assert desk.run("form", "letter", "X", "--to", tmp_path / "x.pdf")[0] == 2


def test_a_bundle_goes_up_and_a_second_time_brings_nothing(bureau: Desk, tmp_path: Path, capsys: CAPTURE) -> None:
    unit = tmp_path / "u.json"
    said = bureau.done("unit", "--name", "西湖区机关事务服务中心", "--code", "330106", "--to", unit)
    assert said.startswith("已新增单位 西湖区机关事务服务中心（330106.")
    office = Desk(tmp_path / "office", capsys)
    office.done("init", "--unit-file", unit, "--person", "陈立", "--tree", "hangzhou")
    office.done("import", MESSY)
    assert office.done("bundle", "make", "--to", tmp_path).startswith("已生成第 1 号同步包：")
    (bundle,) = tmp_path.glob("上报_西湖区机关事务服务中心_*_001.bzb")
    keys = ["from", "added", "changed", "equal", "conflicts", "refused"]
    seen = bureau.json("bundle", "inspect", bundle)
    assert list(seen) == keys and seen["from"] == "西湖区机关事务服务中心"
    assert (seen["conflicts"], seen["refused"]) == (0, 0)
    assert bureau.json("bundle", "apply", bundle) == seen
    again = bureau.json("bundle", "apply", bundle)
    assert (again["added"], again["changed"], again["equal"]) == (0, 0, seen["added"])
    assert bureau.done("bundle", "inspect", bundle) == "西湖区机关事务服务中心 第 1 号同步包：无新内容\n"
    assert bureau.json("statistics")["rows"] == office.json("statistics")["rows"]
    bureau.done("bundle", "make", "--to", tmp_path / "d.bzb", "--for", "西湖区机关事务服务中心")
    assert office.json("bundle", "apply", tmp_path / "d.bzb")["from"] == "杭州市机关事务管理局"


def test_bundles_that_cannot_be_made_or_read_are_refused(desk: Desk, bureau: Desk, tmp_path: Path) -> None:
    assert "还没有打开市局的授权文件" in desk.refused("bundle", "make", "--to", tmp_path)
    assert "请选择发给哪个单位" in bureau.refused("bundle", "make", "--to", tmp_path)
    assert "没有名为“甲”的单位" in bureau.refused("bundle", "make", "--to", tmp_path, "--for", "甲")
    assert "none.bzb" in bureau.refused("bundle", "inspect", tmp_path / "none.bzb")
    (tmp_path / "x.bzb").write_bytes(b"no bundle")
    assert "x.bzb" in bureau.refused("bundle", "apply", tmp_path / "x.bzb")
    assert bureau.run("bundle")[0] == bureau.run("bundle", "send")[0] == 2
    assert "只有市局" in desk.refused("unit", "--name", "甲", "--code", "330102", "--to", tmp_path / "u.json")


def test_backup_and_restore(desk: Desk) -> None:
    assert desk.refused("restore") == "还没有备份，请用 backup 命令先做一份，或指明备份文件"
    assert desk.done("backup").startswith("已备份并校验：")
    desk.done("import", MESSY)
    files = sorted((desk.folder / "backups").glob("*_手动.db"))
    assert desk.done("restore", files[0]).startswith(f"已从 {files[0].name} 恢复；恢复前的数据另存为 ")
    status, said, told = desk.run("import", MESSY, "--dry-run", "--json")
    assert status == 0 and json.loads(said)["added"] == 66
    assert told.startswith("数据是从备份恢复的，请先送出一个同步包") and told.count("\n") == 1
    newest = sorted((desk.folder / "backups").glob("*_导入前.db"))[-1]
    assert desk.done("restore").startswith(f"已从 {newest.name} 恢复"), "what a restore set aside is no backup"
    (desk.folder / "x.db").write_bytes(b"no database")
    assert "“x.db”不是完好的备份" in desk.refused("restore", desk.folder / "x.db")


def test_check_tells_findings_and_is_done_either_way(desk: Desk) -> None:
    assert desk.json("check") == {"ok": True, "findings": []}
    assert desk.done("check") == "数据体检：没有发现问题\n"
    desk.done("import", MESSY)
    told = desk.json("check")
    assert told["ok"] is False and isinstance(told["findings"], list)
    assert {tuple(finding) for finding in told["findings"]} == {("code", "ledger", "key", "message")}
    assert desk.done("check").count("\n") == len(told["findings"])


VERBS = (["open"], ["import", MESSY], ["export", "standards", "--to", "x.csv"], ["statistics"], ["backup"], ["check"],
         ["form", "inspection", "X", "--to", "x.pdf"], ["bundle", "make", "--to", "x"], ["bundle", "apply", "x"])  # fmt: skip


@pytest.mark.parametrize("words", VERBS[1:], ids=" ".join)
def test_a_folder_without_data_is_refused(tmp_path: Path, capsys: CAPTURE, words: list[str]) -> None:
    said = Desk(tmp_path / "none", capsys).refused(*words)
    assert said.endswith("里没有数据，请先建立（init）或选择正确的文件夹")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("words", [["statistics"], ["import", MESSY], ["backup"], ["restore"], ["check"]], ids=" ".join)
def test_an_open_library_is_refused(desk: Desk, words: list[str]) -> None:
    desk.done("backup")
    session = desk.session()
    try:
        assert "已在另一个窗口打开，请先关闭那个窗口" in desk.refused(*words)
    finally:
        session.workspace.close()


@pytest.mark.parametrize(
    "words", [["import"], ["export", "standards"], ["statistics", "--colour"], ["fly"], ["bundle", "make"], ["demo"]]
)
def test_wrong_usage_ends_with_two(desk: Desk, words: list[str]) -> None:
    status, out, err = desk.run(*words)
    assert (status, out) == (2, "")
    assert "命令写得不对：" in err and err.endswith("加 --help 看用法\n")


@pytest.mark.parametrize("words", [[], ["import"], ["statistics"], ["bundle"], ["bundle", "make"], ["demo"], ["init"]])
def test_help_is_there_for_every_verb(capsys: CAPTURE, words: list[str]) -> None:
    assert cli.run([*words, "--help"]) == 0
    said = capsys.readouterr().out
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)


def test_the_program_runs_as_a_module(desk: Desk) -> None:
    words = [sys.executable, "-m", "desktop", "--data", str(desk.folder)]
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
    ended = subprocess.run([*words, "statistics", "--json"], capture_output=True, env=environment, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert set(json.loads(ended.stdout)) == {"as_of", "rows", "total"}
    ended = subprocess.run([*words, "restore"], capture_output=True, env=environment, check=False)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert "还没有备份" in ended.stderr.decode()


def test_the_demonstration_carries_out_the_main_job(tmp_path: Path, capsys: CAPTURE) -> None:
    assert cli.run(["demo", "--to", str(tmp_path / "演示")]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    files = {path.name for path in (tmp_path / "演示").iterdir()}
    assert {
        "授权文件_演练区.json", "导入报告_messy.xlsx", "标准统计表.xlsx", "标准统计表.docx", "标准统计表.pdf", "标准明细表.xlsx",
        "标准明细表.csv", "标准明细表.pdf", "空白检查表.pdf", "空白检查表.docx", "检查结果.pdf", "数据",
    } < files  # fmt: skip
    assert len([name for name in files if name.endswith(".bzb")]) == 2
    for name in files - {"数据"}:
        assert (tmp_path / "演示" / name).stat().st_size > 500, name
    lines = said.out.splitlines()
    assert lines[-1] == f"全部完成，文件在 {tmp_path / '演示'}"
    for number, line in enumerate(lines[:-1], start=1):
        assert line.lstrip().startswith(f"{number}. ") and line.endswith(" 秒）"), line
    assert "新增 66 行" in said.out and "同一文件再导入一次：新增 0，更新 0，相同 66" in said.out
    assert "无新内容" in said.out
    assert cli.run(["demo", "--to", str(tmp_path / "演示")]) == 0, "it can be shown again in the same folder"
    capsys.readouterr()
