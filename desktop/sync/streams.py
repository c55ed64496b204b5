"""Streams: an organisation's rows for one audience. The unit of ownership and of causality."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.keys import is_organisation
from desktop.domain.record import Audience
from desktop.store.tables import ORGANISATION_LENGTH


@dataclass(frozen=True)
class Stream:
    """`owner` alone writes it; `audience` is `own`, `up`, `all` or `to.<organisation>`."""

    owner: str
    audience: str

    @property
    def name(self) -> str:
        """The stream's name in headers: `330106.k3f9.up`."""
        return f"{self.owner}.{self.audience}"

    @property
    def recipient(self) -> str:
        """The organisation a `to` stream is meant for; empty for others."""
        word, _, recipient = self.audience.partition(".")
        return recipient if word == Audience.TO.value else ""


def parse_stream(name: str) -> Stream | None:
    """The stream of this name; None if it is not the name of one."""
    owner, audience = name[:ORGANISATION_LENGTH], name[ORGANISATION_LENGTH + 1 :]
    word, _, recipient = audience.partition(".")
    if not is_organisation(owner) or name[ORGANISATION_LENGTH : ORGANISATION_LENGTH + 1] != ".":
        return None
    if word == Audience.TO.value:
        return Stream(owner, audience) if is_organisation(recipient) else None
    plain = (Audience.OWN.value, Audience.UP.value, Audience.ALL.value)
    return Stream(owner, audience) if audience in plain else None


def may_read(stream: Stream, reader: str, above_owner: Sequence[str], above_reader: Sequence[str]) -> bool:
    """Whether an organisation receives a stream: its own; those of the units below it, at any depth; those of its
    superior for all, or for it. `above_…` are the superiors, nearest first."""
    if reader in (stream.owner, stream.recipient):
        return True
    word = stream.audience.partition(".")[0]
    if word == Audience.ALL.value:
        return stream.owner in above_reader[:1] or reader in above_owner
    return word == Audience.UP.value and reader in above_owner
