"""Who belongs to whom: the bureau founds itself and writes unit files (授权文件); a PC opens one and is known by its
one-time secret until the bureau's certificate arrives. A second PC, a replaced PC, a new name, a unit taken over by
another and a unit entered by the bureau are small steps of the same kind."""

import dataclasses
import secrets
import sqlite3
from pathlib import Path

import msgspec

from desktop.domain.errors import Refusal
from desktop.domain.keys import is_organisation
from desktop.store.identity import said, say, write_for, write_no_more, writes_for
from desktop.store.workspace import Workspace, now
from desktop.sync import certificates, encryption, graph, renewing, segments, signing
from desktop.sync.canon import canonical
from desktop.sync.signing import DEVICE, ROOT, Certificate
from desktop.sync.streams import parse_stream
from desktop.whole_file import whole_file

UNIT_FILE_LIMIT = 256 * 1024
"""Bytes of a unit file at most."""

_DEEPEST = 5
"""Levels of superiors looked at."""


class UnitFile(msgspec.Struct, frozen=True):
    """What a PC needs to join: who it is, who its bureau is and by which keys to know it. `secret` is good for one PC
    and protected by the spoken passphrase."""

    v: int
    organisation: str
    name: str
    area_code: str
    bureau: str
    bureau_name: str
    root: str
    certificates: list[str]
    secret: str
    further: bool = False
    """Written for a second PC of the unit, or for one in place of a lost one."""

    @property
    def needs_passphrase(self) -> bool:
        """Whether the person who opens it has to be told the passphrase."""
        return encryption.needs_passphrase(self.secret)


class Introduction(msgspec.Struct, frozen=True):
    """How an uncertified PC makes itself known in its bundles; `root` only of a bureau that joins a superior."""

    organisation: str
    name: str
    device: str
    key: str
    box: str
    root: str
    proof: str

    def said(self) -> tuple[str, ...]:
        """What the proof vouches for."""
        return (self.organisation, self.device, self.key, self.box, self.root)


def prepare(workspace: Workspace) -> None:
    """Give this PC its keys; a bureau also its root key and its own certificate. Called once, at creation."""
    folder, identity = workspace.folder, workspace.identity
    key, box = signing.make_key(folder, DEVICE), encryption.make_box(folder)
    if not identity.is_bureau:
        return
    root = signing.make_key(folder, ROOT)
    with workspace.exclusive() as connection:
        say(connection, "root", root)
        ours = identity.organisation
        certificates.issue(
            workspace, connection, Certificate(ours, identity.name, "bureau", identity.device, key, box, [ours], now())
        )


# the bureau's side


def write_unit_file(workspace: Workspace, connection: sqlite3.Connection, organisation: str, name: str,
                    area_code: str, path: Path, passphrase: str = "", *, further: bool = False) -> None:  # fmt: skip
    """The bureau's file for one PC of a unit, within a write transaction that is open; a second PC, or one in place of a
    lost one, gets a `further` file. A unit that began on its own names its `organisation`."""
    identity = workspace.identity
    _bureau_only(workspace)
    if not is_organisation(organisation):
        raise Refusal("bad_area", f"行政区划码要填 6 位数字，“{area_code}”不对")
    secret, root = secrets.token_hex(32), signing.public_key(workspace.folder, ROOT)
    own = [
        canonical([body.decode(), signature.hex()]).decode()
        for body, signature in connection.execute("SELECT body, sig FROM sync_cert WHERE issuer = ?", (root,))
        if signing.read_certificate(body).organisation in (identity.organisation, organisation)
    ]
    unit = UnitFile(1, organisation, name, area_code, identity.organisation, identity.name, root, own,
                    encryption.protect(bytes.fromhex(secret), passphrase), further)  # fmt: skip
    body = canonical(msgspec.to_builtins(unit))
    signature = signing.sign(workspace.folder, ROOT, body).hex()
    connection.execute("INSERT INTO sync_invitation VALUES (?, ?, NULL)", (secret, organisation))
    _write_new(path, canonical({"unit": body.decode(), "signature": signature}))


def _write_new(path: Path, content: bytes) -> None:
    if path.exists():
        raise Refusal("file_exists", f"“{path.name}”已经存在，请换一个文件名，以免覆盖别的授权文件")
    with whole_file(path) as file:
        file.write(content)


