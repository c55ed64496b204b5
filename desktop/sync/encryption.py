"""Who may read a bundle: the content is encrypted once, its key wrapped for each recipient's PC (HPKE, RFC 9180); and
what a spoken passphrase protects."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desktop.domain.errors import Refusal
from desktop.sync import signing

BOX = "box.key"
"""Key file by which this PC opens what is encrypted for it."""

CHUNK = 64 * 1024
_TAG = 16
_DIGITS = 10
_PURPOSE = b"standards-desk bundle 1"
_MEMORY, _PASSES = 64 * 1024, 3
"""Argon2id: kibibytes and passes (RFC 9106, second recommended choice)."""


@cache
def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def make_box(folder: Path) -> str:
    """A new key file for reading; its public key in hexadecimal."""
    private = X25519PrivateKey.generate()
    signing.keep(folder, BOX, private.private_bytes_raw())
    return private.public_key().public_bytes_raw().hex()


def public_box(folder: Path) -> str:
    """The public half of this PC's reading key, in hexadecimal."""
    try:
        return box_of(signing.load(folder, BOX))
    except ValueError:
        raise signing.no_key() from None


def box_of(private: bytes) -> str:
    """The public half of 32 private bytes, in hexadecimal."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def wrap(key: bytes, boxes: Mapping[str, str]) -> dict[str, str]:
    """A content key for each PC (`boxes`: PC → public reading key), in hexadecimal."""
    return {
        device: _suite().encrypt(key, X25519PublicKey.from_public_bytes(bytes.fromhex(box)), _PURPOSE).hex()
        for device, box in boxes.items()
    }


def unwrap(folder: Path, wrapped: str) -> bytes | None:
    """The content key wrapped for this PC; None if it was not wrapped for its key."""
    private = X25519PrivateKey.from_private_bytes(signing.load(folder, BOX))
    try:
        return _suite().decrypt(bytes.fromhex(wrapped), private, _PURPOSE)
    except (InvalidTag, ValueError):
        return None


def encrypt(key: bytes, header: bytes, content: IO[bytes], out: IO[bytes]) -> None:
    """Write `content` in sealed chunks; the last is marked, so that a cut file is noticed. `header` is bound in."""
    cipher, bound = ChaCha20Poly1305(key), hashlib.sha256(header).digest()
    number, chunk = 0, content.read(CHUNK)
    while True:
        following = content.read(CHUNK)
        out.write(cipher.encrypt(_nonce(number, last=not following), chunk, bound))
        if not following:
            return
        number, chunk = number + 1, following


def sealed_size(plain: int) -> int:
    """Bytes of the sealed chunks of a content of `plain` bytes."""
    return plain + max(1, -(-plain // CHUNK)) * _TAG


def decrypt(key: bytes, header: bytes, content: IO[bytes]) -> Iterator[bytes]:
    """The opened chunks; ValueError at the first that was changed, moved or cut off."""
    cipher, bound = ChaCha20Poly1305(key), hashlib.sha256(header).digest()
    number, chunk = 0, content.read(CHUNK + _TAG)
    while True:
        following = content.read(CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, bound)
        except InvalidTag:
            raise ValueError("changed chunk") from None
        if not following:
            return
        number, chunk = number + 1, following


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def spoken_passphrase() -> str:
    """A passphrase to be told by telephone: ten digits."""
    return "".join(secrets.choice("0123456789") for _ in range(_DIGITS))


def protect(content: bytes, passphrase: str) -> str:
    """Content that only the passphrase opens again, as text. An empty passphrase protects nothing: the file itself
    must then be handed over safely."""
    salt = secrets.token_bytes(16)
    sealed = ChaCha20Poly1305(_stretched(passphrase, salt)).encrypt(bytes(12), content, None)
    return json.dumps({"open": not passphrase, "salt": salt.hex(), "sealed": sealed.hex()})


def needs_passphrase(protected: str) -> bool:
    """Whether a person has to be asked."""
    return not _parts(protected)[0]


def unprotect(protected: str, passphrase: str) -> bytes:
    """What was protected. Refusal if the passphrase is another or the text is damaged."""
    is_open, salt, sealed = _parts(protected)
    words = "" if is_open else "".join(letter for letter in passphrase if not letter.isspace() and letter != "-")
    try:
        return ChaCha20Poly1305(_stretched(words, salt)).decrypt(bytes(12), sealed, None)
    except InvalidTag:
        raise Refusal("wrong_passphrase", "口令不对，请向给您文件的人核对口令后再输入一次") from None


def _parts(protected: str) -> tuple[bool, bytes, bytes]:
    try:
        found = json.loads(protected)
        return bool(found["open"]), bytes.fromhex(found["salt"]), bytes.fromhex(found["sealed"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refusal("bad_unit_file", "文件里受口令保护的部分已损坏，请重新索取这个文件") from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    words = passphrase.encode()
    if not words:
        return hashlib.sha256(salt).digest()
    return Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY).derive(words)
