"""标准体系 driven by keys, drops, menus and dialogs."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.app import editing, history, setup, system, system_versions
from desktop.domain.document import Paper
from desktop.domain.ledgers.system import SystemNode
from desktop.domain.positions import position
from desktop.domain.query import Query
from desktop.domain.system_tree import TOP, Tree
from desktop.ui.dialogs.system import AskDialog, CompareDialog, NodeDialog, PlaceDialog, RenumberDialog
from desktop.ui.pages.system import SystemPage
from desktop.ui.preview import Preview
from desktop.ui.tree.model import KEY_ROLE, TreeModel
from desktop.ui.tree.view import TreeView
from desktop.ui.window import MainWindow
from tests.domain.system_nodes import system_node
from tests.libraries import dump, lone_office
from tests.ui.desks import enter, open_window

CONTROL, SHIFT, ALT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
                       Qt.KeyboardModifier.AltModifier)  # fmt: skip


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    session = lone_office(tmp_path)
    system.plant(session, "hangzhou")
    fixed = {"version": system.own_version(session)}
    editing.add_row(
        session, "detail_entry", {"planned_title": "入仓办法", "node.code": "ZC5.1", "code": "ZC5.1-01"}, fixed=fixed
    )
    with open_window(setup.choose_person(session.workspace, "陈立")) as shown:
        shown.show_page("system")
        qtbot.waitUntil(lambda: bool(page_of(shown).model.tree.nodes))
        yield shown


def page_of(window: MainWindow) -> SystemPage:
    page = window.pages["system"]
    assert isinstance(page, SystemPage)
    return page


def go(page: SystemPage, code: str) -> str:
    tree = page.model.tree
    key = next(item for item in tree.nodes if tree.code(item) == code)
    page.tree.go(key)
    return key


def codes(page: SystemPage, code: str = "") -> list[str]:
    tree = page.model.tree
    parent = next((item for item in tree.nodes if code and tree.code(item) == code), TOP)
    return [tree.code(item) for item in tree.children(parent)]


def answered(act: Callable[[], object], answer: Callable[[QDialog], None]) -> None:
    """Do something that opens a dialog and answer it."""

    def reply() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            answer(dialog)
        else:
            QTimer.singleShot(5, reply)

    QTimer.singleShot(0, reply)
    act()


def test_keys_move_the_node_and_ctrl_z_takes_each_back(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    chosen = go(page, "ZC2.2")
    before = dump(window.desk.session)
    for key, modifier, parent, expected in (
        (Qt.Key.Key_Up, ALT, "ZC2", ["ZC2.2", "ZC2.1", "ZC2.3"]),
        (Qt.Key.Key_Down, ALT, "ZC2", ["ZC2.1", "ZC2.2", "ZC2.3"]),
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier, "ZC2.1", ["ZC2.2"]),
        (Qt.Key.Key_Backtab, SHIFT, "ZC2", ["ZC2.1", "ZC2.2", "ZC2.3"]),
        (Qt.Key.Key_Backtab, SHIFT, "ZC", ["ZC1", "ZC2", "ZC2.2", "ZC3", "ZC4", "ZC5", "ZC6", "ZC7"]),
    ):
        qtbot.keyClick(page.tree, key, modifier)
        qtbot.waitUntil(lambda parent=parent, expected=expected: codes(page, parent) == expected)  # type: ignore[misc]
        assert page.key() == chosen
    for _ in range(5):
        label = history.undo_label(window.desk.session)
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
        qtbot.waitUntil(lambda label=label: not window.desk.runner.busy)  # type: ignore[misc]
    assert dump(window.desk.session) == before


def test_a_node_is_renamed_in_place(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    go(page, "ZC5")
    qtbot.keyClick(page.tree, Qt.Key.Key_F2)
    editor = page.tree.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit) and editor.text() == "ZC5 公物仓"
    editor.selectAll()
    enter(editor, "ZC5 区级公物仓")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.tree.name(page.key()) == "ZC5 区级公物仓")
    page.model.setData(page.tree.currentIndex(), "ZC4 区级公物仓")
    qtbot.waitUntil(lambda: "“ZC4”已经用过" in window.notice.sentence)


def test_a_dropped_branch_moves_with_its_standards(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    model, key = page.model, go(page, "ZC5")
    data = model.mimeData([model.index_of(key), model.index_of(key, 1)])
    target = go(page, "JC")
    assert model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, model.index_of(target)) is False
    qtbot.waitUntil(lambda: codes(page, "JC") == ["JC1", "JC2", "JC3", "JC4", "JC5", "ZC5"])
    assert codes(page, "ZC5") == ["ZC5.1", "ZC5.2", "ZC5.3"]
    qtbot.waitUntil(lambda: "ZC5 不以上级编号 JC 开头" in page.state.text())
    siblings = model.mimeData([model.index_of(go(page, "JC1"))])
    model.dropMimeData(siblings, Qt.DropAction.MoveAction, 3, 0, model.index_of(target))
    qtbot.waitUntil(lambda: codes(page, "JC")[:4] == ["JC2", "JC3", "JC1", "JC4"])
    circle = model.mimeData([model.index_of(go(page, "JC"))])
    model.dropMimeData(circle, Qt.DropAction.MoveAction, -1, -1, model.index_of(go(page, "JC1")))
    qtbot.waitUntil(lambda: "自己或自己的下级" in window.notice.sentence)


def test_nodes_are_added_with_a_suggested_code_and_a_used_one_is_told_at_once(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    go(page, "ZC2.1")

    def beside(dialog: QDialog) -> None:
        assert isinstance(dialog, NodeDialog)
        assert dialog.code.text() == "ZC2.4" and not dialog.go.isEnabled()
        enter(dialog.name, "信息公开")
        dialog.code.setText("ZC5")
        assert "已经用过" in dialog.reason.text() and not dialog.go.isEnabled()
        dialog.code.setText("ZC2.4")
        dialog.go.click()

    answered(lambda: qtbot.keyClick(page.tree, Qt.Key.Key_Return), beside)
    qtbot.waitUntil(lambda: codes(page, "ZC2") == ["ZC2.1", "ZC2.4", "ZC2.2", "ZC2.3"])
    qtbot.waitUntil(lambda: page.model.tree.code(page.key()) == "ZC2.4")

    def below(dialog: QDialog) -> None:
        assert isinstance(dialog, NodeDialog) and dialog.code.text() == "ZC2.4.1"
        dialog.reject()

    answered(lambda: qtbot.keyClick(page.tree, Qt.Key.Key_Return, CONTROL), below)


def test_deleting_asks_where_the_standards_go(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    go(page, "ZC5.1")

    def to(dialog: QDialog) -> None:
        assert isinstance(dialog, PlaceDialog)
        dialog.places.setCurrentIndex(
            next(at for at in range(dialog.places.count()) if "ZC5.2" in dialog.places.itemText(at))
        )
        dialog.go.click()

    answered(lambda: qtbot.keyClick(page.tree, Qt.Key.Key_Delete), to)
    qtbot.waitUntil(lambda: codes(page, "ZC5") == ["ZC5.2", "ZC5.3"])
    (entry,) = window.desk.session.read.rows(Query("detail_entry"))
    assert entry["node"] == go(page, "ZC5.2")
    answered(lambda: qtbot.keyClick(page.tree, Qt.Key.Key_Delete), lambda dialog: dialog.reject())
    assert codes(page, "ZC5") == ["ZC5.2", "ZC5.3"]


def test_a_deleted_node_s_wanted_number_is_named(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    key = go(page, "ZC5.3")
    cells = [editing.Edit(key, "planned_count", "12"), editing.Edit(key, "planned_basis", "规划")]
    window.desk.write(lambda _job: editing.edit_cells(page.session, "system_node", cells))
    qtbot.waitUntil(lambda: page.model.tree.nodes[key].planned_count == 12)
    go(page, "ZC5.3")
    qtbot.keyClick(page.tree, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "填写的应有数 12 随节点一起删除" in window.notice.sentence)
    qtbot.waitUntil(lambda: codes(page, "ZC5") == ["ZC5.1", "ZC5.2"])


def test_numbering_is_shown_and_then_done(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    go(page, "ZC5.1")
    qtbot.keyClick(page.tree, Qt.Key.Key_Down, ALT)
    qtbot.waitUntil(lambda: codes(page, "ZC5")[0] == "ZC5.2")
    go(page, "ZC5")

    def confirm(dialog: QDialog) -> None:
        assert isinstance(dialog, RenumberDialog)
        assert not dialog.go.isEnabled() and dialog.summary.text() == "计算中……"
        dialog.all.setChecked(True)
        dialog.some.setChecked(True)
        qtbot.waitUntil(lambda: "没有要改的" in dialog.summary.text())
        assert not dialog.go.isEnabled()
        dialog.all.setChecked(True)
        qtbot.waitUntil(lambda: dialog.summary.text() == "将改 2 个节点、1 行明细的编号")
        assert [dialog.rows.index(2, section).data() for section in range(4)] == [
            "明细",
            "入仓办法",
            "ZC5.1-01",
            "ZC5.2-01",
        ]
        dialog.go.click()

    answered(page.renumber, confirm)
    qtbot.waitUntil(lambda: codes(page, "ZC5") == ["ZC5.1", "ZC5.2", "ZC5.3"])
    assert history.undo_label(window.desk.session) == "重新编号（2 个节点，1 行明细）"


def test_a_node_is_found_by_initials_and_all_is_folded_by_a_key(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    page.words.setText("gwc")
    qtbot.keyClick(page.words, Qt.Key.Key_Return)
    assert page.model.tree.name(page.key()) == "ZC5 公物仓"
    page.words.setText("没有的")
    qtbot.keyClick(page.words, Qt.Key.Key_Return)
    assert "没有节点含" in window.notice.sentence
    qtbot.keyClick(page.tree, Qt.Key.Key_Slash)
    assert not any(page.tree.isExpanded(page.model.index(row, 0)) for row in range(6))
    page.reload()
    qtbot.waitUntil(lambda: not window.desk.runner.busy)
    assert not page.tree.isExpanded(page.model.index(1, 0))
    qtbot.keyClick(page.tree, Qt.Key.Key_Asterisk)
    assert page.tree.isExpanded(page.model.index(1, 0))


def test_copying_merging_and_moving_by_menu(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)

    def to(code: str) -> Callable[[QDialog], None]:
        def answer(dialog: QDialog) -> None:
            assert isinstance(dialog, PlaceDialog)
            dialog.places.setCurrentIndex(
                next(at for at in range(dialog.places.count()) if f"{code} " in dialog.places.itemText(at))
            )
            dialog.go.click()

        return answer

    go(page, "ZC2")
    answered(page.copy, to("HQ"))
    qtbot.waitUntil(lambda: codes(page, "HQ8") == ["HQ8.1", "HQ8.2", "HQ8.3"])
    go(page, "JC1")
    answered(page.move_to, to("SZ"))
    qtbot.waitUntil(lambda: codes(page, "SZ")[-1] == "JC1")
    page.merge()
    assert "两个或更多节点" in window.notice.sentence
    first, second = go(page, "JN1"), go(page, "JN2")
    flags = page.tree.selectionModel().SelectionFlag
    page.tree.selectionModel().select(page.model.index_of(first), flags.Select | flags.Rows)
    assert page.tree.keys() == [first, second]
    answered(page.merge, to("JN1"))
    qtbot.waitUntil(lambda: codes(page, "JN")[:2] == ["JN1", "JN3"])


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_right_button_offers_everything_keys_do(window: MainWindow) -> None:
    page = page_of(window)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    page.tree.contextMenuEvent(event)
    (menu,) = page.tree.findChildren(QMenu)
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == ["加下级", "加同级", "上移", "下移", "降级", "升级", "移到…", "改名", "复制分支…", "合并所选节点…",
                     "重新编号…", "删除", "看本节点标准", "全部展开", "全部收起", "导入节点…", "节点模板…", "导出节点…"]  # fmt: skip
    menu.close()


def _put(page: SystemPage, qtbot: QtBot, path: str, text: str) -> None:
    """Type into an open field of the panel as a person does."""
    editor = page.panel.editors[path]
    assert isinstance(editor, QLineEdit) and editor.isEnabled()
    editor.setFocus()
    editor.clear()
    enter(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_versions_go_from_draft_to_current_and_are_compared(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, compared, compare = page_of(window), set[str](), system_versions.compare

    def compare_in(*asked: Any) -> Any:
        compared.add(threading.current_thread().name.partition("_")[0])
        return compare(*asked)

    monkeypatch.setattr(system_versions, "compare", compare_in)
    bar = page.versions
    bar.compare()
    assert "只有一个版本" in window.notice.sentence

    def say(text: str) -> Callable[[QDialog], None]:
        def answer(dialog: QDialog) -> None:
            assert isinstance(dialog, AskDialog)
            dialog.field.setText(text)
            dialog.go.click()

        return answer

    answered(bar.publish, say("局务会〔2026〕3 号"))
    qtbot.waitUntil(lambda: "已经发布" in page.state.text())
    assert not page.model.writable and not page.panel.editors["name"].isEnabled()
    assert not page.model.flags(page.model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    key = go(page, "ZC2")
    _put(page, qtbot, "planned_count", "12")
    assert "请先填应有数依据" in page.panel.fields["planned_count"].why.text()
    _put(page, qtbot, "planned_basis", "规划")
    qtbot.waitUntil(lambda: page.model.tree.nodes[key].planned_basis == "规划")
    _put(page, qtbot, "planned_count", "12")
    qtbot.waitUntil(lambda: page.model.tree.nodes[key].planned_count == 12)
    page.add(below=True)
    assert "请先“建立下一版”" in window.notice.sentence
    answered(bar.next_version, say("2027 版"))
    qtbot.waitUntil(lambda: page.model.writable and len(page.model.tree.nodes) == 60)
    assert bar.list.currentText() == "2027 版（草案）"
    go(page, "ZC2")
    qtbot.keyClick(page.tree, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: "ZC2" in codes(page, "ZC1"))

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, CompareDialog)
        qtbot.waitUntil(lambda: dialog.summary.text() == "增 0　删 0　改 0　移 1")
        assert dialog.table.model().index(0, 2).data() == "ZC2 办公用房"
        dialog.new.setCurrentIndex(1)
        qtbot.waitUntil(lambda: dialog.summary.text() == "两个版本没有差异")
        assert compared == {"short reader"}
        dialog.reject()

    answered(bar.compare, look)
    bar.list.setCurrentIndex(1)
    bar.list.activated.emit(1)
    qtbot.waitUntil(lambda: not page.model.writable)
    page.show_target(next(node.key for node in window.desk.session.read.records(SystemNode) if node.copied_from))
    qtbot.waitUntil(lambda: page.model.writable)
    assert system_versions.state_name(window.desk.session, page.version) == "草案"
    page.open_standards()
    assert "请先把版本换成现行版" in window.notice.sentence
    asked: list[str] = []

    def yes(_parent: object, _title: str, words: str) -> QMessageBox.StandardButton:
        asked.append(words)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", yes)
    bar.discard()
    qtbot.waitUntil(lambda: bar.list.count() == 1 and not page.model.writable)
    assert asked == ["把草案“2027 版”连同它的节点移到回收站吗？现行版不受影响。"]


def _says(dialog: Preview, words: str) -> bool:
    return words in dialog.notice.sentence


def test_the_diagram_is_previewed_and_kept_as_each_kind_of_file(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window)
    seen: list[int] = []

    def keep(dialog: Preview) -> int:
        qtbot.waitUntil(lambda: dialog.page_count > 0)
        for ending in (".pdf", ".docx", ".svg"):
            dialog.save_to(tmp_path / f"图{ending}")
            qtbot.waitUntil(partial(_says, dialog, f"已存到 {tmp_path / '图'}{ending}"), timeout=20000)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "图.xlsx"), ""))
        dialog.save(".xlsx")
        qtbot.waitUntil(partial(_says, dialog, "框图存为"))
        seen.append(dialog.page_count)
        return 0

    monkeypatch.setattr(Preview, "exec", keep)
    page.versions.diagram(Paper.A3, with_counts=True)
    qtbot.waitUntil(lambda: seen == [1])
    assert sorted(path.suffix for path in tmp_path.glob("图.*")) == [".docx", ".pdf", ".svg"]


def test_a_tree_of_500_nodes_opens_closes_and_moves_without_delay(qtbot: QtBot) -> None:
    nodes = [
        system_node(key=f"n{at}", parent=f"n{(at - 1) // 5}" if at else None, code=f"C{at}", name="公物仓",
                    position=position(at))
        for at in range(500)
    ]  # fmt: skip
    model = TreeModel()
    view = TreeView(model, lambda _menu: None)
    qtbot.addWidget(view)
    view.resize(600, 700)
    view.show()
    times = []
    for step in (
        lambda: model.show(Tree(nodes), {}, writable=True), view.shut_all, view.open_all,
        lambda: model.dropMimeData(model.mimeData([model.index_of("n400")]), Qt.DropAction.MoveAction, -1, -1, model.index_of("n9")),
        lambda: model.show(Tree(nodes), {}, writable=True),
    ):  # fmt: skip
        started = time.perf_counter()
        step()
        QApplication.processEvents()
        times.append(time.perf_counter() - started)
    assert max(times) < 0.5
    assert model.index_of("n400").data(KEY_ROLE) == "n400"
    assert view.accessibleName() and model.index_of("n0").data(Qt.ItemDataRole.AccessibleTextRole).startswith(
        "C0 公物仓，第 1 级"
    )
