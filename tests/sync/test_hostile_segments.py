"""Hostile segments in a bundle that is signed well: each is set aside, nothing of it is written."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.keys import row_key
from desktop.sync import graph, receiving, signing
from desktop.sync.canon import digest, pack
from tests.sync.hostile import DEEP, MEBIBYTE, SENTENCE, Case, Draft, chain, flip, measured, signed
from tests.sync.world import BUREAU, OTHER, TWO, Node, World, dump, found_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    return folder


@pytest.fixture
def draft(template: Path) -> Iterator[Draft]:
    world = World(template)
    yield Draft(world)
    world.close()


def _certificate(draft: Draft) -> None:
    """One that a PC signed that is no bureau."""
    body = signing.Certificate("x" * 12, "冒名", "office", "e" * 16, "00" * 32, "00" * 32, ["x" * 12], 1).body
    signed(draft, "cert", body)


def _value(cells: str) -> Case:
    return lambda draft: draft.segment(draft.row(cells=cells))


def _changed(**changes: Any) -> Case:
    return lambda draft: draft.segment(draft.row(), **changes)


def _foreign_row(draft: Draft) -> None:
    draft.segment(draft.row(key=row_key(draft.world.nodes[OTHER].organisation, 1, 7)))


def _foreign_stream(draft: Draft) -> None:
    theirs = draft.world.nodes[OTHER].organisation
    draft.segment(draft.row(key=row_key(theirs, 1, 7)), stream=f"{theirs}.up")


def _parents(change: Callable[[list[str]], list[str]]) -> Case:
    def forge(draft: Draft) -> None:
        known = graph.load(draft.bureau.session.read.connection, f"{draft.organisation}.up").head_hashes()
        draft.segment(draft.row(), parents=change(known))

    return forge


def _renamed(draft: Draft, sha: str, name: str) -> None:
    for ending in ("hdr", "sig", "z"):
        draft.files[f"seg/{name}.{ending}"] = draft.files.pop(f"seg/{sha}.{ending}")


def _named_otherwise(draft: Draft) -> None:
    _renamed(draft, draft.segment(draft.row()), "a" * 64)


def _own_parent(draft: Draft) -> None:
    """A segment's name is its hash, so that only one named otherwise can be its own parent."""
    _renamed(draft, draft.segment(draft.row(), parents=["a" * 64], gen=2), "a" * 64)


def _part(ending: str, change: Callable[[bytes], bytes | None]) -> Case:
    """A part of the segment is changed, or missing."""

    def forge(draft: Draft) -> None:
        name = f"seg/{draft.segment(draft.row())}.{ending}"
        content = change(draft.files.pop(name))
        if content is not None:
            draft.files[name] = content

    return forge


def _deep_header(draft: Draft) -> None:
    signed(draft, "cert", b"{}")
    for ending, content in {"hdr": DEEP, "sig": b"", "z": b""}.items():
        draft.files[f"seg/{digest(DEEP)}.{ending}"] = content


