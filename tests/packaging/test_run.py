"""run.py: what it adds to a fresh machine, what it skips on the next start, what it reports."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module whose `.venv` and lock files lie in a folder of the test."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv, base, dev = tmp_path / ".venv", tmp_path / "base.txt", tmp_path / "dev.txt"
    base.write_text("a==1\n")
    dev.write_text("a==1\nb==2\n")
    for name, value in {
        "ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "python", "STAMP": venv / "stamp",
        "BASE": base, "DEV": dev,
    }.items():  # fmt: skip
        monkeypatch.setattr(module, name, value)
    return module


class Machine:
    """Stands for the programs run.py starts; remembers them."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.started: list[str] = []
        self.failing = ""

    def start(self, command: tuple[object, ...], **_variables: str) -> int:
        words = " ".join(map(str, command))
        self.started.append(words)
        if " venv " in words:
            self.module.VENV.mkdir()
            self.module.PYTHON.touch()
        return 1 if self.failing and self.failing in words else 0


@pytest.fixture
def machine(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A fresh machine that lacks no system package."""
    machine = Machine(run)
    monkeypatch.setattr(run, "start", machine.start)
    monkeypatch.setattr(run, "usable", run.PYTHON.exists)
    monkeypatch.setattr(run, "add_system_packages", lambda: machine.started.append("apt"))
    return machine


def test_a_fresh_machine_gets_everything_once(run: ModuleType, machine: Machine) -> None:
    run.prepare(run.BASE)
    assert [words.split()[0] for words in machine.started] == ["apt", sys.executable, str(run.PYTHON)]
    assert "--require-hashes" in machine.started[-1]
    machine.started.clear()
    run.prepare(run.BASE)
    assert machine.started == []


def test_the_checks_bring_what_the_program_needs(run: ModuleType, machine: Machine) -> None:
    run.prepare(run.DEV)
    machine.started.clear()
    run.prepare(run.BASE)
    assert machine.started == []


def test_the_program_alone_does_not_stand_for_the_checks(run: ModuleType, machine: Machine) -> None:
    run.prepare(run.BASE)
    machine.started.clear()
    run.prepare(run.DEV)
    assert machine.started[-1].endswith("dev.txt")


def test_a_changed_lock_file_is_installed(run: ModuleType, machine: Machine) -> None:
    run.prepare(run.BASE)
    machine.started.clear()
    run.BASE.write_text("a==2\n")
    run.prepare(run.BASE)
    assert [words for words in machine.started if " venv " in words] == []
    assert machine.started[-1].endswith("base.txt")


def test_a_failed_installation_is_tried_again(run: ModuleType, machine: Machine) -> None:
    machine.failing = "pip install"
    with pytest.raises(run.Stop, match="网络"):
        run.prepare(run.BASE)
    machine.failing = ""
    machine.started.clear()
    run.prepare(run.BASE)
    assert machine.started[-1].endswith("base.txt")


def test_every_check_runs_and_one_failure_fails_all(
    run: ModuleType, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.failing = "-m mypy"
    assert run.main(["test"]) == 1
    assert capsys.readouterr().out.endswith("没有通过：类型 mypy\n")
    assert len(machine.started[3:]) == len(run.CHECKS)
    machine.failing = ""
    assert run.main(["test"]) == 0


def test_without_a_screen_the_demonstration_runs(
    run: ModuleType, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "has_screen", lambda _platform, _variables: False)
    assert run.main([]) == 0
    assert machine.started[-1].endswith("--screens")
    monkeypatch.setattr(run, "has_screen", lambda _platform, _variables: True)
    assert run.main([]) == 0
    assert machine.started[-1].endswith("-m desktop open")


@pytest.mark.parametrize(
    ("platform", "variables", "shown"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("win32", {}, True),
    ],
)
def test_a_screen_is_recognised(run: ModuleType, platform: str, variables: dict[str, str], *, shown: bool) -> None:
    assert run.has_screen(platform, variables) is shown


def test_missing_packages_are_named(run: ModuleType) -> None:
    complete = {*run.QT_PACKAGES, "fonts-noto-cjk"}
    assert run.missing_packages(complete, has_venv=True) == []
    assert run.missing_packages(complete - {"libegl1"}, has_venv=True) == ["libegl1"]
    bare = run.missing_packages(set(run.QT_PACKAGES), has_venv=False)
    assert bare == ["fonts-wqy-microhei", "python3-venv"]


def test_provided_names_count_and_removed_packages_do_not(run: ModuleType) -> None:
    listing = "installed\tlibglib2.0-0t64\tlibglib2.0-0 (= 2.84), other\nconfig-files\tlibegl1\t\ninstalled\tlibgl1\t\n"
    assert run.installed_packages(listing) == {"libglib2.0-0t64", "libglib2.0-0", "other", "libgl1"}


def test_without_the_right_one_command_is_named(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.shutil, "which", lambda _name: "/usr/bin/dpkg-query")
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(run.subprocess, "run", lambda *_given, **_named: subprocess.CompletedProcess((), 0, stdout=""))
    with pytest.raises(run.Stop) as stop:
        run.add_system_packages()
    command = str(stop.value).splitlines()[-1]
    assert command.startswith("sudo apt-get install -y --no-install-recommends libglib2.0-0 libegl1 ")
    assert "fonts-wqy-microhei" in command


def test_settings_of_the_caller_cannot_divert_the_installation(run: ModuleType) -> None:
    given = {"PIP_TARGET": "/x", "PYTHONPATH": "/y", "PIP_FIND_LINKS": "/wheels", "PATH": "/bin"}
    assert run.environment(given) == {"PIP_FIND_LINKS": "/wheels", "PATH": "/bin"}
