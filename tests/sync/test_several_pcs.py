"""Units with several PCs: what each is told to be received, and what vouches for the rows of one that was withdrawn."""

from pathlib import Path

import msgspec
import pytest

from desktop.app import exchanged, syncing, units
from desktop.domain.errors import Refusal
from desktop.sync import container, making, peers
from tests.sync.mailing import Mail, Pair, second_pc, standard, titles


def test_each_pc_of_a_unit_is_told_the_receipt_of_what_it_sent(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    for session in (one, two):
        mail.send(session, bureau)
        mail.send(bureau, session)
    for session in (one, two):
        standard(session, f"只在{session.person}的电脑上")
        mail.send(session, bureau)
    told = dict(part.split("：") for part in syncing.receipt_for(bureau, one.identity.organisation).split(" / "))
    assert len(set(told.values())) == 2
    marks = {session.identity.device[:4].upper(): session for session in (one, two)}
    assert told.keys() == marks.keys()
    for mark, session in marks.items():
        (other,) = (code for name, code in told.items() if name != mark)
        with pytest.raises(Refusal, match="其他电脑的回执"):
            syncing.take_receipt(session, other)
        assert syncing.take_receipt(session, told[mark]) == 2
        assert container.read(mail.make(session), bureau.workspace.folder).segment_names() == []
    two.workspace.close()


def test_no_receipt_is_given_for_a_bundle_that_still_waits(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    standard(office, "第一")
    mail.send(office, bureau)
    syncing.take_receipt(office, syncing.receipt_for(bureau, office.identity.organisation))
    standard(office, "丢失的")
    mail.make(office)
    with office.workspace.exclusive() as connection:
        made = connection.execute("SELECT detail FROM sync_log WHERE kind = 'made' ORDER BY id DESC").fetchone()[0]
        heads = msgspec.json.decode(made)["heads"]
        peers.told(connection, bureau.identity.organisation, heads)
    standard(office, "后面的")
    mail.send(office, bureau)
    assert exchanged.waiting_parts(bureau) > 0
    assert syncing.take_receipt(office, syncing.receipt_for(bureau, office.identity.organisation)) == 1


def test_rows_of_a_withdrawn_pc_come_in_parts_without_a_word_of_refusal(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    mail.send(two, bureau)
    mail.send(bureau, two)
    for number in range(6):
        standard(two, f"坏机 {number} " + "字" * 2000)
        mail.send(two, bureau)
    units.withdraw(bureau, two.identity.device)
    new = second_pc(bureau, one, tmp_path, "新机")
    mail.send(new, bureau)
    paths = [tmp_path / "p1.bzb", tmp_path / "p2.bzb"]
    making.make_split(bureau.workspace, "市局", paths, one.identity.organisation)
    first, second = (syncing.apply_bundle(new, path) for path in paths)
    assert (first.refused, second.refused) == (0, 0)
    assert not any("停用" in note for note in (*first.notes, *second.notes))
    assert exchanged.waiting_parts(new) == 0 and len(titles(new)) == 6
    for session in (two, new):
        session.workspace.close()
