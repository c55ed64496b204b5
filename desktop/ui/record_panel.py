"""The side panel of a record: its fields as a form generated from the declaration, and its history."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.app import editing, history
from desktop.app.editing import Edit
from desktop.app.labels import columns_in_use, label_of, spare_labels
from desktop.domain.changes import Changes
from desktop.domain.record import Column, Kind
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.widgets import clear, label

LONGEST_HEADING = 80
"""Characters of a record's name over the panel."""

Editor = QLineEdit | QPlainTextEdit | QComboBox


class RecordPanel(QWidget):
    """One record of a ledger; each field is saved when it is left, and a refused text stays with its reason."""

    def __init__(self, desk: Desk, ledger: str) -> None:
        super().__init__()
        self._desk, self._ledger = desk, ledger
        self.key = ""
        self.editors: dict[str, Editor] = {}
        self.heading = label("", pixels=14, bold=True, wrap=True)
        self.reason = label("", "badge_bad", 12, wrap=True)
        self._tabs = QTabWidget()
        self._history = QVBoxLayout()
        self.setObjectName("record")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.reason.hide()
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        for text in (self.heading, self.reason):
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        column.addWidget(self.heading)
        column.addWidget(self.reason)
        column.addWidget(self._tabs, 1)
        self._tabs.currentChanged.connect(lambda _tab: self._fill_history())
        self._build()

    def _build(self) -> None:
        form_holder, form = QWidget(), QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form_holder.setLayout(form)
        labels = spare_labels(self._desk.session)
        for column in columns_in_use(self._desk.session, self._ledger):
            editor = self._editor(column)
            self.editors[column.path] = editor
            editor.setAccessibleName(label_of(column, labels))
            editor.setMinimumWidth(80)
            editor.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            form.addRow(label(label_of(column, labels), "quiet", 12), editor)
        self._fields = fields = QScrollArea()
        fields.setWidget(form_holder)
        fields.setWidgetResizable(True)
        fields.setFrameShape(QScrollArea.Shape.NoFrame)
        fields.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        story = QWidget()
        story.setLayout(self._history)
        told = QScrollArea()
        told.setWidget(story)
        told.setWidgetResizable(True)
        told.setFrameShape(QScrollArea.Shape.NoFrame)
        self._tabs.addTab(fields, "字段")
        self._tabs.addTab(told, "历史")

    def _editor(self, column: Column) -> Editor:
        field = column.field
        words = ["是", "否"] if field.kind is Kind.FLAG else [choice.label for choice in field.choices]
        if words and column.editable:
            combo = QComboBox()
            combo.addItems(["", *words])
            combo.activated.connect(lambda _at: self._save(column.path, combo.currentText()))
            return combo
        if field.kind is Kind.LONG_TEXT:
            area = _Area(lambda text: self._save(column.path, text))
            area.setFixedHeight(theme.heights().control * 2)
            return area
        line = QLineEdit()
        line.setReadOnly(not column.editable)
        line.editingFinished.connect(lambda: self._save(column.path, line.text()))
        return line

    def show_record(self, key: str) -> None:
        """Show a record; an empty key clears the panel. A text left half typed is saved to its own record first."""
        other = key != self.key
        if other:
            self._save_typed()
        self.key = key
        session = self._desk.session
        rid = session.read.rid_of(self._ledger, key) if key else None
        self.setEnabled(rid is not None)
        if rid is None:
            self.heading.setText("")
            return
        caption = session.read.caption(self._ledger, key)
        self.heading.setText(caption if len(caption) <= LONGEST_HEADING else f"{caption[:LONGEST_HEADING]}…")
        self._say(self._closed_because(key))
        paths = list(self.editors)
        (cells,) = session.read.page(self._ledger, [rid], paths, session.today())
        for path, cell in zip(paths, cells, strict=True):
            field = session.schema.steps(self._ledger, path)[-1]
            _put(self.editors[path], field.show(cell), always=other)
            self.editors[path].setEnabled(not self.reason.text())
        if self._tabs.currentIndex() == 1:
            self._fill_history()

    def _closed_because(self, key: str) -> str:
        """Why the record cannot be edited; empty if it can."""
        session = self._desk.session
        if gone := history.deletion(session, self._ledger, key):
            return f"{gone.at} 由{gone.person}删除（{gone.label}），恢复后才能修改"
        return editing.why_read_only(session, self._ledger, key) or ""

    def changed(self, changes: Changes) -> None:
        """Re-read if the shown record was touched."""
        if self.key and any(changes.keys):
            self.show_record(self.key)

    def add_below(self, widget: QWidget) -> None:
        """What a page adds under the fields."""
        self._column.addWidget(widget)

    def show_field(self, path: str) -> None:
        """Bring the field at a path into sight."""
        self._tabs.setCurrentIndex(0)
        if path in self.editors:
            self._fields.ensureWidgetVisible(self.editors[path])

    def show_history(self, key: str) -> None:
        """Show a record with its history in front."""
        self.show_record(key)
        self._tabs.setCurrentIndex(1)

    def history_lines(self) -> list[str]:
        """The shown history."""
        items = (self._history.itemAt(i).widget() for i in range(self._history.count()))
        return [item.text() for item in items if isinstance(item, QLabel)]

    def _save_typed(self) -> None:
        for path, editor in self.editors.items():
            if isinstance(editor, QLineEdit) and editor.isModified():
                self._save(path, editor.text())
            elif isinstance(editor, QPlainTextEdit) and editor.document().isModified():
                self._save(path, editor.toPlainText())

    def _save(self, path: str, typed: str) -> None:
        session, key = self._desk.session, self.key
        column = session.schema.column(self._ledger, path)
        rid = session.read.rid_of(self._ledger, key) if key else None
        if rid is None or not column.editable:
            return
        stored = column.field.show(session.read.page(self._ledger, [rid], [path], session.today())[0][0])
        if typed == stored:
            self._mark(path, "")
            return
        reason = editing.check_edit(session, self._ledger, key, path, typed) or ""
        self._mark(path, reason)
        if not reason:
            self._desk.write(lambda _job: editing.edit_cells(session, self._ledger, [Edit(key, path, typed)]))

    def _mark(self, path: str, reason: str) -> None:
        editor = self.editors[path]
        editor.setProperty("invalid", bool(reason))
        editor.setToolTip(reason)
        editor.setAccessibleDescription(reason)
        editor.style().unpolish(editor)
        editor.style().polish(editor)
        self._say(reason)

    def _say(self, reason: str) -> None:
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    def _fill_history(self) -> None:
        clear(self._history)
        if not self.key:
            return
        lines = history.of_record(self._desk.session, self._ledger, self.key)
        for told in lines:
            what = f"{told.old or '空'} → {told.new or '空'}" if told.old or told.new else ""
            basis = f"　依据：{told.basis}" if told.basis else ""
            where = f"　{told.subject}" if told.subject else ""
            text = f"{told.at}　{told.person}　{told.field_label}{where}\n{what}{basis}　（{told.label}，{told.origin}）"
            self._history.addWidget(label(text.strip(), pixels=12, wrap=True))
        self._history.addStretch(1)


class _Area(QPlainTextEdit):
    """A text of several lines that is saved when it is left."""

    def __init__(self, left: Callable[[str], None]) -> None:
        super().__init__()
        self._left = left
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._left(self.toPlainText())


def _put(editor: Editor, text: str, *, always: bool) -> None:
    if isinstance(editor, QLineEdit):
        if always or not editor.hasFocus() or not editor.isModified():
            editor.setText(text)
            editor.setCursorPosition(0)
    elif isinstance(editor, QPlainTextEdit):
        if always or not editor.hasFocus():
            editor.setPlainText(text)
    else:
        editor.setCurrentText(text)
