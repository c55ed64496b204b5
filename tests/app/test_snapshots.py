"""Snapshots stay as they were frozen; what changed since is told as 更正."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.app import editing, snapshots, statistics, syncing, system
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.app.snapshots import Scope
from desktop.domain.comparison import compared, restored
from desktop.domain.errors import Refusal
from desktop.store import blobs
from tests.libraries import pair, version_of

AS_OF = "2026-11-21"


def _add(session: Session, number: str, **values: str) -> str:
    typed = {"standard.number": number, "standard.title": f"标准 {number}", "standard.level": "国标",
             "standard.published_on": "2020", "standard.effective_on": "2020", **values}  # fmt: skip
    return editing.add_row(session, "detail_entry", typed, fixed={"version": system.own_version(session)})[1]


def test_a_snapshot_shows_what_was_frozen_whatever_happens_later(imported: Session) -> None:
    scope = Scope(as_of=AS_OF)
    shown = statistics.table(imported, as_of=AS_OF)
    _, key = snapshots.freeze(imported, "四季度", scope, "2026-Q4")
    content = snapshots.open_kept(imported, key)
    editing.delete_rows(imported, "detail_entry", [row.key for row in content.rows[:3]])
    editing.edit_cells(imported, "detail_entry", [Edit(content.rows[5].key, "department", "新处室")])
    side = snapshots.frozen(imported, key)
    assert side.table == shown
    assert snapshots.open_kept(imported, key) == content
    told = [item.row for item in snapshots.corrections(imported)]
    assert [row.mark for row in told] == ["移出"] * 3 + ["变化"]
    assert told[3].cells[0][0] == "department" and told[3].cells[0][2] == "新处室"
    total = next(line for line in compared(side, snapshots.live(imported, content, AS_OF)) if line.total).cells[0]
    assert int(total.old) == shown.groups[0].total.planned.value
    assert len([row for row in total.rows if row.mark == "移出"]) <= 3


def test_two_days_differ_by_what_came_into_force_between(office: Session) -> None:
    _add(office, "GB/T 1.1-2020", **{"standard.withdrawn_on": "2026-07-01"})
    before, after = (snapshots.on_day(office, Scope(as_of=day)) for day in ("2026-06-30", AS_OF))
    total = next(line for line in compared(before, after) if line.total)
    assert [(cell.old, cell.new, cell.change) for cell in total.cells[:2]] == [("1", "0", "−1")] * 2


def test_a_row_entered_here_after_the_freeze_is_no_correction(office: Session) -> None:
    _add(office, "GB/T 1.1-2020")
    snapshots.freeze(office, "四季度", Scope(as_of=AS_OF), "2026-Q4")
    _add(office, "GB/T 2-2016")
    assert snapshots.corrections(office) == []


def test_late_rows_of_a_unit_are_corrections_of_the_bureau_unless_published_later(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    version_of(office)
    first = _add(office, "GB/T 1.1-2020")
    _carry(office, bureau, tmp_path / "1.bzb")
    _, key = snapshots.freeze(bureau, "四季度", Scope(as_of=AS_OF), "2026-Q4")
    snapshots.freeze(bureau, "随手", Scope(as_of=AS_OF))
    late = _add(office, "GB/T 2-2016")
    _add(office, "GB/T 3-2027", **{"standard.published_on": "2027-01-05", "standard.effective_on": "2027-02-01"})
    editing.edit_cells(office, "detail_entry", [Edit(first, "department", "综合处")])
    _carry(office, bureau, tmp_path / "2.bzb")
    told = snapshots.corrections(bureau)
    assert {item.snapshot for item in told} == {key}
    assert [(item.row.mark, item.row.key) for item in told] == [("新增", late), ("变化", first)]
    for session in (bureau, office):
        session.workspace.close()


def _carry(sender: Session, receiver: Session, path: Path) -> None:
    syncing.make_bundle(sender, path)
    syncing.apply_bundle(receiver, path)


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_missing_or_damaged_file_is_one_sentence(office: Session, damage: str) -> None:
    _, key = snapshots.freeze(office, "四季度", Scope(as_of=AS_OF), "2026-Q4")
    (place,) = (blobs.place(office.workspace.folder, sha) for sha in blobs.all_hashes(office.workspace.folder))
    if damage == "missing":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes().replace(b"2026", b"2025"))
    with pytest.raises(Refusal, match="快照“四季度”的文件"):
        snapshots.frozen(office, key)
    assert snapshots.corrections(office) == []


@pytest.mark.parametrize(
    ("name", "period", "sentence"), [(" ", "", "起一个名称"), ("甲", "", "请换一个名称"), ("乙", "四季度", "2026-Q4")]
)
def test_an_unusable_name_or_period_is_refused(office: Session, name: str, period: str, sentence: str) -> None:
    snapshots.freeze(office, "甲", Scope(as_of=AS_OF), "2026-Q4")
    with pytest.raises(Refusal, match=sentence):
        snapshots.freeze(office, name, Scope(as_of=AS_OF), period)


def test_the_same_figures_make_the_same_file(office: Session) -> None:
    for name in "甲乙":
        snapshots.freeze(office, name, Scope(as_of=AS_OF))
    assert len({item.sha256 for item in snapshots.snapshots_of(office)}) == 1


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_hostile_content_is_refused_or_read_whole(imported: Session, data: st.DataObject) -> None:
    if not snapshots.snapshots_of(imported):
        snapshots.freeze(imported, "甲", Scope(as_of=AS_OF))
    (sha,) = {str(item.sha256) for item in snapshots.snapshots_of(imported)}
    content = json.loads(blobs.place(imported.workspace.folder, sha).read_bytes())
    field = data.draw(st.sampled_from(sorted(content)))
    content[field] = data.draw(json_values)
    raw = data.draw(st.one_of(st.just(json.dumps(content).encode()), st.binary(max_size=50)))
    try:
        kept = snapshots.decoded(raw)
    except ValueError:
        return
    assert kept.layout.columns and kept.groups
    restored(kept)


def test_places_outside_the_rows_are_refused(imported: Session) -> None:
    _, key = snapshots.freeze(imported, "甲", Scope(as_of=AS_OF))
    kept = snapshots.open_kept(imported, key)
    sha = str(snapshots.snapshots_of(imported)[0].sha256)
    content = json.loads(blobs.place(imported.workspace.folder, sha).read_bytes())
    for place in (-1, len(kept.rows)):
        content["groups"][0]["total"]["planned"] = [place]
        with pytest.raises(ValueError, match="snapshot"):
            snapshots.decoded(json.dumps(content).encode())
    with pytest.raises(ValueError, match="snapshot"):
        snapshots.decoded(b"[" * 100_000)
