"""设置: who sits here, backups, the way to the health check, help."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

from desktop import resources
from desktop.app import attachments, backups, diagnosis, setup
from desktop.domain.changes import Changes
from desktop.domain.ledgers.organisation import Person
from desktop.store.backup import Backup
from desktop.ui import theme
from desktop.ui.authority_card import AuthorityCard
from desktop.ui.desk import Desk, Page
from desktop.ui.dialogs.restore import RestoreDialog
from desktop.ui.made_files import ask_where
from desktop.ui.widgets import button, card, label, line


class SettingsPage(Page):
    """Small cards, one below the other."""

    title = "设置"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.person = QComboBox()
        self.person.setEditable(True)
        self.person.setAccessibleName("本机使用人")
        self.person.addItems(
            [
                self.session.person,
                *(str(p.name) for p in self.session.read.records(Person) if p.name != self.session.person),
            ]
        )
        self.colours = QComboBox()
        for words, scheme in (
            ("跟随系统", Qt.ColorScheme.Unknown),
            ("浅色", Qt.ColorScheme.Light),
            ("深色", Qt.ColorScheme.Dark),
        ):
            self.colours.addItem(words, scheme)
        self.colours.activated.connect(lambda _at: theme.force(self.colours.currentData()))
        self.backups = label("", "quiet", 12)
        self.help = QTextBrowser()
        self.help.setMarkdown(resources.read_text("help", "start.md"))
        identity = self.session.identity
        where = f"单位标识 {identity.organisation}　本机编号 {identity.device[:4].upper()}　数据在 {self.session.workspace.folder}"
        title = label(f"{identity.name}（{identity.area_code}）", bold=True, pixels=14)
        chooser = line(
            label("本机使用人"), self.person, button("更换", self._choose), label("外观"), self.colours, None
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(card(title, label(where, "quiet", 12), chooser))
        for each in self._cards():
            column.addWidget(each)
        column.addWidget(card(label("上手说明", bold=True, pixels=14), self.help), 1)
        self.reload()

    def _cards(self) -> Iterator[QWidget]:
        yield _card("备份", self.backups, button("从备份恢复…", self.restore, icon_name="history"),
                    button("立即备份", self.back_up, icon_name="save"))  # fmt: skip
        yield _card("数据体检", label("查重号、缺项、失效标准等，逐条打开到格", "quiet", 12),
                    button("打开数据体检", lambda: self.desk.page_asked.emit("health", None), icon_name="shield"))  # fmt: skip
        yield _card("附件", label("清理没有记录和备份用到的附件文件", "quiet", 12),
                    button("清理附件…", self.clean_attachments, icon_name="trash"))  # fmt: skip
        yield _card("诊断信息", label("程序不对劲时交给维护人员，里面没有台账内容", "quiet", 12),
                    button("导出诊断信息…", self.save_diagnosis, icon_name="export"))  # fmt: skip
        if self.session.identity.is_bureau:
            yield AuthorityCard(self.desk)

    def changed(self, changes: Changes) -> None:
        self.reload()

    def reload(self) -> None:
        """The list of backups."""
        found = backups.checked(self.session.workspace.folder)
        last = f"最近 {found[0].at:%Y-%m-%d %H:%M}（{found[0].reason}）" if found else "还没有"
        self.backups.setText(f"校验过的共 {len(found)} 份，{last}")

    def show_target(self, target: object) -> None:
        if target == "help":
            self.help.setFocus()

    def _choose(self) -> None:
        name = self.person.currentText().strip()
        if name:
            workspace = self.session.workspace
            self.desk.write(
                lambda _job: setup.choose_person(workspace, name), lambda chosen: self._chosen(chosen.person)
            )

    def _chosen(self, name: str) -> None:
        self.session.person = name
        self.desk.say("ok", f"从现在起的修改都记在“{name}”名下")

    def back_up(self) -> None:
        """A verified backup now."""
        session = self.session
        self.desk.write(lambda _job: backups.make(session), self._backed_up)

    def _backed_up(self, made: Backup) -> None:
        self.reload()
        self.desk.say("ok", f"已备份并校验：{made.path}")

    def save_diagnosis(self) -> None:
        """One file for whoever mends the program."""
        session = self.session
        path = ask_where(self, "诊断信息存到", f"诊断信息_{session.today()}.zip", "*.zip")
        if path is not None:
            self.desk.read(
                lambda job: diagnosis.save(session, path, job),
                lambda _none: self.desk.say("ok", f"诊断信息已存到 {path}，请交给维护人员", path),
                owner=self,
            )

    def restore(self) -> None:
        """Go back to a backup; the window opens again over it."""
        dialog = RestoreDialog(self.desk, self)
        accepted, source = dialog.exec(), dialog.chosen
        dialog.deleteLater()
        if accepted and source is not None:
            self.desk.restore_asked.emit(source)

    def clean_attachments(self) -> None:
        """Name what can be freed, and free it if agreed."""
        session = self.session
        self.desk.read(lambda _job: attachments.unneeded(session), lambda found: self._offer_cleaning(*found))

    def _offer_cleaning(self, files: list[str], size: int) -> None:
        if not files:
            self.desk.say("ok", "没有可以清理的附件文件")
            return
        question = (
            f"有 {len(files)} 个文件没有任何记录和备份用到，共 {size / 1024**2:.1f} MB，删除后不能恢复。要清理吗？"
        )
        if QMessageBox.question(self, "清理附件", question) == QMessageBox.StandardButton.Yes:
            session = self.session
            self.desk.write(
                lambda job: attachments.clean(session, job),
                lambda done: self._cleaned(*done),
                locks=True,
            )

    def _cleaned(self, freed: int, held: int) -> None:
        kept = f"；另有 {held} 个文件正被其他程序打开，请关闭后再清理一次" if held else ""
        self.desk.say("warn" if held else "ok", f"已清理，腾出 {freed / 1024**2:.1f} MB{kept}")


def _card(title: str, words: QWidget, *buttons: QWidget) -> QWidget:
    return card(line(label(title, bold=True, pixels=14), words, None, *buttons))
