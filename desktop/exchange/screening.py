"""What is checked of a foreign workbook before any reader sees it: size, kind, container, passwords, XML."""

import io
import struct
import zipfile
from collections.abc import Iterator
from enum import StrEnum

from desktop.exchange.compound_file import SIGNATURE, CompoundFile
from desktop.exchange.refusals import damaged, empty, not_a_table, protected, too_large, web_page

LARGEST_FILE = 60 * 2**20
LARGEST_UNPACKED = 200 * 2**20
MOST_MEMBERS = 10_000
_HIGHEST_RATIO = 400
_RATIO_FROM = 10 * 2**20
_LARGEST_DIRECTORY = 4 * 2**20
_PIECE = 1 << 20
_ENCODINGS = ("ascii", "utf-16-le", "utf-16-be")
_FORBIDDEN = tuple(word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in _ENCODINGS)


class Container(StrEnum):
    """What a file is by its content; its name says nothing."""

    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    TEXT = "text"


def screen(content: bytes) -> Container:
    """The kind of a file whose content has been found safe to read; Refusal if it is not."""
    if len(content) > LARGEST_FILE:
        raise too_large()
    if not content.strip(b"\0\t\r\n \xef\xbb\xbf"):
        raise empty()
    if content.startswith(SIGNATURE):
        return _screen_compound(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _screen_archive(content)
    return _screen_text(content)


def unpacked_size(content: bytes) -> int:
    """Bytes that the members of a screened archive unpack to."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(member.file_size for member in archive.infolist())


def member_pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of a member, a piece at a time; Refusal if it is damaged."""
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except Exception as error:
        raise damaged() from error


def _screen_compound(content: bytes) -> Container:
    compound = CompoundFile(content)
    names = compound.names
    if names & {"EncryptedPackage", "EncryptionInfo", "DRMContent", "\tDRMContent"}:
        raise protected()
    if not names & {"Workbook", "Book"}:
        raise not_a_table()
    compound.check_workbook()
    return Container.XLS


def _screen_text(content: bytes) -> Container:
    start = content[:4096].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta", b"<style")):
        raise web_page()
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if start.startswith((b"%pdf", b"{\\rtf", b"\x7felf", b"mz\x90")) or (b"\0" in content and not wide):
        raise not_a_table()
    return Container.TEXT


def _screen_archive(content: bytes) -> Container:
    if _directory_size(content) > _LARGEST_DIRECTORY:
        raise too_large()
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except Exception as error:
        raise damaged() from error
    _check_members(members)
    for member in members:
        _check_xml(archive, member)
    names = {member.filename for member in members}
    if "xl/workbook.xml" in names:
        return Container.XLSX
    if {"mimetype", "content.xml"} <= names:
        kind = b"".join(member_pieces(archive, archive.getinfo("mimetype")))
        if kind.strip().startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            _check_open_document_password(archive)
            return Container.ODS
    raise not_a_table()


def _directory_size(content: bytes) -> int:
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if end < 0 or end + 22 > len(content):
        raise damaged()
    size: int = struct.unpack_from("<I", content, end + 12)[0]
    if end >= 20 and content[end - 20 : end - 16] == b"PK\x06\x07":
        record: int = struct.unpack_from("<Q", content, end - 12)[0]
        if content[record : record + 4] != b"PK\x06\x06" or record + 56 > len(content):
            raise damaged()
        size = struct.unpack_from("<Q", content, record + 40)[0]
    return size


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise too_large()
    if len({member.filename.lower() for member in members}) < len(members):
        raise damaged()
    for member in members:
        if member.flag_bits & 0x1:
            raise protected()
        if member.file_size > _RATIO_FROM and member.file_size > _HIGHEST_RATIO * max(member.compress_size, 1):
            raise too_large()


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Unpack the whole member once: that proves its size and checksum, and shows any entity declared."""
    tail = b""
    is_text = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    for piece in member_pieces(archive, member):
        if is_text and any(word in tail + piece for word in _FORBIDDEN):
            raise damaged()
        tail = piece[-32:]


def _check_open_document_password(archive: zipfile.ZipFile) -> None:
    if "META-INF/manifest.xml" not in archive.namelist():
        return
    if b"encryption-data" in b"".join(member_pieces(archive, archive.getinfo("META-INF/manifest.xml"))):
        raise protected()
