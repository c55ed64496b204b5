"""The whole way of the clerks of a bureau and its offices, on the screen alone: founding, enrolling, a year's exchange
with what goes wrong in it, a conflict, a return, a restored backup, a dead PC. Nobody meets a word of the machinery."""

import itertools
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.ui.dialogs.restore import RestoreDialog
from desktop.ui.dialogs.review import ReviewDialog
from desktop.ui.first_start import FirstStart
from desktop.ui.pages.home import HomePage
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.sync import SyncPage
from desktop.ui.sync.unit_list import UnitDialog
from tests.test_plain_words import machinery_in
from tests.ui.screen import Clerk

BUREAU, WEST, UPPER = "杭州市机关事务管理局", "西湖区机关事务服务中心", "上城区机关事务服务中心"
TITLE, DEPARTMENT = "standard.title", "department"
FURTHER = "再生成一份授权文件"


class Bureaus:
    """Everybody, the folder that stands for the USB stick, the spoken passphrases, and every word they read."""

    def __init__(self, folder: Path, qtbot: QtBot, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.qtbot, self.patch = folder, qtbot, patch
        self.stick = folder / "U 盘"
        self.stick.mkdir()
        self.seen: set[str] = set()
        self.spoken: dict[str, str] = {}
        self.bureau, self.one, self.two, self.upper, self.rebuilt = (
            Clerk(folder / name, qtbot, self.seen) for name in ("市局", "西湖一", "西湖二", "上城", "西湖三")
        )
        self._places = itertools.count(1)

    def unit_file(self, name: str) -> Path:
        return self.folder / f"授权文件_{name}.json"

    def chooses(self, path: Path) -> None:
        """What every file dialog answers from now on."""
        self.patch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        self.patch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
        self.patch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        self.patch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))

    def send(self, clerk: Clerk, to: str = "") -> Path:
        """送出 onto an empty place of the stick; the file."""
        place = self.stick / str(next(self._places))
        place.mkdir()
        self.chooses(place)
        page = clerk.sync("送出")
        if to:
            page.sending.recipient.setCurrentIndex(page.sending.recipient.findText(to))
        clerk.press_button("生成下发包到 U 盘" if clerk is self.bureau else "生成上报包到 U 盘")
        clerk.said("可以安全拔出 U 盘")
        (made,) = place.iterdir()
        return made

    def receive(self, clerk: Clerk, path: Path) -> str:
        """收到, looked into and applied; what the screen says."""
        self.chooses(path)
        receiving = clerk.sync("收到").receiving
        clerk.press_button("打开同步包")
        clerk.until(lambda: "尚未写入" in receiving.told.text() or "无新内容" in receiving.told.text())
        if "无新内容" not in receiving.told.text():
            clerk.press_button("应用到台账")
        clerk.until(lambda: "应用完毕" in receiving.told.text() or "已登记" in receiving.told.text())
        return receiving.told.text()

    def handed(self, sender: Clerk, receiver: Clerk, to: str = "") -> str:
        """One file from one PC to another; what the receiver's screen says."""
        with sender.at_work():
            path = self.send(sender, to)
        with receiver.at_work():
            return self.receive(receiver, path)


def standards(clerk: Clerk) -> StandardsPage:
    clerk.go("标准明细")
    return clerk.page(StandardsPage)


def new_row(clerk: Clerk, title: str, department: str) -> None:
    page = standards(clerk)
    before = page.model.rowCount()
    clerk.press_button("新增标准明细")
    clerk.until(lambda: page.model.rowCount() == before + 1 and not clerk.window.desk.runner.busy)
    clerk.type_cell(page, page.grid.currentIndex().row(), TITLE, title)
    clerk.type_cell(page, row_of(page, title), DEPARTMENT, department)


def row_of(page: StandardsPage, title: str) -> int:
    return [line[0] for line in rows(page)].index(title)


def rows(page: StandardsPage) -> list[tuple[str, str]]:
    """(title, department) of every row of the grid."""
    sections = [[column.path for column in page.model.columns].index(path) for path in (TITLE, DEPARTMENT)]
    return [
        (page.model.shown(page.model.index(row, sections[0])), page.model.shown(page.model.index(row, sections[1])))
        for row in range(page.model.rowCount())
    ]


