"""Taking an applied bundle back, attachments in bundles, and the numbers by which two libraries are compared."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.app import editing, exchanged, health, history, syncing
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.query import Op, Query, Test
from desktop.store import blobs, search
from desktop.sync import container, digests, making, receiving
from tests.libraries import dump
from tests.sync.mailing import Mail, Pair, standard, titles


def everything(session: Session) -> dict[str, object]:
    """What a person sees of the library, and what sync knows of its cells."""
    connection = session.read.connection
    sync = {
        table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}").fetchall()))
        for table in ("sync_row", "sync_cell", "sync_conflict", "sync_unknown")
    }
    with session.workspace.exclusive() as writing:
        streams = digests.of_streams(session.schema, writing)
    return {**{name: sorted(map(repr, rows)) for name, rows in dump(session).items()}, **sync, "streams": {
        stream: number for stream, number in streams.items() if number.strip("0")
    }}  # fmt: skip


def test_a_bundle_taken_back_leaves_the_library_as_it_was(both: Pair, mail: Mail) -> None:
    bureau, office = both
    key = standard(office, "第一")
    mail.send(office, bureau)
    before = everything(bureau)
    editing.edit_cells(office, "standard", [Edit(key, "title", "改过")])
    standard(office, "第二")
    path = mail.make(office)
    outcome = syncing.apply_bundle(bureau, path)
    assert titles(bureau) == ["改过", "第二"]
    syncing.undo_bundle(bureau, outcome.batch)
    after = everything(bureau)
    after["sync_cell"] = before["sync_cell"]
    assert after == before
    assert titles(bureau) == ["第一"]
    assert bureau.read.search("第二", ["standard"]) == []
    assert bureau.read.search("第一", ["standard"]) == [("standard", key)]
    assert [line.new for line in history.of_record(bureau, "standard", key)][-1:] != []
    assert health.check(bureau) == []


def test_a_bundle_taken_back_can_be_applied_again_and_is_not_asked_for(both: Pair, mail: Mail) -> None:
    bureau, office = both
    standard(office, "第一")
    path = mail.make(office)
    outcome = syncing.apply_bundle(bureau, path)
    there = everything(bureau)
    syncing.undo_bundle(bureau, outcome.batch)
    answer = mail.make(bureau, office.identity.organisation)
    assert container.read(answer, office.workspace.folder).manifest.want == []
    assert [item.batch for item in syncing.undoable(bureau)] == []
    again = syncing.apply_bundle(bureau, path)
    assert (again.added, again.refused) == (outcome.added, 0)
    assert {name: rows for name, rows in everything(bureau).items() if not name.startswith("sync_")} == {
        name: rows for name, rows in there.items() if not name.startswith("sync_")
    }


def test_what_a_later_bundle_builds_on_comes_back_with_it(both: Pair, mail: Mail) -> None:
    bureau, office = both
    standard(office, "第一")
    first = syncing.apply_bundle(bureau, mail.make(office))
    mail.send(bureau, office)
    syncing.undo_bundle(bureau, first.batch)
    standard(office, "第二")
    syncing.apply_bundle(bureau, mail.make(office))
    assert titles(bureau) == ["第一", "第二"]


def test_a_bundle_that_later_work_rests_on_stays_and_says_why(both: Pair, mail: Mail) -> None:
    bureau, office = both
    standard(office, "第一")
    first = syncing.apply_bundle(bureau, mail.make(office))
    standard(office, "第二")
    second = syncing.apply_bundle(bureau, mail.make(office))
    with pytest.raises(Refusal, match="接着它写的"):
        syncing.undo_bundle(bureau, first.batch)
    assert [(item.batch, bool(item.why_not)) for item in syncing.undoable(bureau)] == [
        (second.batch, False), (first.batch, True)
    ]  # fmt: skip
    syncing.undo_bundle(bureau, second.batch)
    syncing.undo_bundle(bureau, first.batch)
    assert titles(bureau) == []


def test_dates_derived_from_a_row_that_is_taken_back_are_derived_anew(both: Pair, mail: Mail) -> None:
    bureau, office = both
    older = editing.add_row(
        office, "standard", {"title": "旧", "number": "DB3301/T 1-2020", "effective_on": "2020-01-01"}
    )
    mail.send(office, bureau)
    status = "SELECT superseded_from FROM derived_standard"
    newer = editing.add_row(
        office, "standard", {"title": "新", "number": "DB3301/T 1-2024", "effective_on": "2024-01-01"}
    )
    with office.write("代替") as transaction:
        transaction.insert("standard_link", {"standard": newer[1], "kind": "replaces", "other": older[1]})
    outcome = syncing.apply_bundle(bureau, mail.make(office))
    assert ("2024-01-01",) in bureau.read.connection.execute(status).fetchall()
    syncing.undo_bundle(bureau, outcome.batch)
    assert bureau.read.connection.execute(status).fetchall() == [(None,)]


def attach(session: Session, content: bytes, name: str) -> str:
    sha = blobs.put(session.workspace.folder, content)
    with session.write("附件") as transaction:
        transaction.insert("attachment", {"file_name": name, "sha256": sha, "size": len(content)})
    return sha


def test_attachments_travel_smallest_first_and_the_rest_with_the_stick(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    small, large = attach(office, b"s" * 10, "小.txt"), attach(office, b"l" * 5000, "大.txt")
    workspace = office.workspace
    made = making.make(workspace, office.person, tmp_path / "m.bzb", bureau.identity.organisation, blob_budget=100)
    assert made.left_out == container.LeftOut(1, 5000)
    outcome = syncing.apply_bundle(bureau, tmp_path / "m.bzb")
    assert (outcome.new_blobs, outcome.left_out) == (1, 1)
    assert blobs.place(bureau.workspace.folder, small).read_bytes() == b"s" * 10
    assert len(exchanged.missing_attachments(bureau)) == 1
    mail.send(bureau, office)
    syncing.apply_bundle(bureau, mail.make(office))
    assert blobs.place(bureau.workspace.folder, large).read_bytes() == b"l" * 5000
    assert exchanged.missing_attachments(bureau) == []


def test_an_attachment_asked_for_by_a_stranger_to_it_is_not_given(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    mail.send(office, bureau)
    sha = blobs.put(bureau.workspace.folder, b"secret")
    with bureau.write("内部附件") as transaction:
        transaction.insert("attachment", {"file_name": "内部.txt", "sha256": sha, "size": 6}, stream="own")
    with bureau.workspace.exclusive() as connection:
        connection.execute("UPDATE sync_peer SET want_blobs = ?", (f'["{sha}"]',))
    path = mail.make(bureau, office.identity.organisation)
    assert container.read(path, office.workspace.folder).blob_names == ()


def test_a_dead_pcs_missing_files_are_listed(both: Pair, mail: Mail, tmp_path: Path) -> None:
    from tests.sync.mailing import second_pc

    bureau, office = both
    attach(office, b"p" * 3000, "照片.jpg")
    making.make(office.workspace, office.person, tmp_path / "m.bzb", bureau.identity.organisation, blob_budget=100)
    syncing.apply_bundle(bureau, tmp_path / "m.bzb")
    standard(office, "没来得及上报")
    rebuilt = second_pc(bureau, office, tmp_path, "重建")
    mail.send(rebuilt, bureau)
    mail.send(bureau, rebuilt)
    (missing,) = exchanged.missing_attachments(rebuilt)
    assert rebuilt.read.caption(*missing) == "照片.jpg"
    assert "没来得及上报" not in titles(rebuilt)
    rebuilt.workspace.close()


@pytest.mark.expects_log("同步核对不一致")
def test_libraries_that_should_be_equal_and_are_not_say_so(both: Pair, mail: Mail) -> None:
    bureau, office = both
    key = standard(office, "原名")
    mail.send(office, bureau)
    with bureau.workspace.transaction("故障", "改坏", applying=True) as transaction:
        transaction.connection.execute("UPDATE standard SET title = '坏了' WHERE key = ?", (key,))
        transaction.connection.execute("UPDATE tx SET segment = 'none' WHERE id = ?", (transaction.number,))
    standard(office, "第二")
    outcome = syncing.apply_bundle(bureau, mail.make(office))
    assert any("核对的结果不一致" in note for note in outcome.notes)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["add", "edit", "delete", "digest"]), st.integers(0, 5)), max_size=12))
def test_a_digest_kept_up_step_by_step_equals_one_counted_afresh(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.libraries import lone_office

    office = lone_office(tmp_path_factory.mktemp("digest"))
    keys: list[str] = []
    for word, number in steps:
        if word == "add":
            keys.append(standard(office, f"标准 {number}"))
        elif word == "digest":
            with office.workspace.exclusive() as connection:
                digests.of_streams(office.schema, connection)
        elif keys:
            key = keys[number % len(keys)]
            if word == "edit":
                with office.write("改") as transaction:
                    transaction.update("standard", key, {"title": f"改 {number}"})
            else:
                editing.delete_rows(office, "standard", [key])
    with office.workspace.exclusive() as connection:
        kept = digests.of_streams(office.schema, connection)
        digests.forget(connection)
        assert digests.of_streams(office.schema, connection) == kept
    office.workspace.close()


def test_a_very_large_bundle_is_searchable_when_the_job_is_done(
    both: Pair, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, office = both
    key = standard(office, "公务用车")
    path = mail.make(office)
    monkeypatch.setattr(search, "AT_ONCE_APPLIED", 0)
    receiving.apply(bureau.workspace, bureau.person, path)
    assert bureau.read.search("公务", ["standard"]) == [], "left for afterwards"
    bureau.workspace.finish_search()
    assert bureau.read.search("gwyc", ["standard"]) == [("standard", key)]
    assert bureau.read.count(Query("standard", Test("title", Op.CONTAINS, ("公务",)))) == 1


def test_a_stick_without_room_is_refused_before_anything_is_written(
    both: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    _, office = both
    standard(office, "第一")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(EnvironmentFault, match="请清出空间或换一个 U 盘"):
        syncing.make_bundle(office, tmp_path / "stick.bzb")
    assert list(tmp_path.glob("stick*")) == []
    assert [line for line in exchanged.entries(office) if line.kind == "made"] == []
