"""The command line: the same use cases as the window, without a screen.

Exit status 0 done, 1 refused (one sentence on the error output), 2 wrong usage.
"""

import argparse
import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desktop.app import units
from desktop.app.practice import practice_library
from desktop.domain.dates import is_full, parse_date
from desktop.domain.errors import Refusal

Arguments = argparse.Namespace


def run(arguments: Sequence[str]) -> int:
    """Parse and carry out one command; the exit status."""
    parser = _parser()
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        status: int = parsed.run(parsed)
    except Refusal as refusal:
        print(refusal.message, file=sys.stderr)
        return 1
    return status


_REASONS = (
    ("the following arguments are required: ", "缺少 "), ("unrecognized arguments: ", "不认识 "),
    ("invalid choice: ", "没有这个选择 "), ("choose from", "可选"), ("expected one argument", "后面要跟一个值"),
    ("expected at least one argument", "后面要跟一个值"), ("argument ", ""), ("invalid", "不对的"), ("value", "值"),
)  # fmt: skip


class _Chinese(argparse.ArgumentParser):
    """Usage and its errors in Chinese."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._optionals.title = "选项"
        self._positionals.title = "参数"

    def format_usage(self) -> str:
        """The usage line."""
        return super().format_usage().replace("usage: ", "用法：")

    def format_help(self) -> str:
        """The whole help."""
        return (
            super()
            .format_help()
            .replace("usage: ", "用法：")
            .replace("show this help message and exit", "显示这份说明")
        )

    def error(self, message: str) -> Any:
        """Say that the command was not understood and end with status 2."""
        for english, chinese in _REASONS:
            message = message.replace(english, chinese)
        self.print_usage(sys.stderr)
        self.exit(2, f"命令写得不对：{message}；加 --help 看用法\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Chinese(prog="standards-desk", description="标准化工作台：区县机关事务标准化联络员的台账")
    parser.add_argument("--data", type=Path, default=None, help="数据文件夹（默认在“文档/标准化台账”）")
    parser.set_defaults(run=_open, quit_after_start=False)
    verbs = parser.add_subparsers(title="命令", metavar="命令", parser_class=_Chinese)
    _library_verbs(verbs)
    _ledger_verbs(verbs)
    _bundle_verbs(verbs)
    _demo_verbs(verbs)
    return parser


def _verb(verbs: Any, name: str, words: str, run: Callable[[Arguments], int]) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    verb.set_defaults(run=run)
    return verb


def _library_verbs(verbs: Any) -> None:
    opening = _verb(verbs, "open", "打开窗口", _open)
    opening.add_argument("--quit-after-start", action="store_true", help="窗口可用后立即退出（检查安装用）")
    init = _verb(verbs, "init", "建立数据文件夹", _init)
    init.add_argument("--role", choices=("office", "bureau"), default="office", help="office 区县单位，bureau 市局")
    init.add_argument("--name", default="", help="单位名称")
    init.add_argument("--code", default="", help="6 位行政区划码")
    init.add_argument("--unit-file", type=Path, help="市局给的授权文件（区县单位）")
    init.add_argument("--passphrase", default="", help="授权文件的口令")
    init.add_argument("--person", default="", help="使用人姓名")
    init.add_argument("--tree", default="", help="起步体系：hangzhou、gbt24421 或 empty")
    init.add_argument("--sample", action="store_true", help="建立演练库")
    unit = _verb(verbs, "unit", "市局：新增单位并生成授权文件", _unit)
    unit.add_argument("--name", required=True, help="单位名称")
    unit.add_argument("--code", required=True, help="6 位行政区划码")
    unit.add_argument("--organisation", default="", help="已独立建库的单位的单位标识")
    unit.add_argument("--to", type=Path, required=True, help="授权文件存到哪里")
    unit.add_argument("--passphrase", default="", help="保护授权文件的口令，另外当面或电话告诉该单位")
    _verb(verbs, "backup", "立即备份并校验", _backup)
    restore = _verb(verbs, "restore", "从备份恢复（现有数据另存，不覆盖）", _restore)
    restore.add_argument("file", type=Path, nargs="?", help="备份文件；不填则用最近一份")
    check = _verb(verbs, "check", "数据体检", _check)
    check.add_argument("--json", action="store_true", help="输出 JSON")


def _ledger_verbs(verbs: Any) -> None:
    importing = _verb(verbs, "import", "导入表格", _import)
    importing.add_argument("file", type=Path, help="xlsx、xls、ods、et 或 csv 文件")
    importing.add_argument("--ledger", default="standards", help="台账，默认 standards（标准明细）")
    importing.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    importing.add_argument("--report", type=Path, help="导入报告（错误行标红的表格）存到哪里")
    importing.add_argument("--json", action="store_true", help="输出 JSON")
    export = _verb(verbs, "export", "导出台账", _export)
    export.add_argument("ledger", help="台账，如 standards")
    export.add_argument("--to", type=Path, required=True, help=".xlsx、.docx、.pdf 或 .csv 文件")
    export.add_argument("--as-of", default="", help="截至日期，如 2026-11-21")
    statistics = _verb(verbs, "statistics", "标准统计表", _statistics)
    statistics.add_argument("--layout", default="", help="版式")
    statistics.add_argument("--as-of", default="", help="截至日期，如 2026-11-21")
    statistics.add_argument("--to", type=Path, help="另存为 .xlsx、.docx 或 .pdf")
    statistics.add_argument("--json", action="store_true", help="输出 JSON")
    form = _verb(verbs, "form", "打印表单到文件", _form)
    form.add_argument("kind", choices=("inspection",), help="inspection 检查表")
    form.add_argument("id", help="检查编号；检查表模板的表号则为它新建一张空表")
    form.add_argument("--to", type=Path, required=True, help=".pdf、.docx 或 .xlsx 文件")


def _bundle_verbs(verbs: Any) -> None:
    bundle = verbs.add_parser("bundle", help="同步包", description="同步包：生成、查看、应用")
    kinds = bundle.add_subparsers(title="命令", metavar="命令", required=True, parser_class=_Chinese)
    make = _verb(kinds, "make", "生成同步包", _bundle_make)
    make.add_argument("--to", type=Path, required=True, help="存到哪里（文件或文件夹）")
    make.add_argument("--for", dest="recipient", default="", help="市局：发给哪个单位（名称或标识）")
    for name, words, run in (
        ("inspect", "查看同步包，不写入", _bundle_inspect),
        ("apply", "应用同步包", _bundle_apply),
    ):
        verb = _verb(kinds, name, words, run)
        verb.add_argument("file", type=Path, help=".bzb 文件")
        verb.add_argument("--json", action="store_true", help="输出 JSON")


def _demo_verbs(verbs: Any) -> None:
    demo = _verb(verbs, "demo", "从头到尾演示一遍主要工作", _demo)
    demo.add_argument("--to", type=Path, required=True, help="文件存到哪个文件夹")
    demo.add_argument("--input", type=Path, help="另外导入的明细表")
    demo.add_argument("--screens", action="store_true", help="同时保存各页截图")


def data_folder(parsed: Arguments) -> Path:
    """The data folder asked for, or the one in the user's documents."""
    return Path(parsed.data) if parsed.data is not None else Path.home() / "Documents" / "标准化台账"


