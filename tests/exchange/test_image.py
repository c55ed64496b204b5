"""Pictures from outside: judged by content, made small, never an error of another kind."""

import random
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage

from desktop.domain.errors import Refusal
from desktop.exchange import image


def encoded(picture: QImage, form: str = "PNG") -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, form)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def noisy(width: int, height: int) -> QImage:
    pixels = random.Random(1).randbytes(width * height * 4)
    return QImage(pixels, width, height, QImage.Format.Format_RGB32).copy()


def plain(colour: Qt.GlobalColor = Qt.GlobalColor.red, width: int = 40, height: int = 20) -> QImage:
    picture = QImage(width, height, QImage.Format.Format_ARGB32)
    picture.fill(colour)
    return picture


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + b"\0" * 4
    body = b"Exif\0\0" + tiff + b"GPS 30.25,120.15"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def size(content: bytes) -> tuple[int, int]:
    picture = QImage.fromData(content)
    return picture.width(), picture.height()


def test_a_picture_is_known_by_its_content() -> None:
    small, ending = image.shrunk(encoded(plain()))
    assert (size(small), ending) == ((40, 20), "png")
    assert image.shrunk(encoded(plain(), "JPG"))[1] == "jpg"


@pytest.mark.qt_log_ignore(".*")
@pytest.mark.parametrize("content", [b"", b"hello", b"<svg width='9' height='9'/>", b"MZ\x90", b"BM", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal):
        image.shrunk(content)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(Refusal) as refused:
        image.shrunk(bomb + encoded(plain())[33:])
    assert refused.value.code == "picture_too_large"


def test_a_large_photo_becomes_small_and_stays_legible() -> None:
    small, ending = image.shrunk(encoded(noisy(2600, 1300)))
    assert ending == "jpg" and len(small) <= image.LIMIT
    assert size(small)[0] >= 640


def test_a_photo_is_turned_upright_and_tells_no_place() -> None:
    small, _ = image.shrunk(with_exif(encoded(plain(), "JPG"), 6))
    assert size(small) == (20, 40)
    assert b"GPS" not in small and b"Exif" not in small


def test_transparent_parts_become_white() -> None:
    small, ending = image.shrunk(encoded(plain(Qt.GlobalColor.transparent)))
    assert ending == "png"
    assert QImage.fromData(small).pixelColor(5, 5) == QColor(Qt.GlobalColor.white)


def test_a_thumbnail_fits() -> None:
    assert size(image.thumbnail(encoded(noisy(300, 100)), 48)) == (48, 16)


SEEDS = [encoded(plain(), form) for form in ("PNG", "JPG", "BMP")]


@pytest.mark.qt_log_ignore(".*")
@settings(max_examples=150)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255))), st.integers(1, 2000))
def test_damaged_pictures_are_read_or_refused(seed: bytes, hits: list[tuple[int, int]], end: int) -> None:
    content = bytearray(seed)
    for at, value in hits:
        content[at % len(content)] = value
    for use in (image.shrunk, lambda data: image.thumbnail(data, 32)):
        with suppress(Refusal):
            use(bytes(content[:end]))
