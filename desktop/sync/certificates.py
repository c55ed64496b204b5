"""Whom we believe: certificates and revocations of PCs, signed by a bureau that we trust or that one of those vouches
for. They travel in bundles and are kept for ever, since old segments stay signed by old keys."""

import sqlite3

import msgspec

from desktop.domain.errors import Refusal
from desktop.store.identity import said
from desktop.store.workspace import Workspace, now
from desktop.sync import signing
from desktop.sync.signing import ROOT, Certificate, Revocation

ROOT_ROLE = "root"
"""Role of a certificate that lets a bureau below vouch for its own units."""


def trusted_roots(connection: sqlite3.Connection) -> set[str]:
    """Keys that may vouch for PCs: our bureau's, its superior's, and those of bureaus below."""
    below = {key for (key,) in connection.execute("SELECT key FROM sync_cert WHERE role = 'root'")}
    return (below | {said(connection, "root"), said(connection, "superior_root")}) - {""}


def accept(connection: sqlite3.Connection, body: bytes, signature: bytes) -> Certificate:
    """Keep a certificate. Refusal if nobody we trust signed it, or if another bureau than before speaks for its
    organisation."""
    try:
        certificate = signing.read_certificate(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal("bad_certificate", "同步包里的授权信息看不懂，请对方重新生成") from None
    serial = connection.execute("SELECT 1 FROM sync_cert WHERE serial = ?", (certificate.serial,)).fetchone()
    if serial is not None:
        return certificate
    issuer = _signer(connection, body, signature)
    if _oversteps(connection, certificate, issuer):
        raise Refusal("foreign_signer", "这个同步包里的授权信息不是该单位的市局签发的，没有读入，请核对来源")
    _keep(connection, certificate, issuer, signature)
    return certificate


def _signer(connection: sqlite3.Connection, body: bytes, signature: bytes) -> str:
    roots = trusted_roots(connection)
    if not roots:
        raise Refusal("not_enrolled", "本单位还没有打开市局的授权文件，请先向市局索取并打开它")
    for root in roots:
        if signing.verified(root, signature, body):
            return root
    raise Refusal("foreign_signer", "这个同步包不是本市局或其授权单位生成的，没有读入，请核对来源")


def _oversteps(connection: sqlite3.Connection, certificate: Certificate, issuer: str) -> bool:
    """Whether a bureau speaks for a PC or for rows that another bureau vouched for, or that are our own unit's. (A bureau
    below vouches for its own PCs.)"""
    own_root = said(connection, "root")
    itself = certificate.key if certificate.role == ROOT_ROLE else issuer
    if issuer != own_root and any(
        name in invited(connection) for name in (certificate.organisation, *certificate.streams)
    ):
        return True
    if connection.execute(
        "SELECT 1 FROM sync_cert WHERE device = ? AND issuer NOT IN (?, ?) AND role <> 'root' LIMIT 1",
        (certificate.device, issuer, itself),
    ).fetchone():
        return True
    return any(
        connection.execute(
            "SELECT 1 FROM sync_cert WHERE organisation = ? AND issuer NOT IN (?, ?) AND role <> 'root' LIMIT 1",
            (organisation, issuer, itself),
        ).fetchone()
        for organisation in {certificate.organisation, *certificate.streams}
    )


def invited(connection: sqlite3.Connection) -> set[str]:
    """The organisations a bureau wrote unit files for and that are no bureaus themselves."""
    rows = connection.execute(
        "SELECT organisation FROM sync_invitation EXCEPT SELECT organisation FROM sync_cert WHERE role = 'root'"
    )
    return {name for (name,) in rows}


def _keep(connection: sqlite3.Connection, certificate: Certificate, issuer: str, signature: bytes) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO sync_cert VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (certificate.serial, certificate.device, certificate.organisation, certificate.role, certificate.key, issuer,
         certificate.body, signature),
    )  # fmt: skip


def issue(workspace: Workspace, connection: sqlite3.Connection, certificate: Certificate) -> None:
    """Sign a certificate as the bureau that we are, and keep it."""
    signature = signing.sign(workspace.folder, ROOT, certificate.body)
    _keep(connection, certificate, signing.public_key(workspace.folder, ROOT), signature)


def of_device(connection: sqlite3.Connection, device: str) -> Certificate | None:
    """The newest certificate of a PC, whether it was revoked since or not."""
    rows = connection.execute("SELECT body FROM sync_cert WHERE device = ? AND role <> 'root'", (device,)).fetchall()
    found = [signing.read_certificate(body) for (body,) in rows]
    return max(found, key=lambda certificate: (certificate.issued_at, certificate.serial), default=None)


def writes(connection: sqlite3.Connection, device: str) -> set[str]:
    """The organisations whose streams a PC may ever write."""
    rows = connection.execute("SELECT body FROM sync_cert WHERE device = ? AND role <> 'root'", (device,)).fetchall()
    return {organisation for (body,) in rows for organisation in signing.read_certificate(body).streams}


