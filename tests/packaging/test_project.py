"""The laws of the house that the tools are told in pyproject.toml."""

import ast
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import desktop

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def imported(file: Path) -> set[str]:
    """The top-level packages a file imports anywhere."""
    tree = ast.parse(file.read_text("utf-8"))
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    return {module.split(".")[0] for module in modules}


def test_the_domain_imports_only_itself_and_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"desktop"}
    for file in (ROOT / "desktop" / "domain").rglob("*.py"):
        assert imported(file) <= allowed, file


def test_contracts_have_no_exception() -> None:
    assert not any("ignore_imports" in contract for contract in PROJECT["tool"]["importlinter"]["contracts"])


def test_every_package_is_checked() -> None:
    for folder in (ROOT / "desktop").rglob("*"):
        if folder.is_dir() and any(folder.glob("*.py")):
            assert (folder / "__init__.py").exists(), folder


def test_no_folder_hides_a_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    assert not (ROOT / "resources" / "__init__.py").exists()


def test_the_version_is_said_once_and_the_same() -> None:
    assert desktop.__version__ == PROJECT["project"]["version"]


def test_ci_runs_the_command_people_run() -> None:
    script = ROOT / ".ci" / "run"
    assert script.read_text("utf-8").splitlines()[-1] == "python3 run.py test"
    assert os.name == "nt" or os.access(script, os.X_OK)
