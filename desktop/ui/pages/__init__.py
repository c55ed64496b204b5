"""One file for each screen, and the list of those that exist."""

from desktop.ui.window import PageSpec


def specs() -> tuple[PageSpec, ...]:
    """The pages in the order of the navigation."""
    from desktop.ui.pages.findings import FindingsPage
    from desktop.ui.pages.home import HomePage
    from desktop.ui.pages.inspections import InspectionsPage
    from desktop.ui.pages.settings import SettingsPage
    from desktop.ui.pages.standards import StandardsPage
    from desktop.ui.pages.statistics import StatisticsPage
    from desktop.ui.pages.sync import SyncPage
    from desktop.ui.pages.system import SystemPage

    return (
        PageSpec("home", "首页", "home", HomePage, 0),
        PageSpec("system", "标准体系", "tree", SystemPage, 1),
        PageSpec("standards", "标准明细", "table", StandardsPage, 1),
        PageSpec("statistics", "统计表", "chart", StatisticsPage, 1),
        PageSpec("inspections", "检查", "clipboard", InspectionsPage, 2),
        PageSpec("findings", "整改", "flag", FindingsPage, 2),
        PageSpec("sync", "同步", "sync", SyncPage, 3),
        PageSpec("settings", "设置", "settings", SettingsPage, 3),
    )