def read_rows(clerk: Clerk) -> list[tuple[str, str]]:
    with clerk.at_work():
        return sorted(rows(standards(clerk)))


def the_bureau_founds_its_library_and_enrols(world: Bureaus) -> None:
    bureau = world.bureau

    def fill_in(first: FirstStart) -> None:
        bureau.press(first.bureau)
        bureau.type_into(first.name, BUREAU)
        bureau.type_into(first.code, "330100")
        bureau.type_into(first.person, "李文")
        bureau.press_button("建立并打开", first)

    bureau.begin(fill_in)
    with bureau.at_work():
        for name, code in ((WEST, "330106"), (UPPER, "330102")):
            bureau.sync("单位")
            world.chooses(world.unit_file(name))

            def describe(dialog: UnitDialog, name: str = name, code: str = code) -> None:
                bureau.type_into(dialog.name, name)
                bureau.type_into(dialog.code, code)
                bureau.press_button("生成授权文件", dialog)

            bureau.in_dialog(UnitDialog, describe)
            bureau.press_button("新增单位")
            world.spoken[name] = bureau.said(world.unit_file(name).name).split("口令 ")[1][:12]
        further_file(world, "西湖二")
        units = bureau.sync("单位").units
        assert units is not None and units.spoken.isVisible()
        assert all(spoken in units.spoken.text() for spoken in world.spoken.values()), "none is lost to the next notice"


def further_file(world: Bureaus, name: str) -> None:
    """对选中的单位：再生成一份授权文件, for 西湖."""
    bureau = world.bureau
    choose_west(world)
    world.chooses(world.unit_file(name))
    bureau.choose_in_menu(FURTHER)
    bureau.press_button("对选中的单位")
    world.spoken[name] = bureau.said(world.unit_file(name).name).split("口令 ")[1][:12]


def choose_west(world: Bureaus) -> None:
    listing = world.bureau.sync("单位").units
    assert listing is not None
    at = next(row for row in range(listing.list.rowCount()) if listing.list.texts(row)[0] == WEST)
    world.bureau.select(listing.list, at)


def an_office_opens_its_unit_file(world: Bureaus, clerk: Clerk, file: str, person: str) -> None:
    world.chooses(world.unit_file(file))

    def fill_in(first: FirstStart) -> None:
        clerk.press_button("选择授权文件", first)
        assert WEST in first.told.text() or UPPER in first.told.text()
        clerk.type_into(first.person, person)
        clerk.press_button("建立并打开", first)
        assert "口令" in first.notice.sentence, "the screen asks for it and says from whom"
        clerk.type_into(first.passphrase, world.spoken[file])
        clerk.press_button("建立并打开", first)

    clerk.begin(fill_in)


