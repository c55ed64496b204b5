"""Cold start of the program on the practice library against a bare PySide6 window with a QTableView."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Value, alternating

BARE = """
from PySide6.QtCore import QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
application = QApplication([])
model = QStandardItemModel(200, 10)
for row in range(200):
    for column in range(10):
        model.setItem(row, column, QStandardItem(f"{row},{column}"))
window, view = QMainWindow(), QTableView()
view.setModel(model)
window.setCentralWidget(view)
window.resize(1366, 728)
window.show()
QTimer.singleShot(0, window.close)
application.exec()
"""


def measure() -> list[Value]:
    """New processes each time, bytecode and disk warm."""
    from desktop.app import setup

    with tempfile.TemporaryDirectory() as folder:
        library, cache = Path(folder) / "library", Path(folder) / "bytecode"
        setup.practice_library(library).workspace.close()
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(cache)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], check=True, env=environment, capture_output=True)

        product, bare = alternating(
            lambda: run("-m", "desktop", "--data", str(library), "open", "--quit-after-start"), lambda: run("-c", BARE)
        )
    return [
        Value("启动到可用窗口 ÷ 空白 QTableView 窗口", product / bare, 2.5, "倍"),
        Value("启动到可用窗口", product, 10.0, "秒"),
        Value("空白 QTableView 窗口", bare, 10.0, "秒"),
    ]
