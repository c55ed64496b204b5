"""The side panel of a record: its fields as a form generated from the declaration, and its history."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QScrollArea,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.app import editing, history, opinions, provisional
from desktop.app.editing import Edit
from desktop.app.labels import columns_in_use, label_of, spare_labels
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.record import Column
from desktop.ui.attachments import AttachmentStrip
from desktop.ui.desk import Desk
from desktop.ui.record_field import Editor, RecordField
from desktop.ui.widgets import button, clear, label

LONGEST_HEADING = 80
"""Characters of a record's name over the panel."""

COMPUTED = "由程序算出（只看）"


class RecordPanel(QWidget):
    """One record of a ledger; each field is saved when it is left, and a refused text stays with its reason."""

    def __init__(self, desk: Desk, ledger: str) -> None:
        super().__init__()
        self._desk, self._ledger = desk, ledger
        self.key = ""
        self.fields: dict[str, RecordField] = {}
        self._refused: dict[tuple[str, str], tuple[str, str]] = {}
        """(key, path) → (typed, reason) of texts that were not acceptable; they wait until their record is shown."""
        self.heading = label("", pixels=14, bold=True, wrap=True)
        self.reason = label("", "badge_bad", 12, wrap=True)
        self.opinion = label("", "badge_warn", 12, wrap=True)
        self.opinion.hide()
        self.waiting = button("删除还是保留待定，去处理", self._settle, "ghost", "triangle", provisional.WHY)
        self.waiting.hide()
        self._tabs = QTabWidget()
        self._history = QVBoxLayout()
        self.setObjectName("record")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.reason.hide()
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        for text in (self.heading, self.reason, self.opinion):
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        column.addWidget(self.heading)
        column.addWidget(self.reason)
        column.addWidget(self.opinion)
        column.addWidget(self.waiting, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._tabs, 1)
        self.attachments = AttachmentStrip(desk, ledger, self)
        self.add_below(self.attachments)
        self._tabs.currentChanged.connect(lambda _tab: self._fill_history())
        self._build()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter saves what was typed into a field, Esc drops it; without a typed text the page's keys hold."""
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        path = next((path for path, field in self.fields.items() if field.editor is watched), "")
        if not path or not isinstance(event, QKeyEvent) or event.type() not in kinds:
            return super().eventFilter(watched, event)
        waits = self.fields[path].typed or (self.key, path) in self._refused
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        act = self._drop if event.key() == Qt.Key.Key_Escape else None
        if held and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            act = self._take
        if act is None or not waits:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.KeyPress:
            act(path)
        event.accept()
        return True

    @property
    def editors(self) -> dict[str, Editor]:
        """The editors by the paths of their columns."""
        return {path: field.editor for path, field in self.fields.items()}

    @property
    def errors(self) -> int:
        """How many texts are refused and would be lost with the panel."""
        return len(self._refused)

    def _build(self) -> None:
        form_holder, form = QWidget(), QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form_holder.setLayout(form)
        labels = spare_labels(self._desk.session)
        groups = self._groups()
        for heading, columns in groups.items():
            if len(groups) > 1:
                form.addRow(label(heading, bold=True))
            for column in columns:
                name = label_of(column, labels)
                field = RecordField(column, name, partial(self._save, column.path), self._settle)
                field.editor.installEventFilter(self)
                self.fields[column.path] = field
                form.addRow(label(name, "quiet", 12), field)
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

    def _groups(self) -> dict[str, list[Column]]:
        """Heading → columns: the record's own, those of the record embedded in it, what is computed."""
        schema, found = self._desk.session.schema, dict[str, list[Column]]()
        computed = []
        for column in columns_in_use(self._desk.session, self._ledger):
            if not column.editable:
                computed.append(column)
                continue
            first = column.fields[0]
            found.setdefault(schema.ledger(first.target if first.embedded else self._ledger).label, []).append(column)
        return {**found, COMPUTED: computed} if computed else found

    def show_record(self, key: str) -> None:
        """Show a record; an empty key clears the panel. A text left half typed is saved to its own record first."""
        other = key != self.key
        if other:
            self.hand_over()
        self.key = key
        session = self._desk.session
        rid = session.read.rid_of(self._ledger, key) if key else None
        self.setEnabled(rid is not None)
        self.attachments.show_record(key if rid is not None else "")
        if rid is None:
            self.heading.setText("")
            return
        caption = session.read.caption(self._ledger, key)
        self.heading.setText(caption if len(caption) <= LONGEST_HEADING else f"{caption[:LONGEST_HEADING]}…")
        self._say(self._closed_because(key))
        self.opinion.setText(opinions.last_word(session, self._ledger, key))
        self.opinion.setVisible(bool(self.opinion.text()))
        paths = list(self.editors)
        (cells,) = session.read.page(self._ledger, [rid], paths, session.today())
        disputed = provisional.cells(session, self._ledger)
        self.waiting.setVisible((key, "") in disputed)
        for path, cell in zip(paths, cells, strict=True):
            text = session.schema.steps(self._ledger, path)[-1].show(cell)
            self._show_field(path, text, other=other)
            self.fields[path].editor.setEnabled(not (self.reason.text() and self._closed_because(key, path)))
            self.fields[path].waiting.setVisible((key, path) in disputed)
        if self._tabs.currentIndex() == 1:
            self._fill_history()

    def _show_field(self, path: str, text: str, *, other: bool) -> None:
        """What is stored, unless a text is refused here or just being typed."""
        field = self.fields[path]
        typed, reason = self._refused.get((self.key, path), (None, ""))
        if typed is None and (other or not (field.editor.hasFocus() and field.typed)):
            field.put(text)
        elif typed is not None and other:
            field.put(typed)
        field.mark(reason)

    def _closed_because(self, key: str, *paths: str) -> str:
        """Why the record, or of it the fields at `paths`, cannot be edited; empty if it can."""
        session = self._desk.session
        deleted = history.why_deleted(session, self._ledger, key)
        return deleted or editing.why_read_only(session, self._ledger, key, paths) or ""

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
        if path in self.fields:
            self._fields.ensureWidgetVisible(self.fields[path])

    def _take(self, path: str) -> None:
        self._save(path, self.fields[path].text)

    def _drop(self, path: str) -> None:
        self._refused.pop((self.key, path), None)
        self.fields[path].put(self._stored(path))
        self.fields[path].mark("")

    def hand_over(self) -> None:
        """Save what is typed into a field that was not left."""
        for path, field in self.fields.items():
            if field.typed:
                self._save(path, field.text)

    def _stored(self, path: str) -> str:
        session = self._desk.session
        rid = session.read.rid_of(self._ledger, self.key)
        (cells,) = session.read.page(self._ledger, [rid or 0], [path], session.today()) or [(None,)]
        return session.schema.column(self._ledger, path).field.show(cells[0])

    def _save(self, path: str, typed: str) -> None:
        session, key = self._desk.session, self.key
        if not key or not session.schema.column(self._ledger, path).editable:
            return
        if self.reason.text() and self._closed_because(key, path):
            return
        reason = ""
        if typed != self._stored(path):
            reason = editing.check_edit(session, self._ledger, key, path, typed) or ""
            if not reason:
                self._desk.write(
                    lambda _job: editing.edit_cells(session, self._ledger, [Edit(key, path, typed)]),
                    lambda _changes: self._mark(key, path, typed, ""),
                    failed=lambda refusal: self._not_written(key, path, typed, refusal),
                )
        self._mark(key, path, typed, reason)

    def _not_written(self, key: str, path: str, typed: str, refusal: Refusal) -> None:
        """The text stays in its field, to be saved again by Enter."""
        self._mark(key, path, typed, refusal.message)
        self._desk.say("bad", refusal.message)

    def _mark(self, key: str, path: str, typed: str, reason: str) -> None:
        self._refused.pop((key, path), None)
        if reason:
            self._refused[key, path] = (typed, reason)
        if key == self.key:
            self.fields[path].mark(reason)

    def _settle(self) -> None:
        self._desk.page_asked.emit("sync", "conflicts")

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
            text = (
                f"{told.at}　{told.person}　{told.field_label}{where}\n{what}{basis}　（{told.label}，{told.origin}）"
            )
            self._history.addWidget(label(text.strip(), pixels=12, wrap=True))
        self._history.addStretch(1)