def _with_session(parsed: Arguments, work: Callable[[Any], int]) -> int:
    from desktop.app import setup

    session = setup.open_library(data_folder(parsed))
    try:
        for sentence in setup.concerns(session):
            print(sentence, file=sys.stderr)
        return work(session)
    finally:
        session.workspace.close()


def _cut_off(text: str) -> str:
    """The day asked for as ISO text; empty for today."""
    day = parse_date(text) if text else text
    if day is None or (day and not is_full(day)):
        raise Refusal("bad_date", f"截至日期要写到日，“{text}”不对，请写成 2026-11-21")
    return day


def _say(parsed: Arguments, figures: object, words: str) -> None:
    print(json.dumps(figures, ensure_ascii=False) if parsed.json else words)


def _open(parsed: Arguments) -> int:
    gc.disable()  # nothing made while starting is garbage; the shown window turns it on again
    from desktop.ui.start import start

    return start(data_folder(parsed), given=parsed.data is not None, quit_after_start=parsed.quit_after_start)


def _init(parsed: Arguments) -> int:
    from desktop.app import setup, system
    from desktop.store.workspace import LIBRARY

    folder = data_folder(parsed)
    if parsed.tree:
        system.starter_tree(parsed.tree)
    if parsed.sample:
        session = practice_library(folder)
    elif parsed.unit_file is not None and (folder / LIBRARY).is_file():
        session = setup.join_later(setup.open_library(folder), parsed.unit_file, parsed.passphrase)
    elif parsed.unit_file is not None:
        session = setup.join(folder, parsed.unit_file, parsed.person, parsed.passphrase)
    else:
        session = setup.found(folder, parsed.role, parsed.name, parsed.code, parsed.person)
    try:
        if parsed.tree:
            system.plant(session, parsed.tree)
        print(f"已建立：{session.identity.name}（单位标识 {session.identity.organisation}），数据在 {folder}")
    finally:
        session.workspace.close()
    return 0


def _unit(parsed: Arguments) -> int:

    def work(session: Any) -> int:
        _, organisation = units.new_unit(
            session, parsed.name, parsed.code, parsed.to, parsed.organisation, parsed.passphrase
        )
        print(f"已新增单位 {parsed.name}（{organisation}），授权文件：{parsed.to}")
        return 0

    return _with_session(parsed, work)


