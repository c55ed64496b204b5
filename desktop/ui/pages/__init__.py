"""One file for each screen, and the list of those that exist. A page's module is loaded when it is first shown."""

from importlib import import_module

from desktop.ui.desk import Desk, Page
from desktop.ui.window import PageSpec


def _page(module: str, name: str, desk: Desk) -> Page:
    page: Page = getattr(import_module(f"desktop.ui.pages.{module}"), name)(desk)
    return page


def _spec(id: str, title: str, icon: str, name: str, group: int) -> PageSpec:  # noqa: A002 - as in PageSpec
    return PageSpec(id, title, icon, lambda desk: _page(id, name, desk), group)


def specs() -> tuple[PageSpec, ...]:
    """The pages in the order of the navigation; `id` names the page's module."""
    return (
        _spec("home", "首页", "home", "HomePage", 0),
        _spec("system", "标准体系", "tree", "SystemPage", 1),
        _spec("standards", "标准明细", "table", "StandardsPage", 1),
        _spec("statistics", "统计表", "chart", "StatisticsPage", 1),
        _spec("inspections", "检查", "clipboard", "InspectionsPage", 2),
        _spec("findings", "整改", "flag", "FindingsPage", 2),
        _spec("health", "数据体检", "shield", "HealthPage", 3),
        _spec("sync", "同步", "sync", "SyncPage", 3),
        _spec("settings", "设置", "settings", "SettingsPage", 3),
    )
