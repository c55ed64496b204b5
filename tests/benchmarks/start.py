"""Cold start of the program on the practice library against a bare PySide6 window with a QTableView."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from desktop.app.practice import practice_library
from tests.benchmarks.measure import Value, alternating

ROOT = Path(__file__).resolve().parents[2]
RUNS = 11

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
"""The baseline: the least that shows 200 rows, and ends in the same way as the product does here."""


def measure() -> list[Value]:
    """Every run is a new process; bytecode and disk are warm for both, in a cache of their own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        practice_library(folder / "library").workspace.close()
        places = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        environment = {**os.environ, **places}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], check=True, env=environment, cwd=ROOT, capture_output=True)

        opening = ("-m", "desktop", "--data", str(folder / "library"), "open", "--quit-after-start")
        product, bare = alternating(lambda: run(*opening), lambda: run("-c", BARE), RUNS)
    return [
        Value("启动演练库到可用窗口 ÷ 只有 QTableView 的 PySide6 窗口", product / bare, "倍", 2.5),
        Value("启动演练库到可用窗口", product, "秒"),
        Value("只有 QTableView 的 PySide6 窗口", bare, "秒"),
    ]
