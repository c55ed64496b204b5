"""Icons: shipped SVGs, painted in the colour of their place at the moment and scale of painting."""

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop import resources
from desktop.ui import theme


class _Drawing(QIconEngine):
    """One icon in one colour of the theme; a change of theme repaints it in the new one."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        token = "disabled" if mode is QIcon.Mode.Disabled else self._token
        side = min(rect.width(), rect.height())
        square = QRectF(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side)
        _drawing(self._name, theme.tokens()[token]).render(painter, square)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Drawing(self._name, self._token)


def icon(name: str, token: str = "text_2") -> QIcon:
    """An icon by name in a colour of the theme; KeyError if it is not shipped."""
    _source(name)
    return QIcon(_Drawing(name, token))


@cache
def _source(name: str) -> str:
    path = resources.folder() / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


@cache
def _drawing(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
