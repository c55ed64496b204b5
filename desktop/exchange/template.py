"""An empty workbook to fill in and import: what each column takes, drop-downs, a sample row that is never imported."""

from dataclasses import dataclass
from pathlib import Path

from desktop.exchange.own_workbook import STAMP_SHEET, Stamp, write_stamp
from desktop.whole_file import whole_file

SAMPLE_MARK = "【示例】"
"""A row with a cell that begins so is the sample of a template and never imported."""

_LINES = 2000
"""Lines that get a drop-down."""


@dataclass(frozen=True)
class TemplateColumn:
    """A column to fill in: heading, path, what it takes in words, what may be chosen, the sample's text."""

    heading: str
    path: str
    takes: str
    choices: tuple[str, ...] = ()
    sample: str = ""
    width: float = 12


def write_template(path: Path, title: str, ledger: str, columns: tuple[TemplateColumn, ...]) -> None:
    """Write the workbook; EnvironmentFault if it cannot be written."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    told = book.worksheets[0]
    told.title = "说明"
    data = book.create_sheet(title[:31])
    told.append(("在第二张表里逐行填写，填好后在程序里点“导入”。列名不要改；不用的列可以空着。",))
    told.append((f"带“{SAMPLE_MARK}”的一行只是示例，不会导入，可以删去。",))
    told.append(())
    told.append(("列", "怎么填"))
    write_stamp(book, Stamp(ledger, {column.heading: column.path for column in columns}))
    lists = book[STAMP_SHEET]
    for place, column in enumerate(columns, 1):
        told.append((column.heading, column.takes))
        data.cell(1, place, column.heading).font = Font(bold=True)
        data.cell(2, place, column.sample or None).font = Font(italic=True)
        letter = get_column_letter(place)
        data.column_dimensions[letter].width = column.width + 4
        if column.choices:
            own = get_column_letter(place + 4)
            for line, choice in enumerate(column.choices, 1):
                lists.cell(line, place + 4, choice)
            rule = DataValidation("list", formula1=f"'{STAMP_SHEET}'!${own}$1:${own}${len(column.choices)}")
            rule.errorTitle, rule.error = "不在列表里", f"“{column.heading}”请从列表里选"
            data.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_LINES}")
    data.freeze_panes = "A2"
    told.column_dimensions["A"].width, told.column_dimensions["B"].width = 20, 80
    book.active = 0
    with whole_file(path) as stream:
        book.save(stream)