def _backup(parsed: Arguments) -> int:
    from desktop.app import backups

    def work(session: Any) -> int:
        print(f"已备份并校验：{backups.make(session).path}")
        return 0

    return _with_session(parsed, work)


def _restore(parsed: Arguments) -> int:
    from desktop.app import backups

    folder = data_folder(parsed)
    found = backups.checked(folder)
    if parsed.file is None and not found:
        raise Refusal("no_backup", "还没有备份，请用 backup 命令先做一份，或指明备份文件")
    source = parsed.file or found[0].path
    aside = backups.restore(folder, source)
    print(f"已从 {source.name} 恢复" + (f"；恢复前的数据另存为 {aside}" if aside else ""))
    return 0


def _as_told(finding: Any) -> dict[str, str]:
    """A finding as other programs read it; the shape is kept."""
    return {name: getattr(finding, name) for name in ("code", "ledger", "key", "message")}


def _check(parsed: Arguments) -> int:
    from desktop.app import health

    def work(session: Any) -> int:
        findings = health.check(session)
        figures = {"ok": not findings, "findings": [_as_told(finding) for finding in findings]}
        words = "\n".join(finding.message for finding in findings) or "数据体检：没有发现问题"
        _say(parsed, figures, words)
        return 0

    return _with_session(parsed, work)


def _import(parsed: Arguments) -> int:
    from desktop.app import importing

    if parsed.report is not None and parsed.report.resolve() == parsed.file.resolve():
        raise Refusal("same_file", "导入报告不能写在原文件上，请换一个文件名")

    def work(session: Any) -> int:
        plan = importing.plan(session, parsed.file, importing.ledger_named(session, parsed.ledger))
        if parsed.report is not None:
            importing.write_report(plan, parsed.file, parsed.report)
        batch = 0 if parsed.dry_run else importing.apply(session, plan, parsed.file).tx
        figures = {**plan.counts(), "batch": batch}
        _say(parsed, figures, importing.in_words(plan, parsed.dry_run))
        return 0

    return _with_session(parsed, work)


def _export(parsed: Arguments) -> int:
    from desktop.app import exporting, importing

    def work(session: Any) -> int:
        ledger = importing.ledger_named(session, parsed.ledger)
        count = exporting.export(session, ledger, parsed.to, _cut_off(parsed.as_of))
        print(f"已导出 {count} 行：{parsed.to}")
        return 0

    return _with_session(parsed, work)


def _statistics(parsed: Arguments) -> int:
    from desktop.app import exporting, statistics

    def work(session: Any) -> int:
        layout = parsed.layout or statistics.DEFAULT_LAYOUT
        table = statistics.table(session, layout, _cut_off(parsed.as_of))
        if parsed.to is not None:
            exporting.write(statistics.document(session, table), parsed.to)
        _say(parsed, statistics.figures(table), statistics.in_words(table))
        return 0

    return _with_session(parsed, work)


def _form(parsed: Arguments) -> int:
    from desktop.app import exporting, inspection

    def work(session: Any) -> int:
        exporting.check_ending(parsed.to)
        key = inspection.sheet_named(session, parsed.id)
        exporting.write(inspection.document(session, key), parsed.to)
        print(f"已生成检查表：{parsed.to}")
        return 0

    return _with_session(parsed, work)


def _bundle_make(parsed: Arguments) -> int:
    from desktop.app import exchanged, syncing

    def work(session: Any) -> int:
        path, manifest = syncing.make_named(session, parsed.to, parsed.recipient)
        print(f"已生成第 {manifest.number} 号同步包：{path}")
        if damaged := exchanged.damaged_attachments(session):
            print(damaged, file=sys.stderr)
        return 0

    return _with_session(parsed, work)


def _bundle_inspect(parsed: Arguments) -> int:
    from desktop.app import syncing

    def work(session: Any) -> int:
        return _told(parsed, syncing.inspect_bundle(session, parsed.file), rehearsal=True)

    return _with_session(parsed, work)


def _bundle_apply(parsed: Arguments) -> int:
    from desktop.app import syncing

    def work(session: Any) -> int:
        return _told(parsed, syncing.apply_bundle(session, parsed.file), rehearsal=False)

    return _with_session(parsed, work)


def _told(parsed: Arguments, outcome: Any, *, rehearsal: bool) -> int:
    from desktop.app import syncing

    _say(parsed, syncing.figures(outcome), syncing.in_words(outcome, rehearsal=rehearsal))
    for note in dict.fromkeys(outcome.notes):
        print(note, file=sys.stderr)
    return 1 if outcome.refused and not outcome.new_segments else 0


def _demo(parsed: Arguments) -> int:
    from desktop.app import demo

    if parsed.screens:
        from desktop.ui.screenshots import grab

        return demo.run(parsed.to, parsed.input, grab)
    return demo.run(parsed.to, parsed.input, None)
