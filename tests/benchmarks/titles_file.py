"""A workbook of 200,000 titles as an office's catalogue comes: shared strings, dates as text."""

import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

TITLES = 200_000
HEADINGS = ("标准号", "标准名称", "发布日期", "实施日期", "状态", "代替标准")

_WORDS = (
    "机关", "事务", "办公", "用房", "公务", "用车", "会议", "服务", "保障", "食堂", "安全", "消防", "能源", "节约", "绿色", "采购",
    "资产", "设备", "信息", "系统", "数据", "管理", "评价", "物业", "绿化", "保洁", "餐饮", "接待", "后勤", "应急", "电梯", "空调",
    "照明", "供水", "排水", "建筑", "工程", "质量", "检测", "环境", "卫生", "健康", "人员", "培训", "监督", "档案", "文件", "印章",
    "网络", "通信", "道路", "桥梁", "钢铁", "水泥", "玻璃", "农药", "种子", "果树", "畜牧", "渔业", "船舶", "航空", "铁路", "邮政",
    "银行", "保险", "煤炭", "石油", "天然气", "化工", "涂料",
)  # fmt: skip
_FORMS = ("规范", "指南", "通则", "技术要求", "导则", "操作规程", "技术条件", "试验方法", "术语", "评价指标")
_CODES = ("GB/T", "GB", "JGJ/T", "DB33/T", "T/CAS", "SB/T", "DB3301/T", "NY/T", "HG/T")

_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="题录" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>',
}
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def rows() -> Iterator[tuple[str, ...]]:
    """The rows, the same in every run."""
    chance = random.Random(1)
    for place in range(TITLES):
        words = "".join(chance.choice(_WORDS) for _ in range(chance.randint(3, 8)))
        part = f" 第{place % 20 + 1}部分：" if place % 9 == 0 else ""
        year, code = chance.randint(1990, 2025), chance.choice(_CODES)
        day = f"{year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        state = chance.choice(("现行", "现行", "废止", "即将实施"))
        older = f"{code} {place + 1}-{year - 5}" if place % 3 == 0 else ""
        yield f"{code} {place + 1}-{year}", words + part + chance.choice(_FORMS), day, f"{year + 1}-01-01", state, older


def write(path: Path) -> None:
    """The workbook, written straight as XML: openpyxl would take a minute."""
    shared: dict[str, int] = {}
    lines = []
    for number, row in enumerate((HEADINGS, *rows()), 1):
        cells = (
            f'<c r="{letter}{number}" t="s"><v>{shared.setdefault(text, len(shared))}</v></c>'
            for letter, text in zip("ABCDEF", row, strict=True)
            if text
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in _PARTS.items():
            archive.writestr(name, part)
        sheet = f"<worksheet {_MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", f"<sst {_MAIN}>{texts}</sst>")
