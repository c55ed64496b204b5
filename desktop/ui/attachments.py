"""Below every record: its attachments. Files are dropped, pasted or chosen; opened, saved, renamed and removed."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject, QSize, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QIcon, QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from desktop.app import attachments
from desktop.app.attachments import Attached, Given
from desktop.domain.errors import Refusal
from desktop.ui.desk import Desk, Page
from desktop.ui.icons import icon
from desktop.ui.kept import settings
from desktop.ui.made_files import ask_where
from desktop.ui.opening import open_with_system
from desktop.ui.widgets import button, label, line

PHOTOS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp")
LONG_WORK = 10 * 1024**2
"""Bytes from which adding is a long job."""

_SIDE = 32
_ROWS_SHOWN = 3
_KEY = Qt.ItemDataRole.UserRole
_WAYS = (("压缩到 300 KB 以内（推荐）", "small"), ("保留原图", "original"), ("两者都保留", "both"))
_REMEMBERED = "attachments/pictures"


def is_photo(path: Path) -> bool:
    """Whether a dropped file is named as a picture."""
    return path.suffix.lower() in PHOTOS


def attach_to_shown(desk: Desk, page: Page, photos: Sequence[Path]) -> None:
    """Give dropped photos to the record a page shows, or say what to do."""
    strip = page.findChild(AttachmentStrip)
    if isinstance(strip, AttachmentStrip) and strip.isVisible() and strip.key:
        strip.add(photos)
    else:
        desk.say("warn", "请先打开一个台账并选中一条记录，再把照片拖到窗口上")


class AttachmentStrip(QWidget):
    """The attachments of the shown record; `panel` takes dropped files as well."""

    def __init__(self, desk: Desk, ledger: str, panel: QWidget) -> None:
        super().__init__()
        self._desk, self._session, self._ledger = desk, desk.session, ledger
        self.key = ""
        self._pictures: dict[str, QIcon] = {}
        self.counted = label("附件", "quiet", 12)
        self.choose = button("添加附件", self.choose_files, "ghost", "plus", "添加附件；也可以把文件拖到这里")
        self.paste_button = button("粘贴图片", self.paste, "ghost", "clipboard", "粘贴剪贴板里的图片（Ctrl+V）")
        self.save = button("另存为", self.save_current, "ghost", "save", "把选中的附件另存到别处")
        self.files = QListWidget()
        self.files.setAccessibleName("附件列表")
        self.files.setIconSize(QSize(_SIDE, _SIDE))
        self.files.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.files.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.files.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.files.itemActivated.connect(lambda _item: self.open_current())
        self.files.itemChanged.connect(self._renamed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(line(self.counted, None, self.save, spacing=2))
        column.addWidget(self.files)
        column.addWidget(line(self.choose, self.paste_button, None, spacing=2))
        for keys, pressed, where, reach in (
            ("Ctrl+V", self.paste, self, Qt.ShortcutContext.WidgetWithChildrenShortcut),
            ("Del", self.remove_selected, self.files, Qt.ShortcutContext.WidgetShortcut),
        ):
            QShortcut(QKeySequence(keys), where, context=reach).activated.connect(pressed)
        panel.setAcceptDrops(True)
        panel.installEventFilter(self)
        self.show_record("")

    def show_record(self, key: str) -> None:
        """The attachments of a record; an empty key shows none."""
        self.key = key
        found = attachments.of_record(self._session, self._ledger, key) if key else []
        reason = attachments.why_not(self._session, self._ledger, key) if key else "没有选中记录"
        for control in (self.choose, self.paste_button):
            control.setEnabled(reason is None)
        self.files.blockSignals(True)
        self.files.clear()
        for item in found:
            self.files.addItem(self._item(item, editable=reason is None))
        self.files.blockSignals(False)
        self.counted.setText(f"附件 {len(found)}" if found else "附件")
        self.files.setVisible(bool(found))
        self.save.setVisible(bool(found))
        self.files.setFixedHeight(min(len(found), _ROWS_SHOWN) * (_SIDE + 6) + 4)
        if found:
            self.files.setCurrentRow(0)
        self._fetch([item for item in found if item.key not in self._pictures and is_photo(Path(item.name))])

    def _item(self, item: Attached, *, editable: bool) -> QListWidgetItem:
        missing = item.place is None
        text = f"{item.name}（附件尚未收到，随 U 盘另送）" if missing else item.name
        made = QListWidgetItem(self._pictures.get(item.key, icon("clock" if missing else "paper")), text)
        made.setData(_KEY, item.key)
        made.setToolTip(f"{text}　{item.size / 1024:,.0f} KB")
        if editable and not missing:
            made.setFlags(made.flags() | Qt.ItemFlag.ItemIsEditable)
        return made

    def _fetch(self, items: list[Attached]) -> None:
        if items:
            self._desk.read(lambda job: attachments.thumbnails(items, _SIDE * 2, job), self._fetched)

    def _fetched(self, found: dict[str, bytes]) -> None:
        for key, content in found.items():
            self._pictures[key] = QIcon(QPixmap.fromImage(QImage.fromData(content)))
        self.files.blockSignals(True)
        for row in range(self.files.count()):
            item = self.files.item(row)
            if item.data(_KEY) in found:
                item.setIcon(self._pictures[item.data(_KEY)])
        self.files.blockSignals(False)

    def add(self, files: Sequence[Path | Given]) -> None:
        """Attach files to the shown record, asking first what to do with pictures."""
        session, ledger, key = self._session, self._ledger, self.key
        way = self._way() if any(isinstance(file, Given) or is_photo(file) for file in files) else "original"
        if not key or not way:
            return
        self._desk.write(
            lambda job: attachments.add(
                session, ledger, key, files, shrink=way != "original", keep_original=way == "both", job=job
            ),
            locks=sum(_size(file) for file in files) > LONG_WORK,
        )

    def _way(self) -> str:
        """What to do with pictures; empty if the person gave up."""
        remembered = str(settings().value(_REMEMBERED) or "")
        if remembered in [way for _, way in _WAYS]:
            return remembered
        box = QMessageBox(QMessageBox.Icon.Question, "添加图片", "图片怎样保存？", parent=self)
        always = QCheckBox("以后都这样")
        box.setCheckBox(always)
        chosen = {box.addButton(words, QMessageBox.ButtonRole.AcceptRole): way for words, way in _WAYS}
        box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
        box.exec()
        way = chosen.get(box.clickedButton(), "")  # type: ignore[call-overload]
        if way and always.isChecked():
            settings().setValue(_REMEMBERED, way)
        box.deleteLater()
        return str(way)

    def choose_files(self) -> None:
        """Files from a dialog."""
        paths, _ = QFileDialog.getOpenFileNames(self, "添加附件")
        if paths:
            self.add([Path(path) for path in paths])

    def paste(self) -> None:
        """The picture or the files of the clipboard."""
        if not self.choose.isEnabled():
            return
        clipboard = QGuiApplication.clipboard()
        urls = [Path(url.toLocalFile()) for url in clipboard.mimeData().urls() if url.isLocalFile()]
        picture = clipboard.image()
        if urls:
            self.add(urls)
        elif picture.isNull():
            self._desk.say("warn", "剪贴板里没有图片，请先截图或复制图片再粘贴")
        else:
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            picture.save(buffer, "PNG")  # type: ignore[call-overload]
            self.add([Given(f"粘贴图片_{self._session.today()}.png", bytes(buffer.data().data()))])

    def open_current(self) -> None:
        """Show a copy of the current attachment with its own program."""
        session, key = self._session, self._current()
        if key:
            self._desk.read(lambda _job: attachments.open_copy(session, key), self._show)

    def _show(self, copy: Path) -> None:
        if not open_with_system(copy):
            self._desk.say("warn", f"没能打开“{copy.name}”，可以另存到别处再打开")

    def save_current(self) -> None:
        """The current attachment to a place of the person's choice."""
        session, key = self._session, self._current()
        name = self.files.currentItem().text() if key else ""
        if key and (path := ask_where(self, "另存为", name, f"*{Path(name).suffix}")):
            self._desk.read(
                lambda _job: attachments.save_as(session, key, path),
                lambda _none: self._desk.say("ok", f"已另存到 {path}", path),
            )

    def remove_selected(self) -> None:
        """The selected attachments to the recycle bin; Ctrl+Z brings them back."""
        session, keys = self._session, [str(item.data(_KEY)) for item in self.files.selectedItems()]
        if keys:
            self._desk.write(lambda _job: attachments.remove(session, keys))

    def _current(self) -> str:
        item = self.files.currentItem()
        return str(item.data(_KEY)) if item is not None else ""

    def _renamed(self, item: QListWidgetItem) -> None:
        session, key, name, shown = self._session, str(item.data(_KEY)), item.text(), self.key
        self._desk.write(
            lambda _job: attachments.rename(session, key, name),
            lambda _changes: self.show_record(shown) if shown == self.key else None,
            failed=self._not_renamed,
        )

    def _not_renamed(self, refusal: Refusal) -> None:
        self._desk.say("bad", refusal.message)
        self.show_record(self.key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop) and isinstance(event, QDropEvent):
            paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
            if paths and self.choose.isEnabled() and all(path.suffix.lower() != ".bzb" for path in paths):
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.add(paths)
                return True
        return super().eventFilter(watched, event)


def _size(file: Path | Given) -> int:
    if isinstance(file, Given):
        return len(file.content)
    return file.stat().st_size if file.is_file() else 0
