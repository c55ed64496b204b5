"""The menu 视图 of a ledger page: built-in, own and shared views; saving, renaming, sharing and deleting one."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QLineEdit, QMenu, QVBoxLayout, QWidget

from desktop.app import views
from desktop.app.views import NamedView
from desktop.ui.widgets import button, label, line

if TYPE_CHECKING:
    from desktop.ui.pages.ledger import LedgerPage


class NameDialog(QDialog):
    """Asks for the name of a view."""

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        self.name = QLineEdit(name)
        self.name.setMaxLength(views.NAME_LENGTH)
        self.name.setAccessibleName("视图名称")
        self.name.selectAll()
        self.agree = button("确定", self.accept, "primary")
        self.agree.setDefault(True)
        self.name.textChanged.connect(lambda text: self.agree.setEnabled(bool(text.strip())))
        self.agree.setEnabled(bool(name.strip()))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(label("视图名称"))
        column.addWidget(self.name)
        column.addWidget(label("视图记住筛选、排序、列和列宽；同名的会被替换", "quiet", 12))
        column.addWidget(line(None, button("取消", self.reject), self.agree))


class ViewsMenu(QMenu):
    """Lists the views of a page anew each time it opens."""

    def __init__(self, page: "LedgerPage") -> None:
        super().__init__(page)
        self._page, self._session, self._ledger = page, page.session, page.ledger
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.list_views)

    def list_views(self) -> None:
        """Fill the menu."""
        self.clear()
        saved = views.views_of(self._session, self._ledger)
        self._section("内置视图", views.built_in(self._ledger, self._session.today(), self._page.sort))
        self._section("本单位的视图", [view for view in saved if view.own])
        self._section("共享来的视图（只读）", [view for view in saved if not view.own])
        self.addSeparator()
        self.addAction("另存为视图…", self.save_as)
        now = next((view for view in saved if view.own and view.key == self._page.view_now.key), None)
        if now is not None:
            self.addAction(f"用当前的筛选和列更新“{now.name}”", partial(self._save, now.name, now.shared))
            self.addAction("改名…", partial(self.rename, now))
            share = self.addAction("随同步包共享", partial(self._share, now))
            share.setCheckable(True)
            share.setChecked(now.shared)
            share.setToolTip("勾选后，这个视图会放进下一个同步包，对方可以看，不能改")
            self.addAction(f"删除“{now.name}”", partial(self._delete, now))

    def _section(self, title: str, listed: list[NamedView]) -> None:
        if listed:
            self.addSeparator()
            heading = self.addAction(title)
            heading.setEnabled(False)
        for view in listed:
            words = f"{view.name}（{view.owner}）" if view.owner else view.name
            action = self.addAction(words.replace("&", "&&"), partial(self._page.show_view, view))
            action.setCheckable(True)
            action.setChecked((view.name, view.key) == (self._page.view_now.name, self._page.view_now.key))
            if view.shared and view.own:
                action.setToolTip("随同步包共享")

    # what is done

    def save_as(self) -> None:
        """Ask for a name and keep what is shown under it."""
        dialog = NameDialog("另存为视图", "", self._page)
        if dialog.exec():
            self._save(dialog.name.text(), shared=False)
        dialog.deleteLater()

    def rename(self, view: NamedView) -> None:
        """Ask for another name."""
        dialog = NameDialog("视图改名", view.name, self._page)
        if dialog.exec():
            session, name = self._session, dialog.name.text()
            self._page.desk.write(lambda _job: views.rename(session, view.key, name),
                                  lambda _changes: self._page.name_view(view.key))  # fmt: skip
        dialog.deleteLater()

    def _save(self, name: str, shared: bool) -> None:
        session, ledger, view = self._session, self._ledger, self._page.current_view()
        self._page.desk.write(
            lambda _job: views.save(session, ledger, name, view, shared=shared),
            lambda result: self._page.name_view(result[1]),
        )

    def _share(self, view: NamedView) -> None:
        session, ledger = self._session, self._ledger
        self._page.desk.write(
            lambda _job: views.save(session, ledger, view.name, view.view, shared=not view.shared),
            lambda result: self._page.name_view(result[1]),
        )

    def _delete(self, view: NamedView) -> None:
        session = self._session
        self._page.desk.write(lambda _job: views.delete(session, view.key), lambda _changes: self._page.name_view(""))
