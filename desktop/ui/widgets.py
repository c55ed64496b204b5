"""The few building blocks every page is made of: buttons, labels, cards, notices, the head of a page."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.icons import icon
from desktop.ui.opening import open_with_system


def button(text: str, pressed: Callable[[], object], kind: str = "", icon_name: str = "", tip: str = "") -> QPushButton:
    """A button; `kind` is primary, ghost, danger or nothing."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon_name:
        made.setIcon(icon(icon_name, "on_accent" if kind == "primary" else "text_2"))
    if tip:
        made.setToolTip(tip)
        made.setAccessibleDescription(tip)
    made.clicked.connect(lambda _checked=False: pressed())
    return made


def label(text: str, name: str = "", pixels: int = 13, *, bold: bool = False, wrap: bool = False) -> QLabel:
    """A text; `name` picks its colour: quiet, link, badge_ok, badge_warn, badge_bad."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setFont(theme.font(pixels, bold))
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def card(*rows: QWidget, margin: int = 12, name: str = "card") -> QFrame:
    """A framed group of widgets, one below the other."""
    frame = QFrame()
    frame.setObjectName(name)
    column = QVBoxLayout(frame)
    column.setContentsMargins(margin, margin, margin, margin)
    column.setSpacing(4)
    for row in rows:
        column.addWidget(row)
    return frame


def line(*items: QWidget | None, spacing: int = 8) -> QWidget:
    """Widgets side by side; None is the stretch between them."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for item in items:
        if item is None:
            row.addStretch(1)
        else:
            row.addWidget(item)
    return holder


def toolbar(*items: QWidget | None) -> QWidget:
    """The bar of a page's actions."""
    holder = line(*items)
    holder.setObjectName("toolbar")
    holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    holder.layout().setContentsMargins(16, 8, 16, 8)  # type: ignore[union-attr]
    return holder


class Notice(QFrame):
    """One line in the page: what is the matter and what to do; hidden while there is nothing to say. A file that was
    made can be opened from it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label("", wrap=True)
        self.made: Path | None = None
        self.open_file = button("打开文件", lambda: self._open(folder=False), "ghost")
        self.open_folder = button("打开所在文件夹", lambda: self._open(folder=True), "ghost")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self.open_file)
        row.addWidget(self.open_folder)
        row.addWidget(button("", self.hide, "ghost", "close", "关闭这条提示"))
        self.hide()

    def say(self, kind: str, sentence: str, made: Path | None = None) -> None:
        """Show a sentence; `kind` is bad, warn or ok. `made` is the file it tells of."""
        self.made = made
        for opener in (self.open_file, self.open_folder):
            opener.setVisible(made is not None)
        mark = {"bad": "×", "warn": "▲", "ok": "✓"}[kind]
        self._text.setText(f"{mark} {sentence}")
        self.setAccessibleName(sentence)
        self.setObjectName(f"notice_{kind}")
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()

    def _open(self, *, folder: bool) -> None:
        if self.made is not None and not open_with_system(self.made.parent if folder else self.made):
            self.say("warn", f"没能打开，请到文件夹“{self.made.parent}”里找“{self.made.name}”")

    @property
    def sentence(self) -> str:
        """What is said; empty while hidden."""
        return self._text.text() if not self.isHidden() else ""


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        if item is not None and (widget := item.widget()) is not None:
            widget.deleteLater()


def empty_state(icon_name: str, sentence: str, *actions: QPushButton) -> QWidget:
    """What stands in an empty page: what is missing and what to do first."""
    picture = QLabel()
    picture.setPixmap(icon(icon_name, "text_3").pixmap(32, 32))
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.addStretch(1)
    for item in (picture, label(sentence, "quiet", 14), line(*actions)):
        column.addWidget(item, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(2)
    return holder
