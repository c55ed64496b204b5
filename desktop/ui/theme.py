"""One theme, light and dark: colours by name, fonts, heights from font metrics, the application sheet."""

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop import resources

FAMILIES = ["Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "sans-serif"]

LIGHT = {
    "window": "#F3F4F6", "nav": "#E9ECEF", "surface": "#FFFFFF", "head": "#F5F6F8", "sunk": "#ECEEF1",
    "line": "#E3E6EA", "line_strong": "#C9CFD7", "control": "#8A94A1", "text": "#1B2430", "text_2": "#465160",
    "text_3": "#596472", "disabled": "#8B95A1", "accent_fill": "#1F5FA6", "accent_hover": "#184E8A",
    "accent": "#1F5FA6", "accent_soft": "#E7F0FA", "selection": "#DCE8F7", "bad": "#B3261E", "bad_soft": "#FBE8E6",
    "warn": "#8A5200", "warn_soft": "#FBF0DB", "ok": "#1E6B3C", "ok_soft": "#E3F2E8", "bar": "#5B8CC2",
    "bar_ground": "#DDE2E8", "tip": "#25303C", "tip_text": "#FFFFFF", "on_accent": "#FFFFFF",
}  # fmt: skip

DARK = {
    "window": "#171A1E", "nav": "#121518", "surface": "#1E2226", "head": "#23282D", "sunk": "#2A2F35",
    "line": "#30363D", "line_strong": "#48515B", "control": "#6F7A87", "text": "#E3E7EB", "text_2": "#B4BCC6",
    "text_3": "#A3ACB8", "disabled": "#6B7580", "accent_fill": "#2F6DB5", "accent_hover": "#3673BB",
    "accent": "#86B6EC", "accent_soft": "#213449", "selection": "#26405F", "bad": "#F29A92", "bad_soft": "#472623",
    "warn": "#E6B96E", "warn_soft": "#3F3119", "ok": "#86CC9D", "ok_soft": "#1E3B2B", "bar": "#4F86C2",
    "bar_ground": "#343B43", "tip": "#E3E7EB", "tip_text": "#171A1E", "on_accent": "#FFFFFF",
}  # fmt: skip


class _Chosen:
    """What a person chose; Unknown follows the system."""

    scheme = Qt.ColorScheme.Unknown


def dark() -> bool:
    """Whether the dark colours are in use."""
    if _Chosen.scheme is not Qt.ColorScheme.Unknown:
        return _Chosen.scheme is Qt.ColorScheme.Dark
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def tokens() -> dict[str, str]:
    """The colours in use, by name."""
    return DARK if dark() else LIGHT


def colour(name: str) -> QColor:
    """One colour in use."""
    return QColor(tokens()[name])


@cache
def font(pixels: int = 13, bold: bool = False) -> QFont:
    """The interface font at a size in logical pixels."""
    made = QFont()
    made.setFamilies(FAMILIES)
    made.setPixelSize(pixels)
    made.setBold(bold)
    return made


@dataclass(frozen=True)
class Heights:
    """Heights in logical pixels, from the font that is really there."""

    row: int
    header: int
    control: int
    navigation: int


@cache
def heights() -> Heights:
    """Of rows, header rows, buttons and navigation items."""
    body = QFontMetrics(font(13)).height()
    return Heights(max(28, body + 9), 32, max(30, body + 11), max(34, body + 14))


def install(application: QApplication) -> None:
    """Set style, palette, font and sheet, and again whenever the system's colour scheme changes."""
    application.setStyle(QStyleFactory.create("Fusion"))
    application.setFont(font())
    _colour_in(application)
    application.styleHints().colorSchemeChanged.connect(lambda _scheme: _colour_in(application))


def force(scheme: Qt.ColorScheme) -> None:
    """Light or dark whatever the system says; Unknown follows it."""
    _Chosen.scheme = scheme
    QGuiApplication.styleHints().setColorScheme(scheme)
    application = QApplication.instance()
    if isinstance(application, QApplication):
        _colour_in(application)


def _colour_in(application: QApplication) -> None:
    names = tokens()
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, name in (
        (roles.Window, "window"), (roles.Base, "surface"), (roles.AlternateBase, "head"), (roles.Button, "surface"),
        (roles.Text, "text"), (roles.WindowText, "text"), (roles.ButtonText, "text"), (roles.Highlight, "selection"),
        (roles.HighlightedText, "text"), (roles.Link, "accent"), (roles.PlaceholderText, "text_3"),
        (roles.ToolTipBase, "tip"), (roles.ToolTipText, "tip_text"),
    ):  # fmt: skip
        palette.setColor(role, QColor(names[name]))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(names["disabled"]))
    application.setPalette(palette)
    application.setStyleSheet(_sheet(names))


