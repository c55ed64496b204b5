"""Who belongs to whom: the bureau founds itself and writes unit files (授权文件); an office opens one and is known by
its one-time secret until the bureau's certificate arrives."""

import secrets
import sqlite3
from pathlib import Path

import msgspec

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.keys import is_organisation
from desktop.store.workspace import Workspace, now
from desktop.sync import signing
from desktop.sync.canon import canonical
from desktop.sync.signing import DEVICE, ROOT, Certificate

UNIT_FILE_LIMIT = 256 * 1024
"""Bytes of a unit file at most."""


class UnitFile(msgspec.Struct, frozen=True):
    """What an office needs to join: who it is, who its bureau is and by which keys to know it."""

    v: int
    organisation: str
    name: str
    area_code: str
    bureau: str
    bureau_name: str
    root: str
    certificates: list[str]
    secret: str


class Introduction(msgspec.Struct, frozen=True):
    """How an uncertified PC makes itself known in its bundles."""

    organisation: str
    name: str
    device: str
    key: str
    proof: str


def prepare(workspace: Workspace) -> None:
    """Give this PC its key; a bureau also its root key and its own certificate. Called once, at creation."""
    folder, identity = workspace.folder, workspace.identity
    key = signing.make_key(folder, DEVICE)
    with workspace.exclusive() as connection:
        if identity.is_bureau:
            _set(connection, "root", signing.make_key(folder, ROOT))
            _certify(workspace, connection, identity.organisation, identity.name, "bureau", identity.device, key)


def write_unit_file(workspace: Workspace, organisation: str, name: str, area_code: str, path: Path) -> None:
    """The bureau's file for one unit. A unit that began on its own names its `organisation`."""
    identity = workspace.identity
    if not identity.is_bureau:
        raise Refusal("not_bureau", "只有市局才能生成授权文件，请在市局的电脑上操作")
    if not is_organisation(organisation):
        raise Refusal("bad_area", f"行政区划码要填 6 位数字，“{area_code}”不对")
    secret = secrets.token_hex(32)
    with workspace.exclusive() as connection:
        connection.execute("INSERT OR REPLACE INTO sync_invitation VALUES (?, ?, NULL)", (organisation, secret))
        rows = connection.execute("SELECT body, sig FROM sync_cert").fetchall()
    own = [
        canonical([body.decode(), signature.hex()]).decode()
        for body, signature in rows
        if signing.read_certificate(body).organisation == identity.organisation
    ]
    unit = UnitFile(1, organisation, name, area_code, identity.organisation, identity.name,
                    root_key(workspace.connection), own, secret)  # fmt: skip
    body = canonical(msgspec.to_builtins(unit))
    signature = signing.sign(workspace.folder, ROOT, body).hex()
    content = canonical({"unit": body.decode(), "signature": signature})
    try:
        with path.open("xb") as handle:
            handle.write(content)
    except FileExistsError:
        raise Refusal("file_exists", f"“{path.name}”已经存在，请换一个文件名，以免覆盖别的授权文件") from None
    except OSError as error:
        raise EnvironmentFault("write_failed", f"授权文件没有写成，请检查“{path.parent}”是否存在、能否写入") from error


def read_unit_file(path: Path) -> UnitFile:
    """The unit file at a path; Refusal if it is none or was changed."""
    if not path.is_file():
        raise Refusal("no_file", f"找不到授权文件“{path}”，请检查 U 盘或文件位置")
    broken = Refusal("bad_unit_file", f"“{path.name}”不是完好的授权文件，请向市局重新索取")
    try:
        if path.stat().st_size > UNIT_FILE_LIMIT:
            raise broken
        outer = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        body = outer["unit"].encode()
        unit = msgspec.json.decode(body, type=UnitFile)
        intact = signing.verified(unit.root, bytes.fromhex(outer["signature"]), body)
    except (OSError, msgspec.DecodeError, KeyError, ValueError):
        raise broken from None
    if not intact or not is_organisation(unit.organisation) or not is_organisation(unit.bureau):
        raise broken
    return unit


def join(workspace: Workspace, unit: UnitFile) -> None:
    """Take a unit file into an office's library made for it."""
    if workspace.identity.organisation != unit.organisation:
        raise Refusal("other_unit", "这份授权文件是给其他单位的，请向市局索取本单位的授权文件")
    with workspace.exclusive() as connection:
        _set(connection, "root", unit.root)
        _set(connection, "superior", unit.bureau)
        _set(connection, "bureau_name", unit.bureau_name)
        _set(connection, "secret", unit.secret)
        for text in unit.certificates:
            body, signature = msgspec.json.decode(text, type=tuple[str, str])
            accept_certificate(connection, body.encode(), bytes.fromhex(signature))


