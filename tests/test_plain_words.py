"""What a person reads speaks of files, units and values, never of how the exchange is protected or kept."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import desktop

MACHINERY = re.compile(
    "密钥|公钥|私钥|签名|证书|哈希|散列|加密|解密|密文|提交记录|版本库|合并提交|数据库|"
    r"\b(commits?|segments?|head|hash|digest|branch|merge|sql|json|keys?|token|none|null|true|false)\b",
    re.IGNORECASE,
)
"""Words of cryptography, of version control and of programs."""

LAYERS = ("ui", "app", "sync", "store", "exchange", "domain")

FOR_PROGRAMS = {"输出 JSON", "筛选、排序和列，JSON"}
"""What whoever calls the program by commands reads, and a field that no screen shows."""

FILE_NAMES = re.compile(r"\*?[^\s（）“”，]*\.(json|bzb|zip|txt)")
"""Names of files may be shown."""


def machinery_in(text: str) -> str:
    """The first such word in a text that is shown; empty if there is none."""
    found = MACHINERY.search(FILE_NAMES.sub("", text))
    return found.group() if found else ""


def _sentences(module: Path) -> Iterator[str]:
    """Every Chinese text of a module that is no docstring."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if (
            re.search("[\u4e00-\u9fff]", text)
            and id(node) not in said
            and not text.startswith("SELECT ")
            and text not in FOR_PROGRAMS
        ):
            yield text


def test_no_sentence_of_the_program_speaks_of_its_machinery() -> None:
    package = Path(desktop.__file__).parent
    modules = [package / "cli.py", *(path for layer in LAYERS for path in (package / layer).rglob("*.py"))]
    met = {(module.name, text) for module in modules for text in _sentences(module) if machinery_in(text)}
    assert not met
    assert machinery_in("请核对公钥") and not machinery_in("授权文件_西湖.json 交给该单位")
