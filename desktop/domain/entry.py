"""What a person typed, pasted or imported, turned into a cell; and rows held against the rules."""

import datetime
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from desktop.domain.dates import is_iso, parse_date
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell, Field, Kind

LONGEST_TEXT = 20_000
"""Characters of one cell; more is not a table's cell but a document to attach."""

Typed = None | bool | int | float | str | datetime.date
"""What a keyboard or a workbook hands over."""

_NO_DATE = frozenset({"-", "--", "—", "——", "/", "\\", "无", "暂无", "待定", "不详", "未知", "空"})
_TRUE = frozenset({"是", "√", "✓", "有", "1", "y", "yes", "true", "关键", "对"})
_FALSE = frozenset({"否", "×", "无", "0", "n", "no", "false", "非关键", "-", "—"})

_INTEGER, _FLAG, _DATE_KIND = Kind.INTEGER, Kind.FLAG, Kind.DATE
"""Looked up once: every cell that is taken in passes here."""


def read_cell(field: Field, typed: Typed) -> Cell:
    """The cell a field keeps of what was typed; blank is None. Refusal says in one sentence what the field takes."""
    if isinstance(typed, str):
        typed = clean(typed)
    if typed is None or typed == "":
        return None
    match field.kind:
        case Kind.TEXT | Kind.LONG_TEXT | Kind.REFERENCE:
            return _text(field, typed)
        case Kind.DATE:
            return _date(field, typed)
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(field, typed)
        case Kind.FLAG:
            return _flag(field, typed)
        case Kind.CHOICE:
            return _choice(field, typed)
    raise Refusal("read_only", f"“{field.label}”由程序计算，不能直接填写")


def fits(field: Field, cell: Cell) -> bool:
    """Whether a cell is one that the field may hold: the last gate before it is stored or taken in from elsewhere."""
    if cell is None:
        return True
    kind = field.kind
    if kind is _INTEGER or kind is _FLAG:
        return isinstance(cell, int) and abs(cell) < 2**53
    if not isinstance(cell, str) or len(cell) > LONGEST_TEXT or "\0" in cell:
        return False
    if field.blob:
        return re.fullmatch("[0-9a-f]{64}", cell) is not None
    return kind is not _DATE_KIND or is_iso(cell)


def clean(text: str) -> str:
    """NFC text without control characters, trailing blanks or blank lines at the ends."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", ""))
    text = "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))
    return text.strip()


def _text(field: Field, typed: Typed) -> str:
    if isinstance(typed, float) and typed.is_integer():
        typed = int(typed)
    text = typed.isoformat() if isinstance(typed, datetime.date) else str(typed)
    if field.kind is not Kind.LONG_TEXT:
        text = " ".join(text.split())
    if len(text) > LONGEST_TEXT:
        raise Refusal("too_long", f"“{field.label}”超过 {LONGEST_TEXT} 字，请缩短，全文可作为附件保存")
    return text


def _date(field: Field, typed: Typed) -> str | None:
    if isinstance(typed, str) and typed.strip() in _NO_DATE:
        return None
    parsed = None if isinstance(typed, bool) else parse_date(typed)  # type: ignore[arg-type]
    if parsed is None:
        raise Refusal("bad_date", f"“{field.label}”看不懂“{typed}”，请写成 2022-11-07、2022-11 或 2022")
    return parsed


def _number(field: Field, typed: Typed) -> Cell:
    text = unicodedata.normalize("NFKC", str(typed)).replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if number.is_nan():
        raise Refusal("bad_number", f"“{field.label}”要填数字，“{typed}”不是数字")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise Refusal("bad_number", f"“{field.label}”的数字太大，请核对“{typed}”")
    if field.kind is Kind.INTEGER:
        if number != number.to_integral_value():
            raise Refusal("bad_number", f"“{field.label}”要填整数，“{typed}”不是整数")
        return int(number)
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _flag(field: Field, typed: Typed) -> int:
    word = unicodedata.normalize("NFKC", str(typed)).strip().lower()
    if isinstance(typed, float):
        word = str(int(typed)) if typed.is_integer() else word
    if word in _TRUE:
        return 1
    if word in _FALSE:
        return 0
    raise Refusal("bad_flag", f"“{field.label}”请填“是”或“否”，“{typed}”看不懂")


def _choice(field: Field, typed: Typed) -> str:
    word = _folded(str(typed))
    for choice in field.choices:
        if word in {_folded(name) for name in (choice.value, choice.label, *choice.synonyms)}:
            return choice.value
    labels = "、".join(choice.label for choice in field.choices)
    raise Refusal("bad_choice", f"“{field.label}”没有“{typed}”这一项，请选：{labels}")


def _folded(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).lower().split()).replace("、", "/")