SEGMENTS: dict[str, Case] = {
    "foreign row": _foreign_row,
    "foreign stream": _foreign_stream,
    "stream of no form": _changed(stream="../up"),
    "unknown PC": _changed(dev="f" * 16),
    "foreign signature": lambda draft: draft.segment(draft.row(), signer=draft.world.nodes[OTHER]),
    "unknown action": lambda draft: draft.segment(draft.row(action="del")),
    "row before a transaction": lambda draft: draft.segment(draft.row().split(b"\n")[1]),
    "fewer operations than told": _changed(ops=5),
    "no operations told": _changed(ops=0),
    "shorter than told": _changed(len=10**6),
    "longer than told": _changed(len=3),
    "hash of another content": _changed(sha="0" * 64),
    "unknown suite": _changed(suite=2),
    "wrong generation": _changed(gen=77),
    "generation nought": _changed(gen=0),
    "negative number": _changed(ops=-1),
    "number beyond all bounds": _changed(at=10**15),
    "number of a thousand digits": _changed(at=10**1000),
    "negative rows": _changed(rows={"standard": -5}),
    "not a number": _changed(at=float("nan")),
    "infinity": _changed(at=float("inf")),
    "parent twice": _parents(lambda known: known * 2),
    "parents unsorted": _parents(lambda known: ["f" * 64, *known, "0" * 64]),
    "parent unknown": _parents(lambda known: sorted([*known, "f" * 64])),
    "no parent": _parents(lambda _: []),
    "ten thousand parents": _parents(lambda _: [f"{number:064x}" for number in range(10_001)]),
    "another name": _named_otherwise,
    "its own parent": _own_parent,
    "no signature": _part("sig", lambda _: None),
    "no content": _part("z", lambda _: None),
    "flipped content": _part("z", lambda content: flip(content, 20)),
    "data after the content": _part("z", lambda content: content + b"x"),
    "bomb": _part("z", lambda _: pack(bytes(600 * MEBIBYTE // 10))),
    "huge length": _changed(len=600 * MEBIBYTE),
    "deep header": _deep_header,
    "deep operation": lambda draft: draft.segment(b"[" * 100_000 + b"]" * 100_000),
    "deep cell": _value('{"title":' + "[" * 900 + "]" * 900 + "}"),
    "cell of the wrong type": _value('{"title":7}'),
    "cell that is a list": _value('{"title":[]}'),
    "cell that is a fraction": _value('{"title":1.5}'),
    "cell that is not a number": _value('{"title":NaN}'),
    "cell beyond all bounds": _value('{"title":"甲","_del":99999999999999999999}'),
    "marked deleted as a word": _value('{"title":"甲","_del":"1"}'),
    "value of five million characters": _value('{"title":"' + "x" * 5_000_000 + '"}'),
    "time below nought": lambda draft: draft.segment(draft.row(at="-1")),
    "row that is not there": lambda draft: draft.segment(draft.row(action="set")),
    "key in lower case": lambda draft: draft.segment(
        draft.row(key=f"{draft.organisation}-{'a' * 26}")
    ),
    "key of another form": lambda draft: draft.segment(
        draft.row(key=row_key(draft.organisation, 1, 7).replace("0", "\uff10"))
    ),
}  # fmt: skip


def _rows(node: Node) -> list[str]:
    """The lines of a library apart from what is held beside the tables and the log."""
    beside = ("sync_seg", "sync_log", "sync_peer", "sqlite_sequence", "sync_blob", "sync_cert", "tx")
    return [line for line in dump(node).splitlines()
            if not line.startswith(tuple(f'INSERT INTO "{name}"' for name in beside))]  # fmt: skip


@pytest.mark.parametrize("kind", list(SEGMENTS))
def test_a_hostile_segment_is_set_aside_and_nothing_of_it_is_written(draft: Draft, kind: str) -> None:
    draft.files = {name: content for name, content in draft.files.items() if name.startswith("cert/")}
    SEGMENTS[kind](draft)
    draft.path.write_bytes(draft.zipped())
    before = _rows(draft.bureau)
    outcome = measured(draft)
    assert outcome.new_segments == outcome.added == outcome.changed == 0
    assert (outcome.refused > 0) == (kind not in ("parent unknown", "parents of nobody"))
    (note,) = outcome.notes
    assert SENTENCE.fullmatch(note), note
    assert _rows(draft.bureau) == before


@pytest.mark.parametrize("kind", ["by a stranger", "of wrong types", "deep", "deep value"])
def test_a_certificate_nobody_vouches_for_is_left_out(draft: Draft, kind: str) -> None:
    bodies = {"of wrong types": b'{"organisation":7}', "deep": b"[" * 100_000, "deep value": DEEP}
    if kind == "by a stranger":
        _certificate(draft)
    else:
        signed(draft, "cert", bodies[kind])
    draft.path.write_bytes(draft.zipped())
    known = draft.bureau.session.read.connection.execute("SELECT count(*) FROM sync_cert").fetchone()
    assert measured(draft).refused == 0
    assert draft.bureau.session.read.connection.execute("SELECT count(*) FROM sync_cert").fetchone() == known


def test_a_value_of_fifty_megabytes_is_set_aside(draft: Draft) -> None:
    draft.files = {}
    draft.segment(draft.row(cells='{"title":"' + "x" * 50_000_000 + '"}'))
    draft.path.write_bytes(draft.zipped())
    assert draft.path.stat().st_size < MEBIBYTE
    before = _rows(draft.bureau)
    outcome = measured(draft, 300 * MEBIBYTE)
    assert outcome.refused == 1 and "类型或长度不对" in outcome.notes[0]
    assert _rows(draft.bureau) == before


def _only_chain(draft: Draft, count: int, **changes: Any) -> None:
    draft.files = {name: content for name, content in draft.files.items() if name.startswith("cert/")}
    chain(draft, count, **changes)
    draft.path.write_bytes(draft.zipped())


def test_ten_thousand_tiny_segments_each_after_the_last_are_taken_in_steady_time(draft: Draft) -> None:
    took = []
    for begin in (0, 5_000):
        _only_chain(draft, 5_000, begin=begin)
        began = time.process_time()
        assert receiving.apply(draft.bureau.workspace, BUREAU, draft.path).new_segments == 5_000
        took.append(time.process_time() - began)
    history = graph.load(draft.bureau.session.read.connection, f"{draft.organisation}.up")
    assert max(history.generation.values()) > 10_000
    assert took[1] < 2 * took[0] + 1, took


def test_a_deep_chain_without_its_beginning_waits_as_a_whole(draft: Draft) -> None:
    _only_chain(draft, 2_000, parents=["f" * 64])
    before = _rows(draft.bureau)
    outcome = measured(draft)
    assert (outcome.new_segments, outcome.refused) == (0, 0)
    assert len(set(outcome.notes)) == 1 and "补发" in outcome.notes[0]
    assert _rows(draft.bureau) == before


def test_segments_that_are_parents_of_each_other_are_set_aside(draft: Draft) -> None:
    draft.files = {name: content for name, content in draft.files.items() if name.startswith("cert/")}
    names = [f"{number:064x}" for number in range(1, 501)]
    for place, name in enumerate(names):
        key = row_key(draft.organisation, 1, 1000 + place)
        _renamed(draft, draft.segment(draft.row(key=key), parents=[names[place - 1]], gen=place + 2), name)
    draft.path.write_bytes(draft.zipped())
    before = _rows(draft.bureau)
    outcome = measured(draft)
    assert (outcome.new_segments, outcome.refused) == (0, len(names))
    assert all(SENTENCE.fullmatch(note) for note in outcome.notes)
    assert _rows(draft.bureau) == before


def test_what_a_withdrawn_pc_still_writes_is_held_whoever_brings_it(draft: Draft) -> None:
    """Another unit's PC carries a long chain of segments that the withdrawn PC wrote and signed."""
    draft.files = {name: content for name, content in draft.files.items() if name.startswith("cert/")}
    gone, other = draft.world.nodes[TWO], draft.world.nodes[OTHER]
    chain(draft, 1_000, dev=gone.session.identity.device, signer=gone)
    draft.world.withdraw(TWO)
    draft.signer = other
    draft.manifest["announcement"] |= {"sender": other.session.identity.device, "organisation": other.organisation}
    draft.path.write_bytes(draft.zipped())
    before = _rows(draft.bureau)
    for _ in range(2):
        outcome = measured(draft)
        assert outcome.new_segments == 0 and outcome.refused == 1
        assert any("已停用的电脑" in note for note in outcome.notes)
        assert all(SENTENCE.fullmatch(note) for note in outcome.notes)
    held = "SELECT why, count(*) FROM sync_seg WHERE state = 'held' GROUP BY why ORDER BY why"
    assert draft.bureau.session.read.connection.execute(held).fetchall() == [("parents", 999), ("revoked", 1)]
    assert _rows(draft.bureau) == before


def test_a_clock_decades_ahead_does_not_outvote_later_work(draft: Draft) -> None:
    """A PC set to 2099 writes a row; whoever knew of it and wrote later prevails, whatever the clocks say."""
    draft.files = {name: content for name, content in draft.files.items() if name.startswith("cert/")}
    year_2099 = 4_070_908_800_000
    draft.segment(draft.row(at=str(year_2099)), at=year_2099)
    draft.path.write_bytes(draft.zipped())
    assert measured(draft).added == 1
    key = row_key(draft.organisation, 1, 7)
    world, office, bureau = draft.world, draft.office, draft.bureau
    world.send(bureau, office)
    world.edit(office, key, "title", "后来改的")
    world.send(office, bureau)
    row = bureau.session.read.row("standard", key)
    assert row is not None and row["title"] == "后来改的"
    assert bureau.session.read.connection.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)