def admit(workspace: Workspace, connection: sqlite3.Connection, new: Introduction) -> None:
    """The bureau checks an introduction and certifies the PC; Refusal if the secret is unknown or used by another.
    From then on the unit writes its rows itself."""
    secret = _invitation(connection, new)
    if secret is None:
        raise Refusal("unknown_pc", "这个同步包来自未授权的电脑，请让该单位用市局给它的授权文件重新建立")
    connection.execute("UPDATE sync_invitation SET used_by = ? WHERE secret = ?", (new.device, secret))
    if certificates.revoked_heads(connection, new.device) is None:
        write_no_more(connection, new.organisation)
    if new.root in certificates.trusted_roots(connection):
        return
    name = _name_here(connection, workspace.identity.organisation, new.organisation) or new.name
    if new.root:
        if certificates.ours(workspace, connection, new.organisation):
            raise Refusal("not_bureau", "这个单位在本机登记的是下属单位，不是市局，没有读入，请向该单位核实")
        certificates.issue(workspace, connection, Certificate(
            new.organisation, name, certificates.ROOT_ROLE, new.device, new.root, "", [], now()
        ))  # fmt: skip
    elif certificates.of_device(connection, new.device) is None:
        streams = sorted(certificates.streams_of(connection, new.organisation))
        certificates.issue(workspace, connection, Certificate(
            new.organisation, name, "office", new.device, new.key, new.box, streams, now()
        ))  # fmt: skip


def _name_here(connection: sqlite3.Connection, ours: str, organisation: str) -> str:
    """What we call a unit, which may have been renamed since its file was written."""
    row = connection.execute(
        "SELECT name FROM organisation WHERE identity = ? AND _del = 0 AND substr(key, 1, ?) = ? LIMIT 1",
        (organisation, len(ours), ours),
    ).fetchone()
    return "" if row is None or row[0] is None else str(row[0])


def check_introduction(connection: sqlite3.Connection, new: Introduction) -> bool:
    """Whether a PC proves to hold a unit file written for its organisation that no other PC used."""
    return _invitation(connection, new) is not None


def _invitation(connection: sqlite3.Connection, new: Introduction) -> str | None:
    return next((secret for secret, used_by in _proven(connection, new) if used_by in (None, new.device)), None)


def used_by_another(connection: sqlite3.Connection, new: Introduction) -> bool:
    """Whether a PC holds a unit file of ours that another PC already used."""
    return any(used_by not in (None, new.device) for _, used_by in _proven(connection, new))


def _proven(connection: sqlite3.Connection, new: Introduction) -> list[tuple[str, str | None]]:
    rows = connection.execute(
        "SELECT secret, used_by FROM sync_invitation WHERE organisation = ?", (new.organisation,)
    ).fetchall()
    return [(secret, used_by) for secret, used_by in rows if signing.proof(secret, new.said()) == new.proof]


def units(connection: sqlite3.Connection) -> list[str]:
    """The organisations the bureau wrote unit files for, certified or enters rows for. (After an older backup was
    restored, what a unit's PCs carry says that they are ours.)"""
    rows = connection.execute(
        "SELECT organisation FROM sync_invitation UNION "
        "SELECT organisation FROM sync_cert WHERE role = 'office' AND issuer = ?",
        (said(connection, "root"),),
    )
    return sorted(({name for (name,) in rows} | writes_for(connection)) - {said(connection, "organisation")})


def superiors(connection: sqlite3.Connection) -> dict[str, str]:
    """Organisation → its superior, as far as we know them: our own, our units, and the units of bureaus below."""
    ours = said(connection, "organisation")
    found = dict(connection.execute(
        "SELECT unit.organisation, root.organisation FROM sync_cert AS root JOIN sync_cert AS unit "
        "ON unit.issuer = root.key WHERE root.role = 'root' AND unit.role <> 'root'"
    ).fetchall())  # fmt: skip
    found = {unit: above for unit, above in found.items() if unit != above}
    found.update((unit, ours) for unit in units(connection))
    return {**found, ours: said(connection, "superior")}


