"""What tests of the exchange share: a bureau and its offices, and the files between them."""

from pathlib import Path

from desktop.app import editing, setup, syncing, units
from desktop.app.session import Session
from desktop.domain.query import Query, owner_of
from desktop.domain.record import Cell
from desktop.sync.intake import Outcome
from tests.libraries import dump

Pair = tuple[Session, Session]


class Mail:
    """Files between libraries, numbered as they are sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def make(self, sender: Session, recipient: str = "") -> Path:
        self._count += 1
        path = self._folder / f"{self._count}.bzb"
        syncing.make_bundle(sender, path, recipient)
        return path

    def send(self, sender: Session, receiver: Session) -> Outcome:
        return syncing.apply_bundle(receiver, self.make(sender, receiver.identity.organisation))


def standard(session: Session, title: str) -> str:
    return editing.add_row(session, "standard", {"title": title})[1]


def titles(session: Session) -> list[str]:
    return sorted(str(row["title"]) for row in session.read.rows(Query("standard")))


def own(session: Session, organisation: str) -> dict[str, list[dict[str, Cell]]]:
    return {
        ledger: sorted(
            (row for row in rows if owner_of(str(row["key"])) == organisation), key=lambda row: str(row["key"])
        )
        for ledger, rows in dump(session).items()
        if ledger not in ("setting", "saved_view")
    }


def second_pc(bureau: Session, office: Session, folder: Path, name: str = "二号机") -> Session:
    units.further_unit_file(bureau, office.identity.organisation, folder / f"{name}.json", "1234567890")
    return setup.join(folder / name, folder / f"{name}.json", "张敏", "123 456 7890")


def around(mail: Mail, bureau: Session, *offices: Session) -> None:
    """Everybody up, then everybody down."""
    for office in offices:
        mail.send(office, bureau)
    for office in offices:
        mail.send(bureau, office)


def held(session: Session) -> list[tuple[str, int]]:
    rows = session.read.connection.execute("SELECT why, count(*) FROM sync_seg WHERE state <> 'applied' GROUP BY why")
    return [(str(why), int(count)) for why, count in rows]
