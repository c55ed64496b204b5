"""Pictures from outside: looked into by content, bounded, and made small enough to travel by mail."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

from desktop.domain.errors import Refusal

MOST_BYTES = 50 * 1024**2
MOST_PIXELS = 100_000_000
LIMIT = 300_000
"""Bytes of a picture that has been made small."""

FORMATS = {b"jpeg": "jpg", b"png": "png", b"bmp": "bmp", b"gif": "gif", b"webp": "webp"}
"""What Qt calls a format → the usual ending. Drawings such as SVG are not pictures: they may refer to other files."""

_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"GIF8", b"RIFF")
_LONGEST_SIDE = 2400
_SIDES = (2400, 2000, 1600, 1280, 1024, 800, 640, 320)
_QUALITIES = (85, 75, 65, 50)
_MEGABYTES_FOR_ONE = 512


def looks_like_picture(head: bytes) -> bool:
    """Whether the first bytes are those of a picture; the name of a file says nothing."""
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    return head.startswith(_SIGNATURES)


def shrunk(content: bytes, limit: int = LIMIT) -> tuple[bytes, str]:
    """The picture upright, without place, camera or other notes, in at most `limit` bytes; and its ending (png for
    drawings and screens that stay small, else jpg). Transparent parts become white."""
    opened = _Opened(content)
    image = _on_white(opened.read(_LONGEST_SIDE))
    if opened.ending == "png" and len(small := _encoded(image, "PNG", -1)) <= limit:
        return small, "png"
    for side in _SIDES:
        fitted = _fitted(image, side)
        for quality in _QUALITIES:
            if len(small := _encoded(fitted, "JPG", quality)) <= limit:
                return small, "jpg"
    raise Refusal("picture_too_large", "这张图片压缩不到要求的大小，请选“保留原图”")


def thumbnail(content: bytes, size: int) -> bytes:
    """The picture as a PNG whose longer side is at most `size` pixels."""
    return _encoded(_fitted(_on_white(_Opened(content).read(size)), size), "PNG", -1)


class _Opened:
    """A reader over bytes, judged before anything is decoded."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MOST_BYTES:
            raise Refusal("picture_too_large", "图片超过 50 MB，请先缩小再添加")
        if not looks_like_picture(content[:16]):
            raise Refusal("not_a_picture", "这个文件不是照片或图片，请选 jpg、png、bmp、gif 或 webp 图片")
        QImageReader.setAllocationLimit(_MEGABYTES_FOR_ONE)
        self._buffer = QBuffer()
        self._buffer.setData(QByteArray(content))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._reader = QImageReader(self._buffer)
        self._reader.setDecideFormatFromContent(True)
        self._reader.setAutoTransform(True)
        name = bytes(self._reader.format().data())
        size = self._reader.size() if name in FORMATS else QSize()
        if size.isEmpty():
            raise _broken()
        if size.width() * size.height() > MOST_PIXELS:
            raise Refusal("picture_too_large", "图片超过 1 亿像素，请先缩小再添加")
        self.ending, self._size = FORMATS[name], size

    def read(self, side: int) -> QImage:
        """The picture upright, its longer side at most `side` pixels."""
        size = QSize(self._size)
        if max(size.width(), size.height()) > side:
            size.scale(side, side, Qt.AspectRatioMode.KeepAspectRatio)
            self._reader.setScaledSize(size.expandedTo(QSize(1, 1)))
        image = self._reader.read()
        if image.isNull():
            raise _broken()
        return image


def _broken() -> Refusal:
    return Refusal("broken_picture", "图片已损坏或没有保存完整，请重新拍照或另存后再添加")


def _on_white(image: QImage) -> QImage:
    """A fresh picture: what the old one carried besides its pixels stays behind."""
    fresh = QImage(image.size(), QImage.Format.Format_RGB32)
    if fresh.isNull():
        raise _broken()
    fresh.fill(Qt.GlobalColor.white)
    painter = QPainter(fresh)
    painter.drawImage(0, 0, image)
    painter.end()
    return fresh


def _fitted(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image
    size = image.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _encoded(image: QImage, form: str, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