def _sheet(c: dict[str, str]) -> str:
    height = heights().control - 2
    arrow = (resources.folder() / "theme" / ("arrow-dark.svg" if c is DARK else "arrow-light.svg")).as_posix()
    tick = (resources.folder() / "theme" / "tick.svg").as_posix()
    return f"""
    QWidget#navigation, QStatusBar {{ background: {c["nav"]}; }}
    QWidget#header, QWidget#toolbar {{ background: {c["window"]}; border-bottom: 1px solid {c["line_strong"]}; }}
    QWidget#page {{ background: {c["window"]}; }}
    QWidget#record {{ background: {c["surface"]}; border-left: 1px solid {c["line_strong"]}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; }}
    QFrame#card, QFrame#panel {{ background: {c["surface"]}; border: 1px solid {c["line"]}; border-radius: 6px; }}
    QFrame#notice_bad {{ background: {c["bad_soft"]}; border: 1px solid {c["bad"]}; border-radius: 4px; }}
    QFrame#notice_warn {{ background: {c["warn_soft"]}; border: 1px solid {c["warn"]}; border-radius: 4px; }}
    QFrame#notice_ok {{ background: {c["ok_soft"]}; border: 1px solid {c["ok"]}; border-radius: 4px; }}
    QLabel#quiet {{ color: {c["text_3"]}; }}
    QLabel#link {{ color: {c["accent"]}; }}
    QLabel#badge_bad {{ color: {c["bad"]}; }}
    QLabel#badge_warn {{ color: {c["warn"]}; }}
    QLabel#badge_ok {{ color: {c["ok"]}; }}
    QPushButton {{ background: {c["surface"]}; color: {c["text"]}; border: 1px solid {c["line_strong"]};
        border-radius: 4px; padding: 0 12px; min-height: {height}px; }}
    QPushButton:hover {{ background: {c["head"]}; }}
    QPushButton:focus {{ border: 2px solid {c["accent"]}; padding: 0 11px; min-height: {height - 2}px; }}
    QPushButton:disabled {{ color: {c["disabled"]}; }}
    QPushButton[kind="primary"] {{ background: {c["accent_fill"]}; color: {c["on_accent"]}; border: none;
        font-weight: 700; min-height: {height + 2}px; }}
    QPushButton[kind="primary"]:hover {{ background: {c["accent_hover"]}; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {c["text"]}; padding: 0 10px; min-height: {height - 2}px; }}
    QPushButton[kind="primary"]:disabled {{ background: {c["sunk"]}; color: {c["disabled"]}; }}
    QPushButton[kind="ghost"] {{ background: transparent; border: 1px solid transparent; color: {c["text_2"]}; }}
    QPushButton[kind="ghost"]:hover {{ background: {c["sunk"]}; }}
    QPushButton[kind="ghost"]:focus {{ border: 2px solid {c["accent"]}; }}
    QPushButton[kind="chip"] {{ background: {c["accent_soft"]}; border: 1px solid {c["line_strong"]};
        border-radius: 4px; padding: 0 8px; min-height: 24px; }}
    QPushButton[kind="chip"]:focus {{ border: 2px solid {c["accent"]}; padding: 0 7px; min-height: 22px; }}
    QPushButton::menu-indicator {{ image: url("{arrow}"); width: 12px; height: 12px; right: 6px;
        subcontrol-origin: padding; subcontrol-position: center right; }}
    QDialog#panel {{ background: {c["surface"]}; border: 1px solid {c["line_strong"]}; }}
    QPushButton[kind="danger"] {{ border: 1px solid {c["bad"]}; color: {c["bad"]}; }}
    QPushButton[kind="verdict"]:checked {{ background: {c["selection"]}; border: 2px solid {c["accent"]}; }}
    QPushButton[kind="navigation"] {{ background: transparent; border: none; text-align: left; padding: 0 12px;
        min-height: {heights().navigation}px; border-radius: 4px; }}
    QPushButton[kind="navigation"]:hover {{ background: {c["sunk"]}; }}
    QPushButton[kind="navigation"]:checked {{ background: {c["surface"]}; color: {c["accent"]}; font-weight: 700;
        border-left: 3px solid {c["accent"]}; padding: 0 9px; }}
    QPushButton[kind="navigation"]:focus {{ border: 2px solid {c["accent"]}; padding: 0 10px; }}
    QLineEdit, QComboBox, QDateEdit, QPlainTextEdit, QSpinBox {{ background: {c["surface"]}; color: {c["text"]};
        border: 1px solid {c["line_strong"]}; border-radius: 4px; padding: 0 8px; min-height: {height}px; }}
    QPlainTextEdit {{ padding: 4px; }}
    QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 2px solid {c["accent"]}; padding: 0 7px;
        min-height: {height - 2}px; }}
    QComboBox::drop-down {{ border: none; width: 22px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
    QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] {{ background: {c["bad_soft"]};
        border: 1px solid {c["bad"]}; }}
    QTableView, QTreeView, QListView {{ background: {c["surface"]}; border: none; outline: 0;
        selection-background-color: {c["selection"]}; selection-color: {c["text"]}; gridline-color: {c["line"]}; }}
    QListView::indicator {{ width: 14px; height: 14px; border: 1px solid {c["control"]}; border-radius: 3px;
        background: {c["surface"]}; }}
    QListView::indicator:checked {{ background: {c["accent_fill"]}; border: 1px solid {c["accent_fill"]};
        image: url("{tick}"); }}
    QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {c["control"]}; border-radius: 8px;
        background: {c["surface"]}; }}
    QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {c["accent_fill"]}; }}
    QRadioButton::indicator:focus {{ border-color: {c["accent"]}; }}
    QTableView#frozen {{ border-right: 2px solid {c["line_strong"]}; }}
    QHeaderView::section {{ background: {c["head"]}; color: {c["text_2"]}; border: none;
        border-right: 1px solid {c["line"]}; border-bottom: 1px solid {c["line_strong"]}; padding: 0 8px;
        font-weight: 700; font-size: 12px; }}
    QHeaderView {{ background: {c["head"]}; }}
    QTableCornerButton::section {{ background: {c["head"]}; border: none; border-right: 1px solid {c["line"]};
        border-bottom: 1px solid {c["line_strong"]}; }}
    QTabBar::tab {{ padding: 6px 12px; border-bottom: 2px solid transparent; color: {c["text_2"]}; }}
    QTabBar::tab:selected {{ border-bottom: 2px solid {c["accent"]}; color: {c["accent"]}; font-weight: 700; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {c["line"]}; }}
    QToolTip {{ background: {c["tip"]}; color: {c["tip_text"]}; border: none; padding: 4px 8px; }}
    QStatusBar QLabel {{ color: {c["text_2"]}; font-size: 12px; padding: 0 8px; }}
    QScrollBar:vertical {{ width: 10px; background: transparent; }}
    QScrollBar:horizontal {{ height: 10px; background: transparent; }}
    QScrollBar::handle {{ background: {c["line_strong"]}; border-radius: 4px; min-height: 24px; min-width: 24px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QProgressBar {{ background: {c["bar_ground"]}; border: none; border-radius: 2px; max-height: 4px; }}
    QProgressBar::chunk {{ background: {c["bar"]}; border-radius: 2px; }}
    QMenu {{ background: {c["surface"]}; border: 1px solid {c["line_strong"]}; padding: 4px; }}
    QMenu::item {{ padding: 6px 24px; }}
    QMenu::item:selected {{ background: {c["selection"]}; }}
    """