def introduction(workspace: Workspace) -> Introduction | None:
    """How this PC makes itself known while it has no certificate; None once it has."""
    identity = workspace.identity
    if certificate_of(workspace.connection, identity.device) is not None:
        return None
    secret = _get(workspace.connection, "secret")
    if not secret:
        raise Refusal("not_enrolled", "本单位还没有打开市局的授权文件，请先向市局索取并打开它")
    key = signing.public_key(workspace.folder, DEVICE)
    proof = signing.proof(secret, identity.organisation, identity.device, key)
    return Introduction(identity.organisation, identity.name, identity.device, key, proof)


def admit(workspace: Workspace, connection: sqlite3.Connection, new: Introduction) -> None:
    """The bureau checks an introduction and certifies the PC; Refusal if the secret is unknown or used by another."""
    if not check_introduction(connection, new):
        raise Refusal("unknown_pc", "这个同步包来自未授权的电脑，请让该单位用市局给它的授权文件重新建立")
    connection.execute("UPDATE sync_invitation SET used_by = ? WHERE organisation = ?", (new.device, new.organisation))
    if certificate_of(connection, new.device) is None:
        _certify(workspace, connection, new.organisation, new.name, "office", new.device, new.key)


def check_introduction(connection: sqlite3.Connection, new: Introduction) -> bool:
    """Whether a PC proves to hold the unit file written for its organisation, and no other PC used that file."""
    row = connection.execute(
        "SELECT secret, used_by FROM sync_invitation WHERE organisation = ?", (new.organisation,)
    ).fetchone()
    if row is None or row[1] not in (None, new.device):
        return False
    return signing.proof(row[0], new.organisation, new.device, new.key) == new.proof


def used_by_another(connection: sqlite3.Connection, new: Introduction) -> bool:
    """Whether a PC holds a unit file of ours that another PC already used."""
    row = connection.execute(
        "SELECT secret, used_by FROM sync_invitation WHERE organisation = ?", (new.organisation,)
    ).fetchone()
    known = row is not None and signing.proof(row[0], new.organisation, new.device, new.key) == new.proof
    return known and row[1] not in (None, new.device)


def accept_certificate(connection: sqlite3.Connection, body: bytes, signature: bytes) -> Certificate:
    """Keep a certificate signed by our bureau's root; Refusal otherwise."""
    try:
        certificate = signing.read_certificate(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal("bad_certificate", "同步包里的授权信息看不懂，请对方重新生成") from None
    if not signing.verified(root_key(connection), signature, body):
        raise Refusal("foreign_signer", "这个同步包不是本市局或其授权单位生成的，没有读入，请核对来源")
    connection.execute(
        "INSERT OR IGNORE INTO sync_cert (serial, body, sig) VALUES (?, ?, ?)",
        (certificate.serial, body, signature),
    )
    return certificate


def certificate_of(connection: sqlite3.Connection, device: str) -> Certificate | None:
    """The certificate of a PC, if we hold one that is not revoked."""
    for (body,) in connection.execute("SELECT body FROM sync_cert WHERE revoked_at IS NULL").fetchall():
        certificate = signing.read_certificate(body)
        if certificate.device == device:
            return certificate
    return None


def root_key(connection: sqlite3.Connection) -> str:
    """The public root key of our bureau; Refusal if none is known yet."""
    key = _get(connection, "root")
    if not key:
        raise Refusal("not_enrolled", "本单位还没有打开市局的授权文件，请先向市局索取并打开它")
    return key


def _certify(workspace: Workspace, connection: sqlite3.Connection, organisation: str, name: str, role: str,
             device: str, key: str) -> None:  # fmt: skip
    certificate = Certificate(organisation, name, role, device, key, [organisation], now())
    signature = signing.sign(workspace.folder, ROOT, certificate.body)
    connection.execute(
        "INSERT INTO sync_cert (serial, body, sig) VALUES (?, ?, ?)",
        (certificate.serial, certificate.body, signature),
    )


def units(connection: sqlite3.Connection) -> list[str]:
    """The organisations the bureau wrote unit files for."""
    return [name for (name,) in connection.execute("SELECT organisation FROM sync_invitation ORDER BY 1")]


def _get(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM identity WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def _set(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO identity VALUES (?, ?)", (name, value))
