"""Which version is shown, what becomes of versions, and the 框图 of the shown one."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QMessageBox, QWidget

from desktop.app import system, system_diagrams, system_versions
from desktop.domain.document import Paper
from desktop.ui.desk import Desk
from desktop.ui.dialogs.system import AskDialog, CompareDialog
from desktop.ui.preview import preview
from desktop.ui.tree.menus import fill, menu_button


class VersionBar(QWidget):
    """The list of our versions with what can be done to them."""

    chosen = Signal(str)
    """The key of the version to show."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.session = desk.session
        self.version = ""
        self.list = QComboBox()
        self.list.setAccessibleName("体系版本")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for item in (self.list, menu_button("版本", self.version_acts), menu_button("框图", self.diagram_acts)):
            row.addWidget(item)
        self.list.activated.connect(lambda _at: self.chosen.emit(str(self.list.currentData())))

    def reload(self, wanted: str) -> str:
        """Read the versions anew; the key of the one to show: the wanted one, else the active one, '' for none."""
        session = self.session
        known = system_versions.versions(session)
        keys = [item.key for item in known]
        own = system.active_versions(session.read).get(session.identity.organisation, "")
        self.version = wanted if wanted in keys else own or next(iter(keys), "")
        self.list.clear()
        for item in known:
            self.list.addItem(f"{item.name}（{system_versions.state_name(session, item.key)}）", item.key)
        self.list.setCurrentIndex(keys.index(self.version) if self.version else -1)
        return self.version

    def version_acts(self, menu: QMenu) -> None:
        """Fill the menu of versions."""
        fill(menu, (
            ("建立下一版…", self.next_version), ("发布此版本…", self.publish), ("版本比较…", self.compare), None,
            ("删除草案…", self.discard),
        ))  # fmt: skip

    def diagram_acts(self, menu: QMenu) -> None:
        """Fill the menu of 框图."""
        fill(menu, (
            ("A3 横排：预览、打印、导出", partial(self.diagram, Paper.A3)),
            ("A4 横排：预览、打印、导出", partial(self.diagram, Paper.A4)),
            ("A3 横排，框内写现有数/应有数", partial(self.diagram, Paper.A3, with_counts=True)),
            ("A4 横排，框内写现有数/应有数", partial(self.diagram, Paper.A4, with_counts=True)),
        ))  # fmt: skip

    def next_version(self) -> None:
        """A draft as a copy of the shown version."""
        session, of = self.session, self.version
        words = "新版本是草案，照现在的版本复制一份，只调整节点；明细仍在现行版里维护，发布时自动带入新版本。"
        dialog = AskDialog(self, "建立下一版", words, "新版本的名称", "建立", f"{int(session.today()[:4]) + 1} 版")
        if dialog.exec():
            name = dialog.text
            self.desk.write(lambda _job: system_versions.next_version(session, of, name),
                            lambda result: self.chosen.emit(result[1]))  # fmt: skip
        dialog.deleteLater()

    def publish(self) -> None:
        """The shown draft becomes the current version."""
        session, version = self.session, self.version
        words = "发布后本版成为现行版，节点不能再改；原现行版转为历史，只能查看。"
        dialog = AskDialog(self, "发布此版本", words, "发布依据", "发布")
        if dialog.exec():
            basis = dialog.text
            self.desk.write(lambda _job: system_versions.publish(session, version, basis))
        dialog.deleteLater()

    def discard(self) -> None:
        """Give the shown draft up."""
        session, version = self.session, self.version
        name = session.read.caption("system_version", version)
        question = f"把草案“{name}”连同它的节点移到回收站吗？现行版不受影响。"
        if QMessageBox.question(self, "删除草案", question) == QMessageBox.StandardButton.Yes:
            self.desk.write(lambda _job: system_versions.discard(session, version))

    def compare(self) -> None:
        """What differs between two versions."""
        session, known = self.session, system_versions.versions(self.session)
        if len(known) < 2:
            self.desk.say("warn", "目前只有一个版本，建立下一版之后才能比较")
            return
        dialog = CompareDialog(
            self, self.desk, known, lambda old, new: system_versions.compare(session, old, new),
            lambda old, new: preview(
                self.desk, lambda: system_versions.comparison(session, old, new), "标准体系版本比较", self),
        )  # fmt: skip
        dialog.exec()
        dialog.deleteLater()

    def diagram(self, paper: Paper, *, with_counts: bool = False) -> None:
        """The 框图 of the shown version, to look at, print and export."""
        session, version = self.session, self.version
        preview(self.desk, lambda: system_diagrams.document(session, version, paper, with_counts=with_counts),
                "标准体系框图", self)  # fmt: skip
