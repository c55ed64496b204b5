"""How a grid cell looks: ground, hairlines, badge, mark of a refused text, current cell. One painter for all."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.app import opinions, provisional
from desktop.domain.record import Column, Kind
from desktop.ui import theme
from desktop.ui.grid.model import LedgerModel

Index = QModelIndex | QPersistentModelIndex

BADGES = {
    "current": ("●", "ok"), "upcoming": ("○", "accent"), "superseded": ("▲", "warn"), "withdrawn": ("×", "bad"),
    "unverified": ("○", "text_3"), "unpublished": ("○", "text_3"), "open": ("◐", "accent"), "overdue": ("▲", "bad"), "closed": ("✓", "ok"),
    "pass": ("✓", "ok"), "basic": ("◐", "warn"), "fail": ("×", "bad"), "na": ("–", "text_3"),
    "planned": ("○", "text_3"), "running": ("◐", "accent"), "done": ("✓", "ok"),
}  # fmt: skip
"""Value of a choice field → its shape and colour; shape and word carry the state, colour only helps."""


MARKS = {"disputed": provisional.MARK, "returned": opinions.MARK, "pending": "待存"}
"""State of a cell → the word at its right edge."""


class CellDelegate(QStyledItemDelegate):
    """Paints and edits the cells of a `LedgerModel`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._filled_with: str | None = None
        """The text an open editor began with; None while it has none."""
        self._metrics = QFontMetrics(theme.font(13))
        self.editor: QWidget | None = None
        """What a cell is being typed into, if one is, and in `edited` which."""
        self.edited = QPersistentModelIndex()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, LedgerModel)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = model.state(index)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        painter.save()
        ground = {"invalid": "bad_soft", "computed": "head", "disputed": "warn_soft", "returned": "warn_soft"}.get(
            state, "surface"
        )
        painter.fillRect(rect, theme.colour("selection" if selected and state != "invalid" else ground))
        painter.setPen(theme.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        self._text(painter, rect, model, index, state)
        if state == "invalid":
            painter.setPen(theme.colour("bad"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        if option.state & QStyle.StateFlag.State_HasFocus:  # type: ignore[attr-defined]
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def _text(self, painter: QPainter, rect: QRect, model: LedgerModel, index: Index, state: str) -> None:
        text = model.shown(index)
        column = model.columns[index.column()]
        inner = rect.adjusted(8, 0, -8, 0)
        painter.setFont(theme.font(13))
        if state == "invalid":
            painter.setPen(theme.colour("bad"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "▲")
        if mark := MARKS.get(state):
            painter.setPen(theme.colour("warn"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, mark)
            inner = inner.adjusted(0, 0, -self._metrics.horizontalAdvance(mark) - 4, 0)
        if not text:
            if column.field.kind is Kind.DERIVED:
                painter.setPen(theme.colour("text_3"))
                painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, "—")
            return
        token = "text_3" if state == "pending" else "text"
        badge = (
            BADGES.get(str(model.cell(index))) if column.field.choices and state not in ("invalid", "pending") else None
        )
        if badge:
            painter.setPen(theme.colour(badge[1]))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, badge[0])
            inner = inner.adjusted(self._metrics.horizontalAdvance(badge[0]) + 4, 0, 0, 0)
        painter.setPen(theme.colour(token))
        align = Qt.AlignmentFlag.AlignVCenter
        if column.field.kind in (Kind.INTEGER, Kind.DECIMAL):
            align |= Qt.AlignmentFlag.AlignRight
        line = text.replace("\n", " ")
        if self._metrics.horizontalAdvance(line) > inner.width():
            line = self._metrics.elidedText(line, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, align, line)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, LedgerModel)
        column = model.columns[index.column()]
        self.editor, self.edited = make_editor(model, column, parent), QPersistentModelIndex(index)
        self._filled_with = None
        return self.editor

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        if editor is self.editor:
            self.editor = None
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill an editor that was just opened. Qt asks again whenever the model tells of any change, and a text half
        typed would be gone."""
        if self._filled_with is not None:
            return
        self._filled_with = text = str(index.data(Qt.ItemDataRole.EditRole) or "")
        if isinstance(editor, QComboBox):
            editor.setCurrentText(text)
            if line := editor.lineEdit():
                line.selectAll()
        elif isinstance(editor, QLineEdit):
            editor.setText(text)

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        assert isinstance(model, LedgerModel)
        if text_of(editor) != self._filled_with or model.reason(index):
            model.setData(index, text_of(editor))  # else nothing was typed, and what was written meanwhile stays


def make_editor(model: LedgerModel, column: Column, parent: QWidget) -> QComboBox | QLineEdit:
    """What a cell of a column is typed into, in a grid or elsewhere: a list of words, or a line that completes names."""
    words = [choice.label for choice in column.field.choices]
    if column.field.kind is Kind.FLAG:
        words = ["是", "否"]
    if words:
        combo = QComboBox(parent)
        combo.addItems(["", *words])
        combo.setEditable(True)
        return combo
    editor = QLineEdit(parent)
    if column.plain is not None:
        editor.setCompleter(_completer(editor, _names(model, column.plain.target)))
    return editor


def text_of(editor: QWidget) -> str:
    """What stands in such an editor."""
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else ""


def _names(model: LedgerModel, ledger: str) -> list[str]:
    from desktop.domain.query import Query

    naming = model.session.schema.ledger(ledger).caption[0]
    return [str(value) for value, _ in model.session.read.values(Query(ledger), naming) if value]


def _completer(editor: QLineEdit, names: list[str]) -> QCompleter:
    completer = QCompleter(names, editor)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return completer