def above(known: dict[str, str], organisation: str) -> list[str]:
    """The superiors of an organisation, nearest first."""
    chain: list[str] = []
    here = known.get(organisation, "")
    while here and here not in chain and len(chain) < _DEEPEST:
        chain.append(here)
        here = known.get(here, "")
    return chain


def revoke(workspace: Workspace, connection: sqlite3.Connection, device: str) -> None:
    """停用: a lost or replaced PC writes no longer; what has arrived from it stays."""
    _bureau_only(workspace)
    certificate = certificates.of_device(connection, device)
    if certificate is None or device == workspace.identity.device:
        raise Refusal("unknown_pc", "找不到要停用的电脑，请在单位的电脑列表中重新选择")
    _certified_by_us(workspace, connection, certificate)
    owners = certificates.writes(connection, device)
    heads = {
        name: graph.load(connection, name).head_hashes()
        for name in graph.streams(connection)
        if (stream := parse_stream(name)) is not None and stream.owner in owners
    }
    certificates.revoke(workspace, connection, device, heads)


def rename(workspace: Workspace, connection: sqlite3.Connection, organisation: str, name: str) -> None:
    """改名: the PCs of a unit are certified under its new name, which they take with the next bundle. A bureau below
    certifies its PCs itself."""
    _bureau_only(workspace)
    for certificate in certificates.ours(workspace, connection, organisation):
        certificates.issue(
            workspace, connection, dataclasses.replace(certificate, name=name, issued_at=_later(certificate))
        )


def merge(workspace: Workspace, connection: sqlite3.Connection, gone: str, into: str) -> None:
    """并入: the PCs of one unit may write another's rows from now on; the PCs of the unit that is gone no longer."""
    _bureau_only(workspace)
    receiving = certificates.devices(connection, into)
    if not receiving or gone == into:
        raise Refusal("no_pc", "接收的单位还没有电脑登记过，请等它第一次上报后再办并入")
    leaving = certificates.devices(connection, gone)
    for certificate in (*receiving, *leaving):
        _certified_by_us(workspace, connection, certificate)
    streams = sorted(certificates.streams_of(connection, into) | certificates.streams_of(connection, gone))
    for certificate in receiving:
        certificates.issue(
            workspace, connection, dataclasses.replace(certificate, streams=streams, issued_at=_later(certificate))
        )
    for certificate in leaving:
        revoke(workspace, connection, certificate.device)
    connection.execute(
        "UPDATE sync_invitation SET used_by = 'merged' WHERE organisation = ? AND used_by IS NULL", (gone,)
    )
    write_no_more(connection, gone)


def _certified_by_us(workspace: Workspace, connection: sqlite3.Connection, certificate: Certificate) -> None:
    if certificate not in certificates.ours(workspace, connection, certificate.organisation):
        raise Refusal("other_bureau", f"“{certificate.name}”的电脑由它自己登记，请由该局在它的电脑上办理")


