"""The sentences for files that cannot be read: each names the next step."""

from desktop.domain.errors import Refusal

MOST_ROWS = 300_000
MOST_COLUMNS = 500
MOST_CELLS = 10_000_000
"""Cells of the rectangles that hold the content of all sheets; a reader keeps each of them in memory."""


def damaged() -> Refusal:
    """The file cannot be read to its end."""
    return Refusal("damaged", "文件已损坏或没有保存完整，请用 WPS 打开后另存为 xlsx 再导入")


def empty() -> Refusal:
    """The file holds no cell."""
    return Refusal("empty", "文件是空的，请检查是否选对了文件")


def too_large() -> Refusal:
    """The file would take more memory or time than an office computer has."""
    return Refusal("too_large", "文件太大，请删去多余的工作表、图片和空行，或分成几个文件再导入")


def protected() -> Refusal:
    """The file is encrypted or rights-managed."""
    return Refusal("protected", "文件有密码或权限保护，请在 WPS 中取消保护后另存再导入")


def not_a_table() -> Refusal:
    """The file is something else than a workbook or a text table."""
    return Refusal("not_a_table", "这不是可以导入的表格，请用 WPS 打开后另存为 xlsx 再导入")


def web_page() -> Refusal:
    """A page of HTML or XML under the name of a workbook, as many web systems export."""
    return Refusal("not_a_table", "这个文件其实是网页格式，请用 WPS 打开后另存为 xlsx 再导入")


def check_extent(rows: int, columns: int) -> None:
    """Refuse a sheet whose content reaches further down or right than a table does."""
    if rows > MOST_ROWS:
        sentence = f"工作表超过 {MOST_ROWS // 10_000} 万行，请删去下方多余的行或分成几个文件再导入"
        raise Refusal("too_many_rows", sentence)
    if columns > MOST_COLUMNS:
        raise Refusal("too_many_columns", f"工作表超过 {MOST_COLUMNS} 列，请删去右侧多余的列再导入")
    if rows * columns > MOST_CELLS:
        raise too_large()
