"""The lock files: complete, with hashes, for Linux and Windows, and in step with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "python_version": "3.11"}
WINDOWS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "python_version": "3.11"}


def entries(name: str) -> list[str]:
    """Each requirement of a lock file in one line, hashes and all."""
    text = (ROOT / "requirements" / name).read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return re.sub(r" *\\\n\s*", " ", "\n".join(lines)).splitlines()


def locked(name: str, environment: dict[str, str] = LINUX) -> dict[str, str]:
    """Versions by name that a lock file installs in an environment."""
    found = (Requirement(entry.split(" --hash")[0]) for entry in entries(name))
    return {
        canonicalize_name(item.name): str(item.specifier) for item in found
        if item.marker is None or item.marker.evaluate(environment)
    }  # fmt: skip


def declared(*groups: str) -> list[Requirement]:
    """The requirements of pyproject.toml, with those of the extras named."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"]]
    for group in groups:
        lines += project["optional-dependencies"][group]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_every_line_has_one_version_and_hashes(name: str) -> None:
    for entry in entries(name):
        assert re.match(r"[a-z0-9-]+==[0-9.a-z]+( ;| --hash)", entry), entry
        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)) >= 1, entry


@pytest.mark.parametrize("name", ["base.txt", "dev.txt", "base.in", "dev.in"])
def test_no_registry_is_named(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links)\b", text, re.MULTILINE)


def test_the_checks_run_with_what_the_program_ships() -> None:
    assert locked("base.txt").items() <= locked("dev.txt").items()


@pytest.mark.parametrize(("name", "groups"), [("base.txt", ()), ("dev.txt", ("dev",))])
def test_what_is_declared_is_locked(name: str, groups: tuple[str, ...]) -> None:
    versions = locked(name)
    for requirement in declared(*groups):
        version = versions[canonicalize_name(requirement.name)].removeprefix("==")
        assert requirement.specifier.contains(version), requirement


def test_windows_gets_its_own_parts() -> None:
    windows = locked("dev.txt", WINDOWS)
    assert windows.keys() - locked("dev.txt").keys() == {"colorama", "pefile", "pywin32-ctypes"}


@pytest.mark.parametrize("name", ["numpy", "pillow", "pyside6", "pyside6-addons", "docxtpl"])
def test_parts_that_must_not_ship_are_not_locked(name: str) -> None:
    assert name not in locked("dev.txt")
