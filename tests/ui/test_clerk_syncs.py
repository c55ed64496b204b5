"""A clerk at the screen only: two offices and a second PC enrolled, files exchanged in the wrong order with one lost and
one tampered with, a conflict settled, a row returned with a note, a bundle taken back, a dead PC rebuilt."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import editing, setup, syncing, units
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.ui.first_start import FirstStart
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.sync import SyncPage
from desktop.ui.stand_in import StandInWindow
from desktop.ui.sync.unit_list import UnitDialog
from desktop.ui.window import MainWindow
from tests.libraries import pair
from tests.sync.mailing import standard, titles
from tests.ui.desks import enter, library_of, open_window

FOREIGN_WORDS = ("hash", "head", "segment", "merge", "commit", "签名密钥", "哈希", "公钥", "私钥", "版本库")


def sync_page(window: MainWindow) -> SyncPage:
    window.show_page("sync")
    page = window.current
    assert isinstance(page, SyncPage)
    return page


def said(window: MainWindow, words: str) -> Callable[[], bool]:
    return lambda: words in window.notice.sentence


@pytest.fixture
def bureau(tmp_path: Path) -> Session:
    return setup.found(tmp_path / "bureau", "bureau", "杭州市机关事务管理局", "330100", "李文")


def add_unit(page: SyncPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str, code: str, to: Path) -> str:
    """Through the dialogs, as a person does; the passphrase that the screen shows."""

    def fill_in(dialog: UnitDialog) -> bool:
        enter(dialog.name, name)
        enter(dialog.code, code)
        return True

    monkeypatch.setattr(UnitDialog, "exec", fill_in)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(to), ""))
    assert page.units is not None
    page.units.new_unit()
    window = page.window()
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: to.name in window.notice.sentence)
    return window.notice.sentence.split("口令 ")[1][:12]


def first_start(folder: Path, file: Path, passphrase: str, person: str) -> Session:
    first = FirstStart(folder)
    first.unit_file.setText(str(file))
    enter(first.person, person)
    first.begin()
    assert "口令保护" in first.notice.sentence, "the screen asks for the passphrase and says from whom"
    first.passphrase.setText(passphrase)
    session = library_of(first)
    first.deleteLater()
    return session


def test_units_and_a_second_pc_are_enrolled_and_exchange_files(
    bureau: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, upper, again = tmp_path / "西湖.json", tmp_path / "上城.json", tmp_path / "西湖二.json"
    with open_window(bureau) as window:
        page = sync_page(window)
        one_spoken = add_unit(page, qtbot, monkeypatch, "西湖区机关事务服务中心", "330106", west)
        other_spoken = add_unit(page, qtbot, monkeypatch, "上城区机关事务服务中心", "330102", upper)
        assert page.units is not None
        page.units.list.setCurrentCell(0, 0)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(again), ""))
        state = page.units.chosen()
        assert state is not None
        dict(page.units.offers())["再生成一份授权文件（第二台电脑、换电脑）"]()
        qtbot.waitUntil(said(window, again.name))
        two_spoken = window.notice.sentence.split("口令 ")[1][:12]
        chosen = state.name
    files = {"西湖区机关事务服务中心": (west, one_spoken), "上城区机关事务服务中心": (upper, other_spoken)}
    one = first_start(tmp_path / "one", *files[chosen], "陈立")
    two = first_start(tmp_path / "two", again, two_spoken, "张敏")
    other = first_start(tmp_path / "other", *files[next(name for name in files if name != chosen)], "王海燕")
    key = standard(one, "原名")
    stick = tmp_path / "stick"
    stick.mkdir()
    for session in (one, two, other):
        with open_window(session) as window:
            page = sync_page(window)
            page.sending.make_in(stick)
            qtbot.waitUntil(said(window, "可以安全拔出"))
    for path in stick.iterdir():
        path.rename(path.with_name(f"{path.name}(1).zip"))
    bureau = setup.open_library(bureau.workspace.folder)
    with open_window(bureau) as window:
        page = sync_page(window)
        page.receiving.apply_folder(stick)
        qtbot.waitUntil(said(window, "3 个同步包，3 个已应用"))
        assert page.receiving.told.text().count("✓") == 3
        assert titles(bureau) == ["原名"]
        assert page.units is not None
        page.tabs.setCurrentWidget(page.units)
        assert {page.units.list.texts(row)[1] for row in range(2)} == {"已报"}
        page.tabs.setCurrentWidget(page.sending)
        page.sending.recipient.setCurrentIndex(page.sending.recipient.findText(chosen))
        page.sending.make_in(tmp_path)
        qtbot.waitUntil(said(window, "可以安全拔出"))
    down = next(tmp_path.glob("下发_*.bzb"))
    two = setup.open_library(two.workspace.folder)
    with open_window(two) as window:
        window.open_file(down)
        receiving = sync_page(window).receiving
        qtbot.waitUntil(receiving.apply_button.isEnabled)
        receiving.apply_button.click()
        qtbot.waitUntil(lambda: "应用完毕" in receiving.told.text())
        assert titles(two) == ["原名"]
    del key


@pytest.fixture
def contested(tmp_path: Path) -> Iterator[tuple[Session, Session, str]]:
    """A bureau and a PC of its office on which one title has two values."""
    bureau, one = pair(tmp_path)
    units.further_unit_file(bureau, one.identity.organisation, tmp_path / "2.json", "")
    two = setup.join(tmp_path / "2", tmp_path / "2.json", "张敏")
    key = standard(one, "原名")
    files = iter(range(100))

    def send(sender: Session, receiver: Session) -> None:
        path = tmp_path / f"send{next(files)}.bzb"
        syncing.make_bundle(sender, path, receiver.identity.organisation)
        syncing.apply_bundle(receiver, path)

    send(one, bureau)
    send(two, bureau)
    send(bureau, two)
    for session, title in ((one, "甲的名称"), (two, "乙的名称")):
        editing.edit_cells(session, "standard", [Edit(key, "title", title)])
        send(session, bureau)
    send(bureau, two)
    one.workspace.close()
    yield bureau, two, key
    bureau.workspace.close()
    two.workspace.close()


def test_a_conflict_is_found_and_settled_in_three_clicks(contested: tuple[Session, Session, str], qtbot: QtBot) -> None:
    _, two, key = contested
    with open_window(two) as window:
        page = sync_page(window)
        place = page.tabs.indexOf(page.conflicts)
        assert page.tabs.tabText(place) == "冲突 1"
        page.tabs.setCurrentIndex(place)
        choices = page.conflicts.choice.findChildren(QPushButton)
        assert {choice.text().split("\n")[0] for choice in choices} == {"甲的名称", "乙的名称"}
        mine = next(choice for choice in choices if choice.text().startswith("甲的名称"))
        assert "陈立" in mine.text()
        QTest.mouseClick(mine, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(said(window, "全部处理完了"))
        row = two.read.row("standard", key)
        assert row is not None
        assert row["title"] == "甲的名称"
        assert page.tabs.tabText(place) == "冲突"


def test_a_conflict_is_settled_by_typing_a_third_value(contested: tuple[Session, Session, str], qtbot: QtBot) -> None:
    _, two, key = contested
    with open_window(two) as window:
        page = sync_page(window)
        page.tabs.setCurrentWidget(page.conflicts)
        enter(page.conflicts.own, "两边商定的名称")
        QTest.keyClick(page.conflicts.own, Qt.Key.Key_Return)
        qtbot.waitUntil(said(window, "全部处理完了"))
        row = two.read.row("standard", key)
        assert row is not None
        assert row["title"] == "两边商定的名称"


def test_the_preview_shows_fields_of_both_sides_and_leaves_equal_ones_out(
    contested: tuple[Session, Session, str], tmp_path: Path, qtbot: QtBot
) -> None:
    bureau, two, key = contested
    editing.edit_cells(two, "standard", [Edit(key, "notes", "补充说明")])
    syncing.make_bundle(two, tmp_path / "p.bzb")
    with open_window(bureau) as window:
        window.open_file(tmp_path / "p.bzb")
        page = window.current
        assert isinstance(page, SyncPage)
        qtbot.waitUntil(page.receiving.apply_button.isEnabled)
        receiving = page.receiving
        assert receiving.rows.texts(0)[:2] == ["更新", "标准"]
        assert [receiving.fields.texts(row) for row in range(receiving.fields.rowCount())] == [
            ["标准备注", "", "补充说明", "补充说明"]
        ]
        assert receiving.figures["更新"].text() == "1"
        receiving.later.click()
        assert "没有应用" in receiving.told.text()
        assert bureau.read.search("补充说明", ["standard"]) == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("changed", "重新发送"), ("foreign", "核对来源"), ("other unit", "发给其他单位"), ("newer", "先升级"), ("again", "无新内容")],
)  # fmt: skip
def test_five_reasons_have_five_sentences(
    contested: tuple[Session, Session, str], tmp_path: Path, qtbot: QtBot, kind: str, sentence: str
) -> None:
    import msgspec

    from desktop.sync import container, making
    from desktop.sync.canon import canonical
    from tests.libraries import another_office

    bureau, two, _ = contested
    path = tmp_path / "x.bzb"
    standard(two, "新的一条")
    if kind == "foreign":
        stranger = setup.found(tmp_path / "n", "bureau", "宁波市局", "330200", "外人")
        making.make(stranger.workspace, "外人", path, bureau.identity.organisation, encrypted=False)
        stranger.workspace.close()
    elif kind == "other unit":
        other = another_office(bureau, tmp_path)
        syncing.make_bundle(other, tmp_path / "o.bzb")
        syncing.apply_bundle(bureau, tmp_path / "o.bzb")
        syncing.make_bundle(bureau, path, other.identity.organisation)
        other.workspace.close()
    elif kind == "newer":
        made = making.make(two.workspace, "张敏", path, bureau.identity.organisation, encrypted=False)
        bundle = container.read(path)
        manifest = msgspec.structs.replace(made, v=2)
        assert canonical(msgspec.to_builtins(manifest)) != bundle.body
        path.unlink()
        with pytest.raises(Exception, match="读回核对不符"):
            container.write(path, manifest, bundle.signature, bundle.files)
        monkey = container.VERSION
        container.VERSION = 2
        container.write(path, manifest, bundle.signature, bundle.files)
        container.VERSION = monkey
    else:
        syncing.make_bundle(two, path)
        if kind == "again":
            syncing.apply_bundle(bureau, path)
        else:
            content = bytearray(path.read_bytes())
            content[-100] ^= 1
            path.write_bytes(content)
    before = bureau.read.count(Query("standard"))
    with open_window(bureau) as window:
        window.open_file(path)
        page = window.current
        assert isinstance(page, SyncPage)
        qtbot.waitUntil(lambda: sentence in window.notice.sentence + page.receiving.told.text())
        assert not page.receiving.apply_button.isEnabled()
        assert bureau.read.count(Query("standard")) == before
        shown = window.notice.sentence + page.receiving.told.text()
        assert not any(word in shown.lower() for word in FOREIGN_WORDS)


def test_an_applied_bundle_is_taken_back_by_a_click(
    contested: tuple[Session, Session, str], tmp_path: Path, qtbot: QtBot
) -> None:
    bureau, two, _ = contested
    standard(two, "多余的一条")
    syncing.make_bundle(two, tmp_path / "u.bzb")
    syncing.apply_bundle(bureau, tmp_path / "u.bzb")
    assert "多余的一条" in titles(bureau)
    with open_window(bureau) as window:
        page = sync_page(window)
        page.tabs.setCurrentWidget(page.record)
        assert page.record.applied.texts(0)[2:] == ["u.bzb", "可以撤销"]
        page.record.undo_button.click()
        qtbot.waitUntil(said(window, "同步包已撤销"))
        assert "多余的一条" not in titles(bureau)
        assert page.record.log.texts(0)[1] == "撤销"


def test_the_bureau_enters_rows_for_a_unit_in_a_window_of_their_own(
    bureau: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_in(dialog: UnitDialog) -> bool:
        enter(dialog.name, "桐庐县机关事务中心")
        enter(dialog.code, "330122")
        dialog.without_program = True
        return True

    monkeypatch.setattr(UnitDialog, "exec", fill_in)
    with open_window(bureau) as window:
        page = sync_page(window)
        assert page.units is not None
        page.units.new_unit()
        qtbot.waitUntil(said(window, "可以代录"))
        assert page.units.list.texts(0)[1] == "代录"
        dict(page.units.offers())["代录（该单位没有本程序）"]()
        qtbot.waitUntil(lambda: bool(window.findChildren(StandInWindow) or window._standing_in))
        (other,) = window._standing_in
        assert other.windowTitle() == "代录：桐庐县机关事务中心"
        other.show_page("standards")
        window_and_stand_in_are_one_library(window, other, qtbot)
        assert titles(bureau) == ["代录的标准"]
        qtbot.waitUntil(lambda: not window._standing_in)
        assert bureau.workspace.reader.count(Query("standard")) == 1, "the library stays open"


def window_and_stand_in_are_one_library(window: MainWindow, other: MainWindow, qtbot: QtBot) -> None:
    """One writes after the other, a long job of either closes the grids of both, and each shows what both write."""
    window.show_page("standards")
    pages = (window.current, other.current)
    assert all(isinstance(page, StandardsPage) for page in pages)
    grids = [page.grid for page in pages if isinstance(page, StandardsPage)]
    written = list[str]()
    for begun in (window, other):
        let_go = threading.Event()
        begun.desk.write(lambda _job, gate=let_go: gate.wait(10), locks=True)  # type: ignore[misc]
        assert [bool(grid.ledger_model.locked) for grid in grids] == [True, True]
        for place, desk in enumerate((window.desk, other.desk)):
            desk.write(lambda _job, place=place: written.append(f"{place}"))  # type: ignore[misc]
        assert not written
        let_go.set()
        qtbot.waitUntil(lambda: written == ["0", "1"] and not other.desk.runner.locked)
        assert [grid.ledger_model.locked for grid in grids] == ["", ""]
        written.clear()
    told = list[str]()
    for place, page in enumerate(pages):
        page.changed = lambda _changes, place=place: told.append(f"{place}")  # type: ignore[method-assign,misc]
    session = other.desk.session
    for desk in (window.desk, other.desk):
        desk.write(lambda _job: editing.add_row(session, "organisation", {"name": "一个科室"}))
        qtbot.waitUntil(lambda: sorted(told) == ["0", "1"])
        told.clear()
    other.desk.write(lambda _job: editing.add_row(session, "standard", {"title": "代录的标准"}))
    other.close()
    assert "0" in told, "what is written while the window closes is told to the others"


def test_a_receipt_is_told_by_telephone_and_typed(
    contested: tuple[Session, Session, str], tmp_path: Path, qtbot: QtBot
) -> None:
    bureau, two, _ = contested
    standard(two, "单向上报")
    syncing.make_bundle(two, tmp_path / "r.bzb")
    syncing.apply_bundle(bureau, tmp_path / "r.bzb")
    with open_window(two) as window:
        page = sync_page(window)
        page.tabs.setCurrentWidget(page.sending)
        assert page.sending.sent.texts(0)[4] == "待回执"
        told = dict(part.split("：") for part in syncing.receipt_for(bureau, two.identity.organisation).split(" / "))
        page.sending.code.setText(told[two.identity.device[:4].upper()])
        page.sending.take.click()
        qtbot.waitUntil(said(window, "已登记"))
        assert page.sending.sent.texts(0)[4] == "已收到"


def test_late_units_are_on_the_reminder(
    contested: tuple[Session, Session, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, _, _ = contested
    units.unit_without_program(bureau, "桐庐县机关事务中心", "330122")
    units.new_unit(bureau, "淳安县机关事务中心", "330127", bureau.workspace.folder / "c.json")
    assert [row.cells[1:3] for row in units.reminder(bureau, 30).table.rows] == [("淳安县机关事务中心", "从未上报")]
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (30, False))


def test_a_rebuilt_pc_names_what_could_not_be_brought_back(
    contested: tuple[Session, Session, str], tmp_path: Path, qtbot: QtBot
) -> None:
    from desktop.store import blobs
    from desktop.sync import making

    bureau, two, _ = contested
    sha = blobs.put(two.workspace.folder, b"p" * 5000)
    with two.write("附件") as transaction:
        transaction.insert("attachment", {"file_name": "现场照片.jpg", "sha256": sha, "size": 5000})
    path = tmp_path / "last.bzb"
    making.make(two.workspace, "张敏", path, bureau.identity.organisation, blob_budget=10)
    syncing.apply_bundle(bureau, path)
    units.further_unit_file(bureau, two.identity.organisation, tmp_path / "3.json", "")
    rebuilt = setup.join(tmp_path / "3", tmp_path / "3.json", "新人")
    for sender, receiver, name in ((rebuilt, bureau, "r1"), (bureau, rebuilt, "r2")):
        syncing.make_bundle(sender, tmp_path / name, receiver.identity.organisation)
        syncing.apply_bundle(receiver, tmp_path / name)
    with open_window(rebuilt) as window:
        page = sync_page(window)
        page.tabs.setCurrentWidget(page.record)
        qtbot.waitUntil(lambda: "现场照片.jpg" in page.record.missing.text())
        assert titles(rebuilt) == titles(two)


def test_a_file_that_waits_for_an_earlier_one_is_put_aside_and_joins_later(tmp_path: Path, qtbot: QtBot) -> None:
    bureau, office = pair(tmp_path)
    shutil.copytree(bureau.workspace.folder, tmp_path / "earlier")
    standard(office, "先写的")
    syncing.make_bundle(office, tmp_path / "1.bzb")
    syncing.apply_bundle(bureau, tmp_path / "1.bzb")
    syncing.take_receipt(office, syncing.receipt_for(bureau, office.identity.organisation))
    standard(office, "后写的")
    syncing.make_bundle(office, tmp_path / "2.bzb")
    for session in (bureau, office):
        session.workspace.close()
    bureau = setup.open_library(tmp_path / "earlier")
    with open_window(bureau) as window:
        receiving = sync_page(window).receiving
        receiving.open(tmp_path / "2.bzb")
        qtbot.waitUntil(lambda: "已登记" in receiving.told.text())
        assert "要等前面的同步包，先放在一边" in receiving.told.text()
        assert not receiving.apply_button.isEnabled()
        assert titles(bureau) == []
        receiving.open(tmp_path / "1.bzb")
        qtbot.waitUntil(receiving.apply_button.isEnabled)
        receiving.apply_button.click()
        qtbot.waitUntil(lambda: "应用完毕" in receiving.told.text())
        assert titles(bureau) == ["先写的", "后写的"]
        assert "下一步：到“送出”" in receiving.told.text()
