"""Asking for the spoken passphrase of a unit file."""

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget


def ask_passphrase(parent: QWidget, name: str) -> str | None:
    """What the person types; None if they gave up."""
    typed, sure = QInputDialog.getText(
        parent,
        "授权文件口令",
        f"“{name}”有口令保护，请输入市局当面或电话告诉您的口令（10 位数字）",
        QLineEdit.EchoMode.Normal,
    )
    return typed if sure else None
