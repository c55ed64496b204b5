"""从备份恢复: which backup, what it holds beside what there is now, and what happens to both."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QSplitter, QVBoxLayout, QWidget

from desktop.app import backups
from desktop.app.backups import Counted
from desktop.domain.errors import Refusal
from desktop.ui.desk import Desk
from desktop.ui.listing import Listing
from desktop.ui.widgets import button, label, line

WHAT_HAPPENS = (
    "恢复时程序会关上窗口再打开。现有数据不会被覆盖，另存为一份“恢复前”的备份，随时可以再换回来。"
    "恢复后请先送出一个同步包，再应用对方的下一个同步包，备份以后填的、送出过的内容就会回来。"
)


class RestoreDialog(QDialog):
    """The backups, newest first; accepted means: restore `chosen`."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("从备份恢复")
        self.resize(760, 480)
        self._desk, self._session = desk, desk.session
        self._source: Path | None = None
        self._over = False
        """Whether the dialog was answered while a backup was still being looked into."""
        self.finished.connect(self._answered)
        self.backups = Listing("备份", ("时间", "什么时候做的", "大小"), 1)
        self.rows = Listing("备份里和现在的条数", ("台账", "备份里", "现在"), 0)
        self.told = label("", wrap=True)
        self.go = button("恢复选中的备份", self.accept, "primary")
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.backups)
        split.addWidget(self.rows)
        column = QVBoxLayout(self)
        column.addWidget(self.told)
        column.addWidget(split, 1)
        column.addWidget(label(WHAT_HAPPENS, "quiet", 12, wrap=True))
        column.addWidget(line(
            button("选其他位置的备份文件", self.choose_file, "ghost"), None, button("取消", self.reject), self.go,
        ))  # fmt: skip
        self.backups.show_rows([
            (item.path, (
                f"{item.at:%Y-%m-%d %H:%M:%S}", item.reason if item.verified else f"{item.reason}（未校验）",
                f"{item.path.stat().st_size / 1024**2:.1f} MB",
            ))
            for item in backups.listed(self._session.workspace.folder)
        ])  # fmt: skip
        self.backups.currentCellChanged.connect(lambda *_: self._chosen_one())
        self._chosen_one()

    @property
    def chosen(self) -> Path | None:
        """The backup file to restore."""
        return self._source

    def _answered(self) -> None:
        self._over = True

    def choose_file(self) -> None:
        """A backup that lies elsewhere, as on a USB stick."""
        chosen, _ = QFileDialog.getOpenFileName(self, "选择备份文件", "", "备份 (*.db);;所有文件 (*)")
        if chosen:
            self._look_into(Path(chosen))

    def _chosen_one(self) -> None:
        found = self.backups.chosen
        self._source = None
        self.go.setEnabled(False)
        if isinstance(found, Path):
            self._look_into(found)
        else:
            self.told.setText("还没有备份；如果备份在 U 盘上，请点“选其他位置的备份文件”")

    def _look_into(self, source: Path) -> None:
        self._source = source
        self.go.setEnabled(False)
        self.told.setText(f"正在查看 {source.name} …")
        self._desk.read(lambda _job: self._preview(source), lambda found: self._seen(source, found))

    def _preview(self, source: Path) -> list[Counted] | str:
        try:
            return backups.preview(self._session, source)
        except Refusal as refusal:
            return refusal.message

    def _seen(self, source: Path, found: list[Counted] | str) -> None:
        if self._over or source != self._source:
            return
        refused = isinstance(found, str)
        self.go.setEnabled(not refused)
        known = backups.described(source)
        name = known.words if known else source.name
        self.told.setText(str(found) if refused else f"{name}，里面的条数和现在的比较：")
        self.rows.show_rows([] if isinstance(found, str) else [
            (item, (item.label, str(item.kept), str(item.now))) for item in found
        ])  # fmt: skip
