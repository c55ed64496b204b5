"""Asking for the passphrase of a file."""

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

UNIT_FILE = "请输入市局当面或电话告诉您的口令（10 位数字）"
KEPT = "请输入存授权备份时记下的口令（20 位数字）"


def ask_passphrase(parent: QWidget, name: str, question: str = UNIT_FILE) -> str | None:
    """What the person types; None if they gave up."""
    typed, sure = QInputDialog.getText(parent, "口令", f"“{name}”有口令保护，{question}", QLineEdit.EchoMode.Normal)
    return typed if sure else None
