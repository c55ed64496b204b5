"""What every use case needs: the open workspace and the person at the keyboard."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from desktop.domain.errors import Refusal
from desktop.domain.record import Schema
from desktop.store.identity import Identity, writes_for
from desktop.store.journal import Transaction
from desktop.store.reading import Reader
from desktop.store.workspace import Workspace


class Session:
    """One person at work in one library."""

    def __init__(self, workspace: Workspace, person: str) -> None:
        self.workspace = workspace
        self.person = person
        self.identity: Identity = workspace.identity
        self._writes_for_itself_alone = self.identity.is_bureau
        self.asks_basis = True
        """Whether a change of a key field asks for 依据; a person may switch it off until the program is closed."""

    @property
    def read(self) -> Reader:
        """The reader of the calling thread."""
        return self.workspace.reader

    @property
    def schema(self) -> Schema:
        """The declared ledgers."""
        return self.workspace.schema

    @property
    def sample(self) -> bool:
        """Whether this is the practice library (演练库)."""
        return self.identity.sample

    @property
    def watermark(self) -> str:
        """What stands across every paper of this library; empty for one in earnest."""
        return "演练" if self.sample else ""

    @property
    def owners(self) -> frozenset[str]:
        """The organisations whose rows this session writes: our own, and those merged into it."""
        ours = self.identity.organisation
        if self._writes_for_itself_alone:
            return frozenset((ours,))
        return frozenset((ours, *writes_for(self.read.connection)))

    def today(self) -> str:
        """The date of this PC."""
        return datetime.date.today().isoformat()

    @contextmanager
    def write(self, label: str, basis: str = "", origin: str = "") -> Iterator[Transaction]:
        """One intent of this person; see `Workspace.transaction`. Refusal if a unit entered by the bureau now writes its
        rows itself."""
        with self.workspace.transaction(
            self.person, label, basis, origin, organisation=self.identity.organisation
        ) as transaction:
            if self.identity.organisation not in writes_for(transaction.connection):
                name = self.identity.name
                raise Refusal(
                    "taken_over", f"{name} 已经自己填报，市局不再代录，请关闭代录窗口；需要改动请写批注或退回"
                )
            yield transaction

    def standing_in(self, organisation: str, name: str) -> "Session":
        """代录: this person at work on the rows of a unit that has no program."""
        other = Session(self.workspace, self.person)
        other.identity = replace(self.identity, organisation=organisation, name=name, role="office")
        return other