def late(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Withdrawn PC → hash → stream of its segments that came after the withdrawal and wait for the bureau's word."""
    found: dict[str, dict[str, str]] = {}
    for sha, (segment, why) in graph.held(connection).items():
        if why in (graph.REVOKED, graph.PARENTS) and certificates.revoked_heads(connection, segment.device) is not None:
            found.setdefault(segment.device, {})[sha] = segments.read_header(segment.header).stream
    return found


def release(workspace: Workspace, connection: sqlite3.Connection, device: str) -> None:
    """收下: what came late from a withdrawn PC counts after all, from the next bundle on."""
    _bureau_only(workspace)
    heads: dict[str, list[str]] = {}
    for sha, stream in late(connection).get(device, {}).items():
        heads.setdefault(stream, []).append(sha)
    certificates.revoke(workspace, connection, device, heads)


def stand_in(workspace: Workspace, connection: sqlite3.Connection, organisation: str) -> None:
    """代录: the bureau's PC may write the rows of a unit that has no program, until a PC of that unit enrols."""
    _bureau_only(workspace)
    identity = workspace.identity
    if certificates.devices(connection, organisation):
        raise Refusal("has_program", "该单位已经用本程序自己登记，请由它自己填报，市局可以批注或退回")
    own = certificates.of_device(connection, identity.device)
    assert own is not None, "a bureau certifies itself when it is founded"
    if organisation not in certificates.writes(connection, identity.device):
        streams = sorted({*own.streams, organisation})
        certificates.issue(workspace, connection, dataclasses.replace(own, streams=streams, issued_at=_later(own)))
    write_for(connection, [organisation])


def _later(certificate: Certificate) -> int:
    return max(now(), certificate.issued_at + 1)


def _bureau_only(workspace: Workspace) -> None:
    if not workspace.identity.is_bureau:
        raise Refusal("not_bureau", "只有市局才能办理单位授权，请在市局的电脑上操作")


# the unit's side


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
    except (OSError, msgspec.DecodeError, KeyError, ValueError, RecursionError):
        raise broken from None
    if not intact or not is_organisation(unit.organisation) or not is_organisation(unit.bureau):
        raise broken
    return unit


def open_secret(unit: UnitFile, passphrase: str) -> str:
    """The one-time secret, in hexadecimal; Refusal if the passphrase is wrong."""
    return encryption.unprotect(unit.secret, passphrase).hex()


def changes_bureau(workspace: Workspace, unit: UnitFile) -> bool:
    """Whether a unit file is another bureau's than the one we belong to."""
    identity, connection = workspace.identity, workspace.connection
    root = said(connection, "superior_root" if identity.is_bureau else "root")
    return bool(root) and (identity.superior, root) != (unit.bureau, unit.root)


def join(workspace: Workspace, unit: UnitFile, passphrase: str = "", *, change: bool = False) -> None:
    """Take a unit file into the library made for it, or into that of a bureau that gets a superior. A fresh file makes
    a new PC of one that lost its keys or is a copy of another. Refusal if we belong to another bureau, unless that is
    what shall `change`: then this PC writes all rows of its unit anew, since the new bureau cannot judge by whom they
    were written."""
    identity = workspace.identity
    if identity.organisation != unit.organisation:
        raise Refusal("other_unit", "这份授权文件是给其他单位的，请向市局索取本单位的授权文件")
    secret, changes = open_secret(unit, passphrase), changes_bureau(workspace, unit)
    if changes and not change:
        raise Refusal(
            "other_bureau", f"这份授权文件是“{unit.bureau_name}”的，本单位现在归另一个市局，请先核对是否改由它管理"
        )
    with workspace.exclusive() as connection:
        if changes and not identity.is_bureau:
            renewing.start_anew(workspace, connection)
        needed = not changes and not identity.is_bureau and renewing.is_needed(workspace, connection, secret)
        say(connection, "superior_root" if identity.is_bureau else "root", unit.root)
        say(connection, "superior", unit.bureau)
        say(connection, "bureau_name", unit.bureau_name)
        say(connection, "secret", secret)
        for text in unit.certificates:
            body, signature = msgspec.json.decode(text, type=tuple[str, str])
            certificates.accept(connection, body.encode(), bytes.fromhex(signature))
        if needed:
            renewing.become_new(workspace, connection)


def introduction(workspace: Workspace) -> Introduction | None:
    """How this PC makes itself known while its superior has not certified it; None once it has."""
    identity, folder = workspace.identity, workspace.folder
    certified = certificates.of_device(workspace.connection, identity.device) is not None
    if not renewing.holds_its_keys(workspace, workspace.connection):
        raise signing.no_key()
    if certified and not (identity.is_bureau and identity.superior):
        return None
    secret = said(workspace.connection, "secret")
    if not secret:
        raise Refusal("not_enrolled", "本单位还没有打开市局的授权文件，请先向市局索取并打开它")
    key, box = signing.public_key(folder, DEVICE), encryption.public_box(folder)
    root = signing.public_key(folder, ROOT) if identity.is_bureau else ""
    new = Introduction(identity.organisation, identity.name, identity.device, key, box, root, "")
    return msgspec.structs.replace(new, proof=signing.proof(secret, new.said()))


def take_own(workspace: Workspace, connection: sqlite3.Connection) -> None:
    """What the bureau has newly granted this PC: the unit's new name, the rows of a unit that was merged into ours."""
    identity = workspace.identity
    own = certificates.of_device(connection, identity.device)
    if own is None or identity.is_bureau:
        return
    if own.name != identity.name:
        say(connection, "name", own.name)
    write_for(connection, certificates.writes(connection, identity.device))
