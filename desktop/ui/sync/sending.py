"""送出: a bundle onto the USB stick or in parts for mail; the receipt told by telephone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.app import clock, exchanged, syncing
from desktop.app.job import Job
from desktop.sync.container import Manifest
from desktop.ui.desk import Desk
from desktop.ui.listing import Listing
from desktop.ui.widgets import button, label, line


class Sending(QWidget):
    """Whom to send to, how, and what was sent."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        bureau = self.session.identity.is_bureau
        self.recipient = QComboBox()
        self.recipient.setAccessibleName("发给")
        self.recipient.currentTextChanged.connect(self.recipient.setToolTip)
        self.code = QLineEdit(self)
        self.code.setPlaceholderText("回执码，10 位")
        self.code.setAccessibleName("上级电话告诉的回执码")
        self.code.setFixedWidth(160)
        self.take = button("登记回执", self.take_receipt, "ghost")
        self.sent = Listing("送出记录", ("时间", "文件", "条数", "附件", "状态"), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        word = "下发包" if bureau else "上报包"
        actions: list[QWidget | None] = [
            label("发给"), self.recipient, button(f"生成{word}到 U 盘", self.make, "primary", "upload"),
            button("分卷发邮件", self.mail, icon_name="upload", tip="每个文件不超过 8 MB，附件多的随 U 盘另送"), None,
        ]  # fmt: skip
        if bureau:
            actions.append(button("给全部单位各生成一个", self.make_all, "ghost"))
        actions.extend((self.code, self.take))
        column.addWidget(line(*actions))
        column.addWidget(
            label("生成后会读回核对；对方没有收到的内容会在下一个包里再带上，丢一个包不要紧。", "quiet", 12)
        )
        column.addWidget(self.sent, 1)
        self.reload()

    def reload(self) -> None:
        """Recipients and what was sent."""
        self._fill_recipients()
        for widget in (self.code, self.take):
            widget.setVisible(bool(self.session.identity.superior))
        acknowledged = exchanged.acknowledged(self.session)
        self.sent.show_rows([
            (item, (
                clock.shown(item.at), item.name,
                str(item.total), f"{item.blobs} 个" + (f"，{item.left_out} 个另送" if item.left_out else ""),
                "已收到" if item.number in acknowledged.get(item.to, ()) else "待回执",
            ))
            for item in exchanged.sent(self.session)
        ])  # fmt: skip

    def _fill_recipients(self) -> None:
        chosen = self.recipient.currentData()
        self.recipient.clear()
        identity = self.session.identity
        if identity.superior:
            self.recipient.addItem("上级市局" if not identity.is_bureau else "上级省局", "")
        if identity.is_bureau:
            for unit in syncing.reachable(self.session):
                self.recipient.addItem(str(unit.name), unit.identity)
        self.recipient.addItem("本单位其他电脑", identity.organisation)
        self.recipient.setCurrentIndex(max(0, self.recipient.findData(chosen)))

    def make(self) -> None:
        """Ask for the folder (a USB stick) and write the bundle there."""
        folder = QFileDialog.getExistingDirectory(self, "存到哪个文件夹（可选 U 盘）")
        if folder:
            self.make_in(Path(folder))

    def make_in(self, folder: Path) -> None:
        """Write the bundle into a folder."""
        session, recipient = self.session, str(self.recipient.currentData() or "")

        def told(made: tuple[Path, Manifest]) -> str:
            return f"已生成第 {made[1].number} 号同步包并读回核对：{made[0]}，可以安全拔出 U 盘"

        self._write(lambda _job: syncing.make_named(session, folder, recipient), told)

    def _write(self, work: Callable[[Job], Any], told: Callable[[Any], str]) -> None:
        """Make bundles, then say what was made and which attachments turned out to be damaged."""
        session = self.session
        self.desk.write(
            lambda job: (work(job), exchanged.damaged_attachments(session)),
            lambda found: self._made(told(found[0]), found[1]),
            locks=True,
        )

    def _made(self, sentence: str, but: str = "") -> None:
        self.desk.say("warn" if but else "ok", "\n".join(filter(None, (sentence, but))))
        self.reload()

    def mail(self) -> None:
        """Ask for a folder and write the parts for mail there."""
        folder = QFileDialog.getExistingDirectory(self, "分卷存到哪个文件夹")
        if folder:
            self.mail_in(Path(folder))

    def mail_in(self, folder: Path) -> None:
        """Write the parts for mail into a folder."""
        session, recipient = self.session, str(self.recipient.currentData() or "")
        self._write(lambda _job: syncing.make_for_mail(session, folder, recipient), _mailed)

    def make_all(self) -> None:
        """Ask for a folder and write one bundle for each unit."""
        folder = QFileDialog.getExistingDirectory(self, "存到哪个文件夹")
        if folder:
            self.make_all_in(Path(folder))

    def make_all_in(self, folder: Path) -> None:
        """Write one bundle for each unit into a folder."""
        session = self.session

        def work(job: Job) -> tuple[list[syncing.Made], str]:
            made = syncing.make_for_all(session, folder, job)
            failed = [f"{item.unit} 没有生成：{item.why_not}" for item in made if item.path is None]
            return made, "\n".join(filter(None, (*failed, exchanged.damaged_attachments(session))))

        def done(found: tuple[list[syncing.Made], str]) -> None:
            good = sum(item.path is not None for item in found[0])
            self._made(f"已为 {good} 个单位各生成一个下发包，回执也在里面：{folder}", found[1])

        self.desk.write(work, done, locks=True)

    def take_receipt(self) -> None:
        """A receipt code told by telephone."""
        session, typed = self.session, self.code.text()
        self.desk.write(lambda _job: syncing.take_receipt(session, typed), self._acknowledged)

    def _acknowledged(self, number: int) -> None:
        self.code.clear()
        self._made(f"已登记：市局收到了第 {number} 号及以前的内容，以后不再重复发送")


def _mailed(made: list[tuple[Path, Manifest]]) -> str:
    left = sum(manifest.left_out.files for _, manifest in made)
    rest = f"；另有 {left} 个附件请随 U 盘送" if left else ""
    return f"已生成 {len(made)} 个文件，逐个作为邮件附件发出即可，先后不限：{made[0][0].parent}{rest}"
