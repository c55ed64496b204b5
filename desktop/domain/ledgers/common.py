"""公共: what every subject shares."""

from desktop.domain.ledgers.words import REVIEW_KINDS
from desktop.domain.record import Audience, Cell, Record, choice, integer, long_text, text


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
    subject_ledger: Cell = text("台账")
    subject_key: Cell = text("记录")
    about: Cell = text("事由", width=24)
    body: Cell = long_text("意见内容", required=True)


class Attachment(
    Record,
    name="attachment",
    label="附件",
    caption=("file_name",),
):
    """A file kept by its hash beside the database."""

    subject_ledger: Cell = text("台账")
    subject_key: Cell = text("记录")
    file_name: Cell = text("文件名", width=30, required=True)
    sha256: Cell = text("摘要", width=20)
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
