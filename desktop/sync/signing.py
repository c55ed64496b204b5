"""Keys of this PC and of the bureau, certificates, and the proof by which a new PC is known. Private keys lie in
files beside the database, never in it."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.domain.errors import EnvironmentFault
from desktop.sync.canon import canonical, digest

DEVICE, ROOT = "device.key", "root.key"
"""Key files: of this PC, and of the bureau itself."""

LOST = (
    "本机的授权不见了或已损坏，台账都在，可以照常填报；要送出和收到同步包，请向市局要一份换电脑用的授权文件，在“同步”页“收到”里打开它"
    "（市局自己的电脑请到“设置”用授权备份找回）"
)


@dataclass(frozen=True)
class Certificate:
    """The word of a bureau that `key` (hexadecimal, Ed25519) belongs to a PC (`device`) of an organisation and may
    write the streams of the organisations in `streams`; `box` is the PC's reading key (X25519). In the role `root` the
    key is that of a bureau below, which may vouch for its own units."""

    organisation: str
    name: str
    role: str
    device: str
    key: str
    box: str
    streams: list[str]
    issued_at: int

    @property
    def body(self) -> bytes:
        """The signed bytes."""
        return canonical(asdict(self))

    @property
    def serial(self) -> str:
        """The certificate's name."""
        return digest(self.body)


@dataclass(frozen=True)
class Revocation:
    """A bureau's word that a PC writes no longer: of its segments only those that `heads` (stream → hashes) cover
    still count, and those another PC of the unit has built on."""

    device: str
    heads: dict[str, list[str]]
    revoked_at: int

    @property
    def body(self) -> bytes:
        """The signed bytes."""
        return canonical(asdict(self))

    @property
    def name(self) -> str:
        """The revocation's name."""
        return digest(self.body)


def read_certificate(body: bytes) -> Certificate:
    """The certificate in a canonical body; msgspec.ValidationError or DecodeError if it is none."""
    return msgspec.json.decode(body, type=Certificate)


def read_revocation(body: bytes) -> Revocation:
    """The revocation in a canonical body; msgspec.ValidationError or DecodeError if it is none."""
    return msgspec.json.decode(body, type=Revocation)


def make_key(folder: Path, name: str) -> str:
    """A new private signing key file under the data folder; its public key in hexadecimal."""
    private = Ed25519PrivateKey.generate()
    keep(folder, name, private.private_bytes_raw())
    return private.public_key().public_bytes_raw().hex()


def keep(folder: Path, name: str, private: bytes) -> None:
    """Write a new key file that only this user may read."""
    place = folder / "keys" / name
    place.parent.mkdir(exist_ok=True)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(private.hex())
        file.flush()
        os.fsync(file.fileno())


def public_key(folder: Path, name: str) -> str:
    """The public half of a key file, in hexadecimal."""
    return _load(folder, name).public_key().public_bytes_raw().hex()


def public_of(private: bytes) -> str:
    """The public half of 32 private bytes, in hexadecimal."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def sign(folder: Path, name: str, content: bytes) -> bytes:
    """The signature of a key file over some bytes."""
    return _load(folder, name).sign(content)


def verified(key: str, signature: bytes, content: bytes) -> bool:
    """Whether a public key (hexadecimal) signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def proof(secret: str, said: Sequence[str]) -> str:
    """What only the holder of a unit file's one-time secret can say of its keys."""
    return hmac.new(bytes.fromhex(secret), canonical(list(said)), hashlib.sha256).hexdigest()


def load(folder: Path, name: str) -> bytes:
    """The private bytes of a key file. EnvironmentFault if it is gone or damaged."""
    try:
        return bytes.fromhex((folder / "keys" / name).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise no_key() from error


def _load(folder: Path, name: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(load(folder, name))
    except ValueError as error:
        raise no_key() from error


def no_key() -> EnvironmentFault:
    """The private keys are gone, damaged or another PC's."""
    return EnvironmentFault("no_key", LOST)
