"""One theme, light and dark: colours by name, fonts, heights from font metrics, the application sheet."""

from dataclasses import dataclass
from functools import cache
from string import Template

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


def _sheet(names: dict[str, str]) -> str:
    """The shipped sheet with the colours and heights in use; a height is that of the ground within its frame."""
    height = heights().control - 2
    folder = resources.folder() / "theme"
    return Template(resources.read_text("theme", "application.qss")).substitute(
        names, height=height, height_in_frame=height - 2, height_without_frame=height + 2,
        navigation_height=heights().navigation, tick=(folder / "tick.svg").as_posix(),
        arrow=(folder / ("arrow-dark.svg" if names is DARK else "arrow-light.svg")).as_posix(),
    )  # fmt: skip
