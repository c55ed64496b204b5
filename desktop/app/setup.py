"""Beginning: founding a library, joining the bureau by its unit file, opening a library and its person."""

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.app import clock
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.organisations import checked_area, checked_name
from desktop.domain.query import EVERYTHING, Query, owner_of, where
from desktop.store import whereabouts
from desktop.store.backup import make_backup
from desktop.store.identity import said, say
from desktop.store.journal import SETUP
from desktop.store.workspace import Workspace
from desktop.sync import log

if TYPE_CHECKING:
    from desktop.sync.enrolment import UnitFile

UNNAMED = "联络员"
"""Stands for the person at the keyboard until one is chosen."""


def found(folder: Path, role: str, name: str, area_code: str, person: str = "", *, sample: bool = False) -> Session:
    """A new library; a bureau also gets its keys. Our own organisation is its first row."""
    workspace = Workspace.create(folder, role, checked_name(name), checked_area(area_code), sample=sample)
    return _begin(workspace, person)


def unit_file(path: Path) -> "UnitFile":
    """What a unit file says: for whom, from whom, for a first or a further PC, whether it asks for a passphrase.
    Refusal if it is none."""
    from desktop.sync import enrolment

    return enrolment.read_unit_file(path)


def spoken_passphrase() -> str:
    """A passphrase for a unit file, to be told by telephone."""
    from desktop.sync import encryption

    return encryption.spoken_passphrase()


def join(folder: Path, path: Path, person: str = "", passphrase: str = "") -> Session:
    """A new office library from the bureau's unit file; a further PC gets the unit's own row with the first bundle."""
    from desktop.sync import enrolment

    unit = unit_file(path)
    enrolment.open_secret(unit, passphrase)
    workspace = Workspace.create(
        folder, "office", unit.name, unit.area_code, organisation=unit.organisation, superior=unit.bureau
    )
    try:
        session = _begin(workspace, person, further=unit.further)
        enrolment.join(workspace, unit, passphrase)
    except BaseException:
        workspace.discard()
        raise
    return Session(workspace, session.person)


def changes_bureau(session: Session, path: Path) -> bool:
    """Whether opening a unit file puts us under another bureau than now."""
    from desktop.sync import enrolment

    return enrolment.changes_bureau(session.workspace, unit_file(path))


def join_later(session: Session, path: Path, passphrase: str = "", *, change: bool = False) -> Session:
    """An office that began on its own opens the unit file written for its identity; the session as it is from now. One
    that belongs to another bureau says so: its bureau shall `change`. A backup is made before that."""
    from desktop.sync import enrolment

    if change:
        make_backup(session.workspace, "改归市局前")
    enrolment.join(session.workspace, unit_file(path), passphrase, change=change)
    joined = Session(session.workspace, session.person)
    ours, workspace = joined.identity, joined.workspace
    whereabouts.remember(workspace.folder, ours.device, ours.instance, workspace.last_step())
    return joined


def save_authority(session: Session, path: Path, passphrase: str) -> None:
    """授权备份 of the bureau into a file that the passphrase opens, which is kept nowhere else."""
    from desktop.sync import key_backup

    key_backup.save(session.workspace, path, passphrase)


def take_back_authority(session: Session, path: Path, passphrase: str) -> None:
    """Put the bureau's saved authority back in its place."""
    from desktop.sync import key_backup

    key_backup.take_back(session.workspace, path, passphrase)


def awaits_rows(session: Session) -> bool:
    """Whether this is a further PC of a unit that has not yet received what the unit's other PCs, or the bureau in its
    place, wrote: neither the unit's own row nor its system is here."""
    ours, read = session.identity.organisation, session.read
    rows = (
        row
        for name, condition in (("organisation", where(identity=ours)), ("system_version", EVERYTHING))
        for deleted in (False, True)
        for row in read.rows(Query(name, condition, deleted=deleted))
    )
    return bool(session.identity.superior) and not any(owner_of(str(row["key"])) == ours for row in rows)


def _begin(workspace: Workspace, person: str, *, further: bool = False) -> Session:
    from desktop.sync import enrolment

    enrolment.prepare(workspace)
    session = Session(workspace, person or UNNAMED)
    identity = session.identity
    with session.write("建立本单位", origin=SETUP) as transaction:
        if not further:
            transaction.insert("organisation", {
                "name": identity.name, "identity": identity.organisation, "area_code": identity.area_code,
                "role": identity.role,
            })  # fmt: skip
        if person:
            transaction.insert("person", {"name": person})
    choose_person(session.workspace, session.person)
    return session


def open_library(folder: Path) -> Session:
    """Open a library with the person who last sat here."""
    workspace = Workspace.open(folder)
    session = Session(workspace, said(workspace.connection, "person") or UNNAMED)
    take_in_kept(session)
    return session


def concerns(session: Session) -> list[str]:
    """What a person should know of this copy of the library and of where it lies; remembered as seen from now on."""
    identity, workspace = session.identity, session.workspace
    step = workspace.last_step()
    sent = log.made_so_far(session.read.connection) > 0
    found = whereabouts.concerns(workspace.folder, identity.device, identity.instance, step, sent)
    older = whereabouts.is_older(workspace.folder, identity.device, identity.instance, step)
    if older or whereabouts.is_copy(workspace.folder, identity.device, identity.instance):
        workspace.renew_instance(instead=older)
        session.identity = identity = workspace.identity
    whereabouts.remember(workspace.folder, identity.device, identity.instance, step)
    if identity.is_bureau or identity.superior:
        from desktop.sync import renewing, signing

        if not renewing.holds_its_keys(workspace, session.read.connection):
            found.append(signing.LOST)
    return [*found, *filter(None, [clock.set_back(session)])]


def take_leave(session: Session, since: int) -> str:
    """Back up what was written after the step `since`, and note what this PC has seen of the library; why no backup could
    be made, empty if all is well."""
    workspace = session.workspace
    step, identity = workspace.last_step(), workspace.identity
    if step == since:
        return ""
    whereabouts.remember(workspace.folder, identity.device, identity.instance, step)
    try:
        make_backup(workspace, "退出时")
    except Refusal as refusal:
        return refusal.message
    return ""


def take_in_kept(session: Session) -> None:
    """After an upgrade: what other PCs of a newer version sent meanwhile and this one only kept."""
    if session.read.connection.execute("SELECT 1 FROM sync_unknown LIMIT 1").fetchone():
        from desktop.sync import upgrading

        upgrading.drain(session.workspace, session.person)
        session.workspace.finish_search()


def choose_person(workspace: Workspace, person: str) -> Session:
    """From now on this person sits at the keyboard and is named in every transaction."""
    with workspace.exclusive() as connection:
        say(connection, "person", person)
    return Session(workspace, person)
