"""The main job from end to end, without a screen: a line for each step, files in one folder."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from desktop import resources
from desktop.app import exporting, importing, inspection, sending_down, setup, statistics, syncing, system, units
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.ledgers.inspection import Checklist
from desktop.domain.query import Query
from desktop.domain.record import Cell

Screens = Callable[[Session, Path], list[Path]]
"""Saves a picture of each page of a library in a folder."""


class _Steps:
    """Prints what was done and how long it took."""

    def __init__(self) -> None:
        self._number = 0
        self._since = time.perf_counter()

    def done(self, words: str) -> None:
        """One step is finished."""
        self._number += 1
        passed, self._since = time.perf_counter() - self._since, time.perf_counter()
        print(f"{self._number:2d}. {words}（{passed:.2f} 秒）", flush=True)


def run(to: Path, extra: Path | None, screens: Screens | None) -> int:
    """Carry out the main job into the folder `to`, which must be new or hold an earlier demonstration."""
    steps = _Steps()
    data = to / "数据"
    if extra is not None and not extra.is_file():
        raise Refusal("no_file", f"找不到要导入的文件“{extra}”，请检查文件位置")
    try:
        if data.exists():
            shutil.rmtree(data)
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault("no_folder", f"不能在“{to}”写文件，请换一个文件夹") from error
    bureau = setup.found(data / "市局", "bureau", "演练市机关事务管理局", "990100", "市局联络员")
    unit_file = to / "授权文件_演练区.json"
    unit_file.unlink(missing_ok=True)
    _, identity = units.new_unit(bureau, "演练区机关事务服务中心", "990101", unit_file)
    steps.done(f"市局建库，新增单位并生成授权文件 {unit_file.name}")
    office = setup.join(data / "区县", unit_file, "区县联络员")
    try:
        _work(to, extra, screens, steps, bureau, office, identity)
    finally:
        office.workspace.close()
        bureau.workspace.close()
    print(f"全部完成，文件在 {to}")
    return 0


def _work(to: Path, extra: Path | None, screens: Screens | None, steps: _Steps, bureau: Session, office: Session,
          identity: str) -> None:  # fmt: skip
    system.plant(office, "hangzhou")
    inspection.take_over_checklists(office)
    steps.done("区县打开授权文件建库，取用杭州六领域体系和示例检查表")
    for source in (resources.folder() / "sample" / "messy.xlsx", *((extra,) if extra else ())):
        _import(to, office, source, steps)
    table = statistics.table(office)
    for suffix in (".xlsx", ".docx", ".pdf"):
        exporting.write(statistics.document(office, table), to / f"标准统计表{suffix}")
    steps.done("标准统计表 xlsx、docx、pdf；" + table.checks[0].sentence)
    rows = exporting.export(office, "detail_entry", to / "标准明细表.xlsx")
    exporting.export(office, "detail_entry", to / "标准明细表.csv")
    exporting.export(office, "detail_entry", to / "标准明细表.pdf")
    steps.done(f"标准明细表导出 {rows} 行（xlsx、csv、pdf）")
    sheet = _inspect(to, office, steps)
    up, _ = syncing.make_named(office, to)
    steps.done(f"区县生成上报包 {up.name}")
    _answer(to, bureau, office, identity, up, sheet, steps)
    if screens is not None:
        saved = screens(office, to)
        steps.done(f"保存 {len(saved)} 张页面截图")


def _import(to: Path, office: Session, source: Path, steps: _Steps) -> None:
    plan = importing.plan(office, source)
    report = to / f"导入报告_{source.stem}.xlsx"
    importing.write_report(plan, source, report)
    importing.apply(office, plan, source)
    steps.done(importing.in_words(plan, rehearsal=False).splitlines()[0].replace("导入完毕", f"导入 {source.name}")
               + f"；报告 {report.name}")  # fmt: skip
    again = importing.plan(office, source).counts()
    steps.done(f"同一文件再导入一次：新增 {again['added']}，更新 {again['changed']}，相同 {again['equal']}")


def _inspect(to: Path, office: Session, steps: _Steps) -> str:
    with office.write("新增受检单位") as transaction:
        unit = transaction.insert("organisation", {"name": "演练区行政服务中心", "role": "department"})
    checklist = min(office.read.records(Checklist), key=lambda item: str(item.code))
    _, sheet = inspection.make_sheet(office, checklist.key, unit, inspectors="陈一、李二")
    for suffix in (".pdf", ".docx"):
        exporting.write(inspection.document(office, sheet), to / f"空白检查表{suffix}")
    steps.done(f"新建检查“{checklist.title}”，空白表 pdf、docx")
    results = inspection.results_of(office, sheet)
    cells: dict[str, dict[str, Cell]] = {result.key: {"verdict": "pass"} for result in results}
    cells[results[2].key] = {"verdict": "fail", "problem": "现场没有公示当月统计数据", "severity": "minor"}
    cells[results[5].key] = {"verdict": "fail", "problem": "记录缺 9 月以后的签字", "severity": "major"}
    cells[results[-1].key] = {"verdict": "na"}
    inspection.record(office, sheet, cells)
    inspection.raise_findings(office, sheet, responsible="王三")
    exporting.write(inspection.document(office, sheet), to / "检查结果.pdf")
    progress = inspection.progress_of(office, sheet)
    steps.done(f"录入 {progress.touched} 项结果，达标率 {progress.rate.percent}，生成 "
               f"{office.read.count(Query('finding'))} 条整改问题")  # fmt: skip
    return sheet


def _answer(to: Path, bureau: Session, office: Session, identity: str, up: Path, sheet: str, steps: _Steps) -> None:
    seen = syncing.inspect_bundle(bureau, up)
    steps.done("市局查看：" + syncing.in_words(seen, rehearsal=True))
    syncing.apply_bundle(bureau, up)
    theirs = statistics.table(bureau, owners=[identity])
    ours = statistics.table(office)
    if statistics.figures(theirs)["rows"] != statistics.figures(ours)["rows"]:
        raise Refusal("figures_differ", "市局与区县的统计数不一致，请导出诊断信息")
    steps.done(f"市局应用上报包，看到区县明细 {bureau.read.count(Query('detail_entry'))} 行，统计数与区县一致")
    again = syncing.apply_bundle(bureau, up)
    steps.done("市局再应用一次：" + syncing.in_words(again, rehearsal=False))
    inspection.take_over_checklists(bureau)
    sending_down.issue_checklist(bureau, max(bureau.read.records(Checklist), key=lambda item: str(item.code)).key)
    sending_down.review(bureau, "inspection", sheet, "remark", "第 3 项请补充整改照片")
    down, _ = syncing.make_named(bureau, to, identity)
    steps.done(f"市局下发检查表 1 张、批注 1 条：{down.name}")
    outcome = syncing.apply_bundle(office, down)
    steps.done("区县应用下发包：" + syncing.in_words(outcome, rehearsal=False))
