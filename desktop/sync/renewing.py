"""换电脑 without a new library: a PC whose private keys are gone, or a copy of another PC's library, becomes a PC of its
own when it opens a fresh unit file. The rows stay; what it writes from then on is its own."""

import secrets
import sqlite3
from contextlib import suppress

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.query import owner_of
from desktop.store import identity
from desktop.store.workspace import Workspace
from desktop.sync import certificates, digests, disputes, encryption, graph, log, signing


def holds_its_keys(workspace: Workspace, connection: sqlite3.Connection) -> bool:
    """Whether the key files are here and are those by which this PC is known."""
    folder = workspace.folder
    with suppress(EnvironmentFault):
        own = signing.public_key(folder, signing.DEVICE), encryption.public_box(folder)
        certificate = certificates.of_device(connection, workspace.identity.device)
        return certificate is None or (certificate.key, certificate.box) == own
    return False


def is_needed(workspace: Workspace, connection: sqlite3.Connection, secret: str) -> bool:
    """Whether opening a unit file with this secret makes a new PC of this one, which lost its keys or has reported under
    another secret. Refusal if the keys are gone and the file is the one that was opened before: it was good for those
    keys alone."""
    opened_before = identity.said(connection, "secret") == secret
    if holds_its_keys(workspace, connection):
        return log.made_so_far(connection) > 0 and not opened_before
    if opened_before:
        raise Refusal("unit_file_used", "这份授权文件在这台电脑上已经用过，请向市局要一份新的（换电脑用），再打开它")
    return True


def start_anew(workspace: Workspace, connection: sqlite3.Connection) -> None:
    """A new PC under another bureau, within a write transaction that is open: what the unit wrote so far becomes this
    PC's own, and what was known of the unit's PCs counts no more. Refusal while conflicts wait, which would be settled
    in silence."""
    ours = identity.writes_for(connection)
    if any(owner_of(key) in ours for _, key, _ in disputes.disputed(connection)):
        raise Refusal(
            "conflicts_first", "还有冲突没有处理，改归另一个市局以后就看不到了，请先在“同步”页的“冲突”里处理完"
        )
    if any(graph.incomplete(connection, organisation) for organisation in ours):
        raise Refusal(
            "complete_first",
            "还有同步包的内容没有采用或要用更新的程序才能看，请先升级本程序、收齐同步包，再改归另一个市局",
        )
    for organisation in ours:
        graph.open_again(connection, "owner", organisation)
        connection.execute(
            "DELETE FROM sync_revocation WHERE device IN (SELECT device FROM sync_cert WHERE organisation = ?)",
            (organisation,),
        )
        connection.execute("DELETE FROM sync_cert WHERE organisation = ?", (organisation,))
    connection.execute("DELETE FROM sync_peer")
    digests.forget(connection)
    become_new(workspace, connection)


def become_new(workspace: Workspace, connection: sqlite3.Connection) -> None:
    """Another PC and another copy from now on, within a write transaction that is open; what it wrote before anybody
    certified it is sealed anew (`segments.seal_open`). If it is cut off, the keys and the library do not fit together and opening the
    file again mends it."""
    folder = workspace.folder
    try:
        for name in (signing.DEVICE, encryption.BOX):
            (folder / "keys" / name).unlink(missing_ok=True)
        signing.make_key(folder, signing.DEVICE)
        encryption.make_box(folder)
    except OSError as error:
        raise EnvironmentFault("read_only_disk", "数据文件夹不能写入，请检查权限后再打开授权文件") from error
    identity.say(connection, "device", secrets.token_hex(8))
    identity.become_another(
        connection, [*identity.said(connection, "former").split(), identity.said(connection, "instance")]
    )
