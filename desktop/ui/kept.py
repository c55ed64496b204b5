"""What a person's computer remembers of the screens from one session to the next; nothing of the library itself."""

from PySide6.QtCore import QSettings

from desktop.app import views
from desktop.app.session import Session
from desktop.app.views import View
from desktop.domain.errors import Refusal

NAME = "biaozhunhua-gongzuotai"


def settings() -> QSettings:
    """The one place where the state of the screens is kept."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, "screens")


def kept_view(session: Session, ledger: str) -> View | None:
    """How a ledger was looked at last on this computer; None if never, or if the text is damaged."""
    body = settings().value(_place(session, ledger))
    if not isinstance(body, str):
        return None
    try:
        return views.from_json(session, ledger, body)[0]
    except Refusal:
        return None


def keep_view(session: Session, ledger: str, view: View) -> None:
    """Remember how a ledger is looked at."""
    settings().setValue(_place(session, ledger), views.to_json(view))


def _place(session: Session, ledger: str) -> str:
    return f"views/{session.identity.organisation}{'-sample' if session.sample else ''}/{ledger}"