def all_work_and_report(world: Bureaus) -> None:
    one, bureau = world.one, world.bureau
    with one.at_work():
        new_row(one, "会议服务规范", "办公室")
        first = world.send(one)
    with bureau.at_work():
        world.receive(bureau, first)
        units = bureau.sync("单位").units
        assert units is not None
        choose_west(world)
        told_by_telephone = units.list.texts(units.list.currentRow())[9]
    with one.at_work():
        page = one.sync("送出")
        one.type_into(page.sending.code, told_by_telephone)
        one.press_button("登记回执")
        one.said("已登记")
        new_row(one, "公务用车管理规范", "车队")
        lost = world.send(one)
        new_row(one, "公物仓管理规范", "资产处")
        third = world.send(one)
    lost.unlink()
    with world.upper.at_work():
        new_row(world.upper, "食堂服务规范", "后勤科")
        earlier = world.send(world.upper)
        new_row(world.upper, "物业服务规范", "后勤科")
        later = world.send(world.upper)
    tampered = earlier.with_name("改动过.bzb")
    content = bytearray(later.read_bytes())
    content[len(content) // 2] ^= 1
    tampered.write_bytes(content)
    with bureau.at_work():
        world.receive(bureau, third)
        assert "新增" in world.receive(bureau, later), "the later file first"
        assert "无新内容" in world.receive(bureau, earlier)
        refused(world, tampered)
        titles = {title for title, _ in rows(standards(bureau))}
    assert titles == {"会议服务规范", "公务用车管理规范", "公物仓管理规范", "食堂服务规范", "物业服务规范"}


def refused(world: Bureaus, path: Path) -> None:
    """One sentence that says what to do, and nothing to apply."""
    world.chooses(path)
    receiving = world.bureau.sync("收到").receiving
    world.bureau.press_button("打开同步包")
    sentence = world.bureau.said("请对方重新发送")
    assert path.name in sentence and sentence.count("。") == 0
    assert not receiving.apply_button.isEnabled()


def the_second_pc_fetches_the_rows(world: Bureaus, clerk: Clerk) -> None:
    """A further PC is told on its first page what to do first, and does it."""
    bureau = world.bureau
    with clerk.at_work():
        home = clerk.page(HomePage)
        clerk.press_button("去做", home)
        path = world.send(clerk)
    with bureau.at_work():
        world.receive(bureau, path)
        down = world.send(bureau, WEST)
    with clerk.at_work():
        home = clerk.page(HomePage)
        clerk.press_button("去做", home)
        world.receive(clerk, down)


def a_conflict_is_settled_in_three_clicks(world: Bureaus) -> None:
    bureau, one, two = world.bureau, world.one, world.two
    files = []
    for clerk, department in ((one, "综合科"), (two, "会务科")):
        with clerk.at_work():
            page = standards(clerk)
            clerk.type_cell(page, row_of(page, "会议服务规范"), DEPARTMENT, department)
            files.append(world.send(clerk))
    with bureau.at_work():
        for path in files:
            world.receive(bureau, path)
        down = world.send(bureau, WEST)
    with one.at_work():
        assert "冲突 1 处" in world.receive(one, down)
        one.go("首页")
        one.clicks = 0
        one.press_button("去处理")
        conflicts = one.page(SyncPage).conflicts
        assert conflicts.isVisible()
        one.press_button("会务科", conflicts.choice)
        one.said("全部处理完了")
        assert one.clicks <= 3
        assert ("会议服务规范", "会务科") in rows(standards(one))


def a_row_is_returned_with_a_note(world: Bureaus) -> None:
    bureau, one = world.bureau, world.one
    world.handed(one, bureau)
    with bureau.at_work():
        page = standards(bureau)
        bureau.choose_row(page, row_of(page, "公务用车管理规范"), DEPARTMENT)

        def write(dialog: ReviewDialog) -> None:
            dialog.kind.setCurrentIndex(dialog.kind.findText("退回"))
            bureau.type_into(dialog.body, "请写明责任处室的全称")
            bureau.press_button("写入", dialog)

        bureau.in_dialog(ReviewDialog, write)
        bureau.press_button("批注")
        bureau.said("下一个下发包会带给该单位")
    world.handed(bureau, one, WEST)
    with one.at_work():
        assert any("请写明责任处室的全称" in text for text in one.texts())
        page = standards(one)
        one.press_button("退回 1 条")
        assert rows(page) == [("公务用车管理规范", "车队")], "what was typed stays"
        assert page.panel.opinion.isVisible() and page.panel.opinion.text() == "市局退回：请写明责任处室的全称"
        one.type_cell(page, 0, DEPARTMENT, "公务用车服务队")


def a_backup_is_restored(world: Bureaus) -> None:
    """The row typed after the backup comes back from the bureau, as the sentence on the screen says."""
    upper, bureau = world.upper, world.bureau
    with upper.at_work():
        upper.go("设置")
        upper.press_button("立即备份")
        upper.said("已备份并校验")
        new_row(upper, "绿化养护规范", "园林科")
        path = world.send(upper)
    with bureau.at_work():
        world.receive(bureau, path)
    with upper.at_work():
        upper.go("设置")

        def choose(dialog: RestoreDialog) -> None:
            at = next(row for row in range(dialog.backups.rowCount()) if dialog.backups.texts(row)[1] == "手动")
            upper.select(dialog.backups, at)
            world.qtbot.waitUntil(dialog.go.isEnabled)
            assert ["标准明细", "2", "3"] in [dialog.rows.texts(row) for row in range(dialog.rows.rowCount())]
            upper.press(dialog.go)

        upper.in_dialog(RestoreDialog, choose)
        upper.press_button("从备份恢复…")
        upper.reopened()
        assert "恢复前的数据另存为" in upper.said("请先送出一个同步包，再应用对方的下一个同步包")
        assert sorted(title for title, _ in rows(standards(upper))) == ["物业服务规范", "食堂服务规范"]
    world.handed(upper, bureau)
    world.handed(bureau, upper, UPPER)
    assert ("绿化养护规范", "园林科") in read_rows(upper)


def a_dead_pc_is_rebuilt(world: Bureaus) -> None:
    """Of two attachments the large one waited for the USB stick when the PC died; it alone is named as missing."""
    bureau, two, rebuilt = world.bureau, world.two, world.rebuilt
    world.handed(bureau, two, WEST)
    small, large = world.folder / "会议签到表.pdf", world.folder / "现场录像.mp4"
    small.write_bytes(b"%PDF-1.4 small")
    large.write_bytes(bytes(range(256)) * 4096 * 9)
    with two.at_work():
        new_row(two, "会场布置规范", "会务科")
        page = standards(two)
        two.choose_row(page, row_of(page, "会场布置规范"), DEPARTMENT)
        for count, path in enumerate((small, large), 1):
            world.chooses(path)
            two.press_button("添加附件", page.panel)
            two.until(lambda count=count: page.panel.attachments.files.count() == count)  # type: ignore[misc]
        mail = world.stick / "邮件"
        mail.mkdir()
        world.chooses(mail)
        two.sync("送出")
        two.press_button("分卷发邮件")
        assert "另有 1 个附件请随 U 盘送" in two.said("已生成 1 个文件")
    (path,) = mail.iterdir()
    with bureau.at_work():
        world.receive(bureau, path)
        choose_west(world)
        units = bureau.sync("单位").units
        assert units is not None
        mark = next(word for word, _ in units.offers() if "张敏" in word)
        bureau.choose_in_menu(mark)
        bureau.press_button("对选中的单位")
        bureau.said("已停用")
        further_file(world, "西湖三")
    an_office_opens_its_unit_file(world, rebuilt, "西湖三", "张敏")
    the_second_pc_fetches_the_rows(world, rebuilt)
    with rebuilt.at_work():
        record = rebuilt.sync("记录").record
        rebuilt.until(lambda: record.missing.text() == "附件尚未收到：现场录像.mp4，请对方用 U 盘再送一次")
        page = standards(rebuilt)
        rebuilt.choose_row(page, row_of(page, "会场布置规范"), DEPARTMENT)
        names = [page.panel.attachments.files.item(at).text() for at in range(2)]
        assert names == ["会议签到表.pdf", "现场录像.mp4（附件尚未收到，随 U 盘另送）"]


def all_show_the_same_rows(world: Bureaus) -> None:
    bureau, one = world.bureau, world.one
    for clerk in (one, world.upper):
        world.handed(clerk, bureau)
    for clerk, unit in ((one, WEST), (world.rebuilt, WEST), (world.upper, UPPER)):
        world.handed(bureau, clerk, unit)
    west, upper = read_rows(one), read_rows(world.upper)
    assert read_rows(world.rebuilt) == west
    assert read_rows(bureau) == sorted(west + upper)
    assert len(west) == 4 and len(upper) == 3


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_whole_way(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    world = Bureaus(tmp_path, qtbot, monkeypatch)
    the_bureau_founds_its_library_and_enrols(world)
    an_office_opens_its_unit_file(world, world.one, WEST, "陈立")
    an_office_opens_its_unit_file(world, world.two, "西湖二", "张敏")
    an_office_opens_its_unit_file(world, world.upper, UPPER, "王海燕")
    all_work_and_report(world)
    the_second_pc_fetches_the_rows(world, world.two)
    a_conflict_is_settled_in_three_clicks(world)
    a_row_is_returned_with_a_note(world)
    a_backup_is_restored(world)
    a_dead_pc_is_rebuilt(world)
    all_show_the_same_rows(world)
    assert not {text for text in world.seen if machinery_in(text)}
