"""Documents that the tests of paper, Word and Excel share."""

from desktop.domain.document import Align, Document, HeadField, Table, TableColumn, TableRow

_VERDICTS = ("1 符合", "2 基本", "3 不符", "4 不适用")

INSPECTION_COLUMNS = (
    TableColumn("序号", 10, Align.CENTRE),
    TableColumn("依据标准、条款", 40),
    TableColumn("检查内容", 84),
    TableColumn("检查方法", 25),
    *(TableColumn(verdict, 11.5, Align.CENTRE, "检查结果（只选一项）", tick=True) for verdict in _VERDICTS),
    TableColumn("问题描述、证据编号", 52),
)


def inspection_form(rows: int = 42) -> Document:
    """The blank inspection form on A4 landscape."""
    items = tuple(
        TableRow((str(number), f"GB/T 43542 5.1.{number}　应", "每季度开展一次评价并留存记录", "查记录"))
        for number in range(1, rows + 1)
    )
    return Document(
        title="标准实施监督检查表",
        form_code="表号：JC-01　　模板：机关办公区 3.2 版",
        code="JC-330106-2026-118",
        head=(
            (
                HeadField("受检单位", width=1.45),
                HeadField("检查日期", "　　年　　月　　日", width=1.1),
                HeadField("编号", "JC-330106-2026-118", width=0.9),
            ),
            (
                HeadField("检查类型", options=("季度检查", "抽查", "专项", "自查"), ticked=("抽查",), width=1.45),
                HeadField("检查组成员", width=2),
            ),
        ),
        table=Table(INSPECTION_COLUMNS, items, row_height=8.4),
        closing=(
            (
                HeadField("检查结论", options=("达标", "不达标"), width=3),
                HeadField("符合"),
                HeadField("不符合"),
            ),
            (HeadField("整改要求"),),
        ),
        signatures=("检查人（签字）", "检查组长（签字）", "受检单位负责人（签字、盖章）"),
        page_signatures=("本页检查人", "受检单位确认"),
        table_hint="每行只在一个方框内打“√”；不符合须写问题。",
        notes=("说明：达标率 = 符合 ÷（符合 + 基本符合 + 不符合）× 100%，不适用不计入。",),
        footer_left="西湖区机关事务服务中心",
        footer_right="打印 2026-11-18",
    )
