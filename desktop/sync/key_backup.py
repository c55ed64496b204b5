"""授权备份: the bureau's private keys in one file that a passphrase opens. Without them no unit file can be written and no
bundle made; units that lose theirs simply get a fresh unit file."""

from contextlib import suppress
from pathlib import Path

import msgspec

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.store.identity import said
from desktop.store.workspace import Workspace
from desktop.sync import certificates, encryption, signing
from desktop.sync.canon import canonical
from desktop.whole_file import whole_file

LIMIT = 64 * 1024
"""Bytes of such a file at most."""

_LENGTH = 32
"""Bytes of a private key."""

_NAMES = (signing.DEVICE, encryption.BOX, signing.ROOT)


class _Kept(msgspec.Struct, frozen=True):
    """The private bytes by file name, in hexadecimal. Whose they are shows in their public halves."""

    keys: dict[str, str]


def save(workspace: Workspace, path: Path, passphrase: str) -> None:
    """Write the keys, read them back, and only then give the file its name; EnvironmentFault if they are gone or the file
    cannot be written."""
    if not workspace.identity.is_bureau:
        raise Refusal("not_bureau", "授权备份由市局保存；本单位丢了授权，向市局要一份新的授权文件即可")
    kept = _Kept({name: signing.load(workspace.folder, name).hex() for name in _NAMES})
    sealed = encryption.protect(canonical(msgspec.to_builtins(kept)), passphrase)

    def read_back(part: Path) -> None:
        if _read(part, passphrase) != kept:
            raise OSError("read back otherwise")

    with whole_file(path, read_back) as file:
        file.write(sealed.encode())


def take_back(workspace: Workspace, path: Path, passphrase: str) -> None:
    """Put the keys of such a file in their place. Refusal if the passphrase is wrong or they are others'."""
    kept = _read(path, passphrase)
    folder = workspace.folder
    if _here(workspace):
        raise Refusal("keys_are_here", "本机的授权是好的，不用找回")
    if not _fits(workspace, kept):
        raise Refusal("other_keys", f"“{path.name}”不是这份数据的授权备份，没有改动，请换一份")
    try:
        (folder / "keys").mkdir(exist_ok=True)
        for name, private in kept.keys.items():
            part = folder / "keys" / f"{name}.part"
            part.unlink(missing_ok=True)
            signing.keep(folder, part.name, bytes.fromhex(private))
            part.replace(folder / "keys" / name)
    except OSError as error:
        raise EnvironmentFault("read_only_disk", "数据文件夹不能写入，请检查权限后再找回一次") from error


def _here(workspace: Workspace) -> bool:
    with suppress(EnvironmentFault, ValueError):
        kept = _Kept({name: signing.load(workspace.folder, name).hex() for name in _NAMES})
        return _fits(workspace, kept)
    return False


def _fits(workspace: Workspace, kept: _Kept) -> bool:
    """Whether these are the keys by which this PC and this bureau are known."""
    connection = workspace.connection
    certificate = certificates.of_device(connection, workspace.identity.device)
    if set(kept.keys) != set(_NAMES) or certificate is None:
        return False
    private = {name: bytes.fromhex(text) for name, text in kept.keys.items()}
    return (certificate.key, certificate.box, said(connection, "root")) == (
        signing.public_of(private[signing.DEVICE]), encryption.box_of(private[encryption.BOX]),
        signing.public_of(private[signing.ROOT]),
    )  # fmt: skip


def _read(path: Path, passphrase: str) -> _Kept:
    broken = Refusal("bad_key_backup", f"“{path.name}”不是完好的授权备份，请换一份")
    try:
        if path.stat().st_size > LIMIT:
            raise broken
        sealed = path.read_text(encoding="utf-8")
        kept = msgspec.json.decode(_opened(sealed, passphrase, broken), type=_Kept)
        if any(len(bytes.fromhex(private)) != _LENGTH for private in kept.keys.values()):
            raise broken
    except (OSError, ValueError, msgspec.DecodeError, RecursionError):
        raise broken from None
    return kept


def _opened(sealed: str, passphrase: str, broken: Refusal) -> bytes:
    try:
        return encryption.unprotect(sealed, passphrase)
    except Refusal as refusal:
        if refusal.code == "bad_unit_file":
            raise broken from None
        raise Refusal("wrong_passphrase", "口令不对，请核对保存授权备份时记下的口令") from None
