"""Checks of the library as such: its mechanism, its derived values, what bundles brought, rules any ledger may have."""

from collections.abc import Iterator

from desktop.app.checks.looking import Check, Found, Library, Severity
from desktop.app.references import ancestry
from desktop.domain.record import Kind
from desktop.store import blobs, checking, derived, migrations


def _triggers(library: Library) -> Iterator[Found]:
    if not migrations.triggers_whole(library.read.connection, library.schema):
        yield Found("", "", "以后的修改可能记不进修改记录，请关掉程序再打开")


def _derived(library: Library) -> Iterator[Found]:
    for ledger, key in derived.mismatches(library.read):
        yield Found(ledger, key, f"{library.read.caption(ledger, key)}：状态等推算出来的值和内容不符")


def _aside(library: Library) -> Iterator[Found]:
    if count := checking.segments_aside(library.read):
        yield Found("", "", f"收到的同步包里有 {count} 段没有采用，请到“同步”页查看，必要时请对方重新生成同步包")


def _missing(library: Library) -> Iterator[Found]:
    for ledger in library.schema.ledgers:
        required = {field.name for field in ledger.stored if field.required}
        for row in library.rows(ledger.name) if required else ():
            for name in sorted(name for name in required if row[name] in (None, "")):
                label = ledger.field(name).label
                yield Found(ledger.name, str(row["key"]), f"{library.caption(ledger.name, row)}：“{label}”必填", name)


def _rules(library: Library) -> Iterator[Found]:
    for ledger in library.schema.ledgers:
        for row in library.rows(ledger.name):
            for problem in ledger.problems(row):
                field = ledger.field(problem.field)
                if not field.required or row[problem.field] not in (None, ""):
                    name = library.caption(ledger.name, row)
                    yield Found(ledger.name, str(row["key"]), f"{name}：{problem.message}", problem.field)


def _words(library: Library) -> Iterator[Found]:
    for ledger in library.schema.ledgers:
        lists = {f.name: {choice.value for choice in f.choices} for f in ledger.stored if f.choices}
        for row in library.rows(ledger.name) if lists else ():
            for name, values in lists.items():
                if row[name] not in (None, "") and row[name] not in values:
                    sentence = f"“{ledger.field(name).label}”的“{row[name]}”不在选项里，请重新选"
                    yield Found(ledger.name, str(row["key"]), f"{library.caption(ledger.name, row)}：{sentence}", name)


def _orphans(library: Library) -> Iterator[Found]:
    for ledger in library.schema.ledgers:
        for field in ledger.stored:
            if field.kind is not Kind.REFERENCE:
                continue
            for key in checking.dead_references(library.read, ledger, field):
                name = library.read.caption(ledger.name, key)
                sentence = f"{ledger.label} {name}：“{field.label}”指向的记录已不在"
                yield Found(ledger.name, key, sentence, field.name)


def _circles(library: Library) -> Iterator[Found]:
    for ledger in library.schema.ledgers:
        for field in ledger.stored:
            if field.target != ledger.name:
                continue
            for row in library.rows(ledger.name):
                key, above = str(row["key"]), row[field.name]
                if above and key in ancestry(library.read, ledger.name, field.name, str(above)):
                    name = library.caption(ledger.name, row)
                    yield Found(ledger.name, key, f"{name}：“{field.label}”绕成了圈", field.name)


def _attachments(library: Library) -> Iterator[Found]:
    folder = library.session.workspace.folder
    for row in library.rows("attachment"):
        ledger, key = str(row["subject_ledger"] or ""), str(row["subject_key"] or "")
        known = library.schema.has(ledger) and library.read.row(ledger, key) is not None
        kept = bool(row["sha256"]) and blobs.place(folder, str(row["sha256"])).is_file()
        if key and not known:
            yield Found("attachment", str(row["key"]), f"附件 {row['file_name']}：所属的记录已不在")
        elif not kept:
            yield Found(ledger, key, f"附件 {row['file_name']}：文件本身不在这台电脑上，请对方重发或重新添加")


CHECKS = (
    Check(
        "journal_incomplete",
        "修改记录记不全",
        Severity.BAD,
        "关掉程序再打开；仍有时在“设置”导出诊断信息交给维护人员",
        _triggers,
    ),
    Check(
        "derived_outdated",
        "推算值不符",
        Severity.BAD,
        "重新输入该行任一格的内容；仍有时在“设置”导出诊断信息交给维护人员",
        _derived,
    ),
    Check("sync_aside", "收到的数据没有采用", Severity.WARN, "到“同步”页看记录，请对方重发", _aside),
    Check("missing_required", "必填的格是空的", Severity.BAD, "补填；多见于合并或收到的数据", _missing),
    Check("rule", "内容互相矛盾", Severity.BAD, "按提示改正日期或内容", _rules),
    Check("unknown_word", "选项之外的值", Severity.BAD, "重新从选项里选", _words),
    Check("orphan", "指向的记录已不在", Severity.BAD, "重新选择，或从回收站恢复那条记录", _orphans),
    Check("circle", "上下级绕成了圈", Severity.BAD, "把其中一级改到正确的上级", _circles),
    Check("attachment_missing", "附件缺失", Severity.WARN, "重新添加附件", _attachments),
)
"""Checks that hold for every ledger."""
