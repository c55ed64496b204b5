"""A clock of this PC that was set back: steps stay in their order, but everything that asks for today is misled."""

import datetime

from desktop.app.session import Session
from desktop.store import journal, workspace

BEHIND = 3600 * 1000
"""Milliseconds by which the clock may stand before the newest step without a word: small corrections are usual."""


def set_back(session: Session) -> str:
    """What is to be said of a clock that was set back; empty if it was not."""
    now, newest = workspace.now(), journal.newest(session.read)
    if newest - now <= BEHIND:
        return ""
    return (f"本机时间 {shown(now)} 早于台账最近一次修改的 {shown(newest)}，请校准电脑时间；"
            "输入的内容照常保存，但状态和逾期会按本机时间推算")  # fmt: skip


def shown(at: int) -> str:
    """A time in milliseconds, to the minute."""
    return f"{datetime.datetime.fromtimestamp(at / 1000):%Y-%m-%d %H:%M}"
