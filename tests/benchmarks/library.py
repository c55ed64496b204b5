"""The library the measurements are taken on: an office with 5,000 detail entries, every tenth still planned."""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.app import setup, system
from desktop.app.session import Session
from desktop.domain.record import Cell

ROWS = 5_000
_PLANNED_EVERY = 10

_SUBJECTS = (
    "公务用车", "机关食堂", "会议服务", "公物仓", "办公用房", "物业服务", "公共机构节能", "垃圾分类", "安全保卫",
    "消防设施", "接待服务", "资产处置", "绿化养护", "保洁服务", "通勤班车", "餐饮服务", "档案管理", "信息系统",
    "停车场", "设备维修", "采购服务", "能耗监测", "值班值守", "应急处置",
)  # fmt: skip
_ASPECTS = ("建设与运行", "服务质量", "日常维护", "绩效评价", "人员培训", "风险防控", "数据报送", "标识设置")
_FORMS = ("管理规范", "工作指南", "评价准则", "操作规程", "通用要求", "技术导则")
STANDARD = ("number", "title", "level", "nature", "published_on", "effective_on", "issuer", "is_key", "notes")
"""Fields of the cells that `standard` gives."""

_ENTRY = ("version", "standard", "planned_title", "code", "department", "position", "notes")


def titles() -> list[str]:
    """As many titles as rows, each found only once, in an order that is the same in every run."""
    made = [
        f"{subject}{aspect}{form} 第{part}部分"
        for subject, aspect, form, part in itertools.product(_SUBJECTS, _ASPECTS, _FORMS, range(1, 6))
    ]
    random.Random(1).shuffle(made)
    return made[:ROWS]


def standard(place: int, title: str) -> tuple[Cell, ...]:
    """The cells of one standard, in the order of `STANDARD`."""
    year = 2010 + place % 16
    level, number = (
        ("national", f"GB/T {10000 + place}-{year}"),
        ("trade", f"GY/T {place}.{place % 4 + 1}-{year}"),
        ("local", f"DB33/T {place}-{year}"),
        ("internal", f"Q/XH {place:04d}-{year}"),
    )[place % 4]
    notes = f"由第{place % 30}次会议确定，每年复核一次" if place % 3 == 0 else None
    return (
        number, title, level, "recommended", f"{year}-03-{place % 28 + 1:02d}", f"{year}-09-01", f"单位{place % 40}",
        int(place % 7 == 0), notes,
    )  # fmt: skip


@contextmanager
def filled(folder: Path) -> Iterator[Session]:
    """An open library with 5,000 detail entries."""
    session = setup.found(folder / "library", "office", "西湖区机关事务服务中心", "330106", "陈立")
    try:
        _fill(session)
        yield session
    finally:
        session.workspace.close()


def _fill(session: Session) -> None:
    system.plant(session, "hangzhou")
    version = system.own_version(session)
    rows = [standard(place, title) for place, title in enumerate(titles())]
    placed = [place for place in range(ROWS) if place % _PLANNED_EVERY]
    with session.write("装入") as transaction:
        keys = dict(zip(placed, transaction.insert_many("standard", STANDARD, [rows[n] for n in placed]), strict=True))
        transaction.insert_many("detail_entry", _ENTRY, [
            (version, keys.get(n), None if n in keys else rows[n][1], f"ZC{n % 7 + 1}.{n:04d}", f"处室{n % 9}",
             f"{n:06d}", None)
            for n in range(ROWS)
        ])  # fmt: skip
