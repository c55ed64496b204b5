"""公共: what every subject shares."""

from desktop.domain.ledgers.words import REVIEW_KINDS
from desktop.domain.record import Audience, Cell, Record, choice, date, integer, long_text, text


class ReviewNote(
    Record,
    name="review_note",
    label="市局意见",
    audience=Audience.TO,
    caption=("kind", "about"),
    columns=("kind", "about", "body"),
):
    """A remark, acceptance or return of one row of another organisation; the bureau's own row."""

    kind: Cell = choice("意见类型", REVIEW_KINDS, width=10)
    subject_ledger: Cell = text("台账", internal=True)
    subject_key: Cell = text("记录", internal=True)
    about: Cell = text("事由", width=24)
    body: Cell = long_text("意见内容", required=True)


class Attachment(
    Record,
    name="attachment",
    label="附件",
    caption=("file_name",),
):
    """A file kept by its hash beside the database."""

    subject_ledger: Cell = text("台账", internal=True)
    subject_key: Cell = text("记录", internal=True)
    file_name: Cell = text("文件名", width=30, required=True)
    sha256: Cell = text("摘要", internal=True, blob=True)
    size: Cell = integer("字节数")
    notes: Cell = long_text("说明")


class Setting(
    Record,
    name="setting",
    label="设置",
    audience=Audience.OWN,
    match=(("name",),),
    caption=("name",),
):
    """One business setting of the unit, shared by its computers."""

    name: Cell = text("名称", required=True)
    value: Cell = text("值")


class SavedView(
    Record,
    name="saved_view",
    label="视图",
    audience=Audience.OWN,
    match=(("subject_ledger", "name"),),
    caption=("name",),
    columns=("name",),
):
    """A named way to look at a ledger: filter, sort and columns. One that is to be shared lives in the stream for
    all; the others stay in the unit."""

    name: Cell = text("视图名称", width=20, required=True)
    subject_ledger: Cell = text("台账", required=True, internal=True)
    body: Cell = long_text("内容", internal=True, help="筛选、排序和列，JSON")


class Snapshot(
    Record,
    name="snapshot",
    label="统计快照",
    match=(("name",),),
    caption=("name",),
    columns=("name", "layout", "as_of", "period", "notes"),
):
    """Figures frozen with the rows they rest on: one immutable file kept by its hash, and this row (a later change of
    the ledgers leaves it alone)."""

    name: Cell = text("快照名称", width=24, required=True)
    layout: Cell = text("表式", width=16)
    as_of: Cell = date("截至日期")
    period: Cell = text("所属期间", help="如 2026-Q4；冻结某一季度时填写")
    sha256: Cell = text("摘要", internal=True, blob=True)
    size: Cell = integer("字节数")
    notes: Cell = long_text("说明")