def devices(connection: sqlite3.Connection, organisation: str) -> list[Certificate]:
    """The newest certificate of each PC of an organisation that is not revoked."""
    rows = connection.execute(
        "SELECT DISTINCT device FROM sync_cert WHERE organisation = ? AND role <> 'root' "
        "AND device NOT IN (SELECT device FROM sync_revocation) ORDER BY device",
        (organisation,),
    ).fetchall()
    return [item for (device,) in rows if (item := of_device(connection, device)) is not None]


def ours(workspace: Workspace, connection: sqlite3.Connection, organisation: str) -> list[Certificate]:
    """The newest certificates of an organisation's PCs that we, as a bureau, vouch for."""
    root = signing.public_key(workspace.folder, ROOT)
    vouched = {
        device
        for (device,) in connection.execute("SELECT device FROM sync_cert WHERE issuer = ? AND role <> 'root'", (root,))
    }
    return [item for item in devices(connection, organisation) if item.device in vouched]


def certified(connection: sqlite3.Connection) -> dict[str, str]:
    """Organisation → name of the units whose PCs we vouch for, as far as some of them still work."""
    rows = connection.execute(
        "SELECT body FROM sync_cert WHERE role = 'office' AND issuer = ? "
        "AND device NOT IN (SELECT device FROM sync_revocation)",
        (said(connection, "root"),),
    ).fetchall()
    found = sorted((signing.read_certificate(body) for (body,) in rows), key=lambda item: item.issued_at)
    return {item.organisation: item.name for item in found}


def streams_of(connection: sqlite3.Connection, organisation: str) -> set[str]:
    """The organisations whose streams the PCs of one may write, those of withdrawn PCs included: its own, and those
    merged into it."""
    rows = connection.execute(
        "SELECT body FROM sync_cert WHERE organisation = ? AND role <> 'root'", (organisation,)
    ).fetchall()
    return {organisation, *(name for (body,) in rows for name in signing.read_certificate(body).streams)}


def files(connection: sqlite3.Connection, organisations: set[str]) -> dict[str, bytes]:
    """What a bundle carries so that the receiver can judge the PCs of some organisations."""
    carried: dict[str, bytes] = {}
    known: set[str] = set()
    for serial, device, body, signature in connection.execute("SELECT serial, device, body, sig FROM sync_cert"):
        certificate = signing.read_certificate(body)
        if certificate.organisation in organisations or organisations & set(certificate.streams):
            carried[f"cert/{serial}.json"], carried[f"cert/{serial}.sig"] = body, signature
            known.add(device)
    for device, body, signature in connection.execute("SELECT device, body, sig FROM sync_revocation"):
        if device in known:
            name = signing.read_revocation(body).name
            carried[f"gone/{name}.json"], carried[f"gone/{name}.sig"] = body, signature
    return carried


# revocation


def revoke(workspace: Workspace, connection: sqlite3.Connection, device: str, heads: dict[str, list[str]]) -> None:
    """The bureau's word that a PC writes no longer; what `heads` cover still counts, besides what it said before."""
    revocation = Revocation(device, heads, now())
    signature = signing.sign(workspace.folder, ROOT, revocation.body)
    _keep_revocation(connection, revocation, signature)


def accept_revocation(connection: sqlite3.Connection, body: bytes, signature: bytes) -> None:
    """Keep a revocation signed by the bureau that certified the PC; Refusal otherwise. A later one may let more stand."""
    try:
        revocation = signing.read_revocation(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal("bad_certificate", "同步包里的停用信息看不懂，请对方重新生成") from None
    issuers = connection.execute(
        "SELECT issuer FROM sync_cert WHERE device = ? AND role <> 'root'", (revocation.device,)
    ).fetchall()
    if not any(signing.verified(issuer, signature, body) for (issuer,) in issuers):
        raise Refusal("foreign_signer", "同步包里的停用信息不是签发授权的市局给出的，没有读入，请核对来源")
    _keep_revocation(connection, revocation, signature)


def _keep_revocation(connection: sqlite3.Connection, revocation: Revocation, signature: bytes) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO sync_revocation VALUES (?, ?, ?, ?)",
        (revocation.name, revocation.device, revocation.body, signature),
    )


def revoked_heads(connection: sqlite3.Connection, device: str) -> set[str] | None:
    """If a PC was revoked: the segments which, with their ancestors, still count, by all that its bureau said."""
    rows = connection.execute("SELECT body FROM sync_revocation WHERE device = ?", (device,)).fetchall()
    said_of_it = [signing.read_revocation(body) for (body,) in rows]
    return {sha for item in said_of_it for heads in item.heads.values() for sha in heads} if rows else None


def is_bureau_of(connection: sqlite3.Connection, sender: str, device: str) -> bool:
    """Whether a PC is one of the bureau that certified another."""
    row = connection.execute(
        "SELECT 1 FROM sync_cert AS bureau JOIN sync_cert AS unit ON unit.issuer = bureau.issuer "
        "WHERE bureau.device = ? AND bureau.role = 'bureau' AND unit.device = ? AND unit.role <> 'root' LIMIT 1",
        (sender, device),
    ).fetchone()
    return row is not None
