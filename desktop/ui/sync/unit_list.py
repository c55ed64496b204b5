"""单位 (市局): what each unit has sent, its PCs, unit files, receipts, reminders, rows entered in its place."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QInputDialog, QLineEdit, QMenu, QMessageBox, QVBoxLayout, QWidget

from desktop.app import setup, syncing, units
from desktop.ui.desk import Desk
from desktop.ui.listing import Listing
from desktop.ui.made_files import ask_where
from desktop.ui.preview import preview
from desktop.ui.widgets import button, label, line

LATE_AFTER = 30
"""Days after which a unit is reminded, unless changed in the question."""


class UnitList(QWidget):
    """The bureau's units and what can be done for one."""

    standing_in = Signal(object)
    """A session that writes the rows of a unit without the program."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        self.list = Listing(
            "下属单位", ("单位", "状态", "明细", "最近上报", "已过", "冲突", "退回", "待补", "电脑", "回执码"), 0
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        self.more = button("对选中的单位", self.offer, icon_name="settings")
        self.late = button("停用后到的数据", self.take_late, icon_name="clock")
        column.addWidget(line(
            button("新增单位", self.new_unit, "primary", "plus"), self.more, self.late, None,
            button("催报单", self.remind, "ghost", "print"),
        ))  # fmt: skip
        self.spoken = label("", "badge_warn", wrap=True)
        """The passphrases of the unit files written since the program was opened; they are kept nowhere else."""
        self.spoken.hide()
        column.addWidget(self.spoken)
        column.addWidget(self.list, 1)
        column.addWidget(
            label(
                "回执码可在电话里告诉单位：登记后它不再重复发送已收到的内容。一个单位有几台电脑时"
                "按“设置”页的本机编号各报各的。",
                "quiet",
                12,
            )
        )
        self.reload()

    def reload(self) -> None:
        """Ask again for every unit's state."""
        now = time.time() * 1000
        self.list.show_rows([
            (state, (
                state.name, state.word, str(state.entries),
                f"第 {state.last_number} 号 {units.day(state.last_at)}" if state.last_number else "—",
                f"{int((now - state.last_at) // units.DAY)} 天" if state.last_number else "—",
                *(str(number or "—") for number in (state.conflicts, state.returned, state.waiting, state.computers)),
                syncing.receipt_for(self.session, state.organisation) if state.last_number else "—",
            ))
            for state in units.overview(self.session)
        ])  # fmt: skip
        self.more.setEnabled(self.list.rowCount() > 0)
        self.late.setVisible(bool(units.late(self.session)))

    def chosen(self) -> units.UnitState | None:
        """The unit the current row stands for."""
        found = self.list.chosen
        return found if isinstance(found, units.UnitState) else None

    def offer(self) -> None:
        """What can be done for the chosen unit."""
        menu = QMenu(self)
        for word, done in self.offers():
            menu.addAction(word, done)
        menu.exec(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        menu.deleteLater()

    def offers(self) -> list[tuple[str, Callable[[], object]]]:
        """The actions for the chosen unit, in words."""
        state = self.chosen()
        if state is None:
            return []
        found: list[tuple[str, Callable[[], object]]] = [
            ("再生成一份授权文件（第二台电脑、换电脑）", partial(self.further_file, state)),
            ("单位改名", partial(self.rename, state)),
            ("并入其他单位", partial(self.merge, state)),
        ]
        if not state.computers:
            found.append(("代录（该单位没有本程序）", partial(self.stand_in, state)))
        found.extend(
            (
                f"停用电脑 {computer.mark}（{computer.person or '还没有填报'}，{units.day(computer.since)} 登记）",
                partial(self.withdraw, state, computer),
            )
            for computer in units.computers(self.session, state.organisation)
        )
        return found

    def new_unit(self) -> None:
        """Enter a unit and write its unit file."""
        dialog = UnitDialog(self)
        if dialog.exec():
            name, code = dialog.name.text().strip(), dialog.code.text().strip()
            session = self.session
            if dialog.without_program:
                self._do(lambda: units.unit_without_program(session, name, code), f"已新增 {name}，可以代录")
            else:
                self._save_file(name, lambda path, spoken: units.new_unit(session, name, code, path, passphrase=spoken))
        dialog.deleteLater()

    def further_file(self, state: units.UnitState) -> None:
        """A unit file for a further PC."""
        session = self.session
        self._save_file(
            f"{state.name}_{state.computers + 1}",
            lambda path, spoken: units.further_unit_file(session, state.organisation, path, spoken),
        )

    def _save_file(self, name: str, write: Callable[[Path, str], object]) -> None:
        path = ask_where(self, "授权文件存到", f"授权文件_{name}.json", "*.json")
        if path is None:
            return
        spoken = setup.spoken_passphrase()
        shown = f"{spoken[:3]} {spoken[3:6]} {spoken[6:]}"

        def written(_result: object) -> None:
            self.spoken.setText(f"{self.spoken.text()}\n{name}：口令 {shown}（关闭程序后不再显示）".strip())
            self.spoken.show()
            self._done(f"授权文件已存到 {path}，口令 {shown}。文件交给该单位，口令另外当面或电话告诉")

        self.desk.write(lambda _job: write(path, spoken), written)

    def rename(self, state: units.UnitState) -> None:
        """The unit's new name."""
        name, sure = QInputDialog.getText(self, "单位改名", "新的单位名称", text=state.name)
        if sure:
            self._do(
                partial(units.rename, self.session, state.organisation, name), f"已改名为 {name}，下一个下发包带给它"
            )

    def merge(self, state: units.UnitState) -> None:
        """Into which other unit."""
        others = {item.name: item.organisation for item in units.overview(self.session) if item != state}
        name, sure = QInputDialog.getItem(self, "并入其他单位", f"{state.name} 并入", list(others), editable=False)
        if sure and name in others:
            self._do(
                partial(units.merge, self.session, state.organisation, others[name]),
                f"{state.name} 已并入 {name}，它的记录今后由 {name} 填报",
            )

    def withdraw(self, state: units.UnitState, computer: units.Computer) -> None:
        """A lost or replaced PC."""
        self._do(
            partial(units.withdraw, self.session, computer.device),
            f"{state.name} 的电脑 {computer.mark} 已停用，以前收到的内容保留",
        )

    def take_late(self) -> None:
        """Ask for each withdrawn PC whether what came late from it counts."""
        for item in units.late(self.session):
            question = (
                f"{item.unit} 已停用的电脑（{item.person or '没有填报过'}）停用后才到了 {item.parts} 段数据。要收下吗？\n"
                "电脑是丢失或被盗的，请不要收下。"
            )
            if QMessageBox.question(self, "停用后到的数据", question) == QMessageBox.StandardButton.Yes:
                self._do(partial(units.take_late, self.session, item.device), "已同意收下，应用下一个同步包时并入")

    def stand_in(self, state: units.UnitState) -> None:
        """Enter rows for a unit without the program."""
        self.desk.write(lambda _job: units.enter_for(self.session, state.organisation), self.standing_in.emit)

    def remind(self) -> None:
        """催报单: print the units that are late."""
        days, sure = QInputDialog.getInt(self, "催报单", "多少天没有上报", LATE_AFTER, 1, 366)
        if sure:
            preview(self.desk, lambda: units.reminder(self.session, days), "催报单", self)

    def _do(self, work: Callable[[], object], sentence: str) -> None:
        self.desk.write(lambda _job: work(), lambda _result: self._done(sentence))

    def _done(self, sentence: str) -> None:
        self.desk.say("ok", sentence)
        self.reload()


class UnitDialog(QDialog):
    """Name and area code of a new unit, and whether it has the program."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("新增单位")
        self.without_program = False
        self.name, self.code = QLineEdit(), QLineEdit()
        self.code.setPlaceholderText("6 位，如 330106")
        form = QFormLayout(self)
        form.addRow(label("单位名称"), self.name)
        form.addRow(label("行政区划码"), self.code)
        form.addRow(line(
            None, button("取消", self.reject), button("没有本程序，由市局代录", self._stand_in),
            button("生成授权文件", self.accept, "primary"),
        ))  # fmt: skip

    def _stand_in(self) -> None:
        self.without_program = True
        self.accept()
