"""What the bureau does for its units: steps that stand, and rows that pass to a unit while somebody still enters them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.app import editing, history, opinions, sending_down, setup, units
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from tests.libraries import another_office, dump
from tests.sync.mailing import Mail, Pair, standard

Step = Callable[[Session, str, str, Path], object]


STEPS: dict[str, tuple[Step, str]] = {
    "renamed": (lambda bureau, one, two, folder: units.rename(bureau, one, "新名称"), "再办一次“单位改名”"),
    "merged": (lambda bureau, one, two, folder: units.merge(bureau, two, one), "恢复办理之前的备份"),
    "entered": (
        lambda bureau, one, two, folder: units.new_unit(bureau, "丁县", "330109", folder / "d.json"),
        "授权文件已经写出",
    ),
    "stood in": (lambda bureau, one, two, folder: units.unit_without_program(bureau, "丁县", "330109"), "代录权"),
}


@pytest.mark.parametrize("kind", STEPS)
def test_a_step_that_also_stands_in_an_authorisation_is_not_undone_and_says_what_to_do(
    both: Pair, mail: Mail, tmp_path: Path, kind: str
) -> None:
    bureau, office = both
    other = another_office(bureau, tmp_path)
    for session in (office, other):
        mail.send(session, bureau)
    step, words = STEPS[kind]
    step(bureau, office.identity.organisation, other.identity.organisation, tmp_path)
    before, seen = dump(bureau), units.overview(bureau)
    standard(bureau, "之后的一步")
    history.undo(bureau)
    label = history.undo_label(bureau)
    with pytest.raises(Refusal, match=words) as refused:
        history.undo(bureau)
    assert refused.value.message.startswith(f"“{label}”不能撤销：")
    assert (dump(bureau), units.overview(bureau)) == (before, seen), "nothing half done"
    other.workspace.close()


def test_a_wrong_new_name_is_changed_back_by_another_renaming(both: Pair, mail: Mail) -> None:
    bureau, office = both
    mail.send(office, bureau)
    name = office.identity.name
    units.rename(bureau, office.identity.organisation, "写错的名称")
    units.rename(bureau, office.identity.organisation, name)
    mail.send(bureau, office)
    assert [unit.name for unit in units.overview(bureau)] == [name] == [office.workspace.identity.name]


def test_what_is_still_open_when_a_unit_begins_itself_is_refused_in_words(
    both: Pair, mail: Mail, tmp_path: Path
) -> None:
    bureau, _ = both
    _, organisation = units.unit_without_program(bureau, "上城区机关事务服务中心", "330102")
    stand_in = units.enter_for(bureau, organisation)
    key = standard(stand_in, "代录的标准")
    units.further_unit_file(bureau, organisation, tmp_path / "s.json", "")
    office = setup.join(tmp_path / "s", tmp_path / "s.json", "王海燕")
    mail.send(office, bureau)
    before = dump(bureau)
    late: dict[str, Callable[[], object]] = {
        "new row": lambda: standard(stand_in, "迟了"),
        "edit": lambda: editing.edit_cells(stand_in, "standard", [Edit(key, "title", "迟改")]),
        "delete": lambda: editing.delete_rows(stand_in, "standard", [key]),
        "undo": lambda: history.undo(stand_in),
    }
    for word, write in late.items():
        with pytest.raises(Refusal, match=r"上城区机关事务服务中心 已经自己填报.*关闭代录窗口"):
            write()
        assert dump(bureau) == before, word
    with pytest.raises(Refusal, match="已由该单位自己填报，不能撤销"):
        history.undo(bureau)
    assert dump(bureau) == before
    standard(bureau, "市局自己的")
    history.undo(bureau)
    assert dump(bureau) == before, "the bureau's own steps are undone as ever"
    office.workspace.close()


def test_a_returned_row_that_the_unit_deletes_waits_no_more(both: Pair, mail: Mail) -> None:
    bureau, office = both
    twice, wrong = standard(office, "重复的标准"), standard(office, "写错的标准")
    mail.send(office, bureau)
    for key, body in ((twice, "重复，请删除"), (wrong, "请改正")):
        sending_down.review(bureau, "standard", key, "return", body)
    mail.send(bureau, office)
    assert [(unit.returned, unit.word) for unit in units.overview(bureau)] == [(2, "有退回")]
    editing.delete_rows(office, "standard", [twice])
    assert opinions.returned(office, "standard") == {wrong: "市局退回：请改正"}
    mail.send(office, bureau)
    assert [unit.returned for unit in units.overview(bureau)] == [1]
    editing.delete_rows(office, "standard", [wrong])
    mail.send(office, bureau)
    assert [(unit.returned, unit.word) for unit in units.overview(bureau)] == [(0, "已报")]
    editing.restore_rows(office, "standard", [wrong])
    assert opinions.returned(office, "standard") == {wrong: "市局退回：请改正"}, "taken from the bin, it waits again"


def test_a_row_that_is_gone_cannot_be_returned(both: Pair, mail: Mail) -> None:
    bureau, office = both
    key = standard(office, "要删的标准")
    mail.send(office, bureau)
    editing.delete_rows(office, "standard", [key])
    mail.send(office, bureau)
    for gone in (key, f"{office.identity.organisation}-01M7Z5PZK3HEPSH2996WETN82B"):
        with pytest.raises(Refusal, match="已被删除") as refused:
            sending_down.review(bureau, "standard", gone, "return", "请改正")
        assert refused.value.code == "vanished"
    assert bureau.read.rows(Query("review_note")) == []
