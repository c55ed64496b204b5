"""体系编号 as they are compared: which codes are one and the same, and at which node an entry's code stands."""

from collections.abc import Mapping

from desktop.domain.pinyin import fold


def plain_code(code: str) -> str:
    """A code without differences nobody means: blanks, width and case."""
    return fold("".join(code.split()))


def nearest(nodes: Mapping[str, str], code: str) -> str | None:
    """The node (plain code → node) whose code is the longest beginning of an entry's (`ZC5.02` stands below `ZC5`)."""
    wanted = plain_code(code)
    fitting = [known for known in nodes if wanted.startswith(known)]
    return nodes[max(fitting, key=len)] if fitting and wanted else None


def behind(prefix: str, code: str) -> str | None:
    """What stands in `code` behind `prefix` as it is written; None if it begins otherwise."""
    wanted = plain_code(prefix)
    for place in range(len(code) + 1):
        begun = plain_code(code[:place])
        if begun == wanted:
            return code[place:]
        if not wanted.startswith(begun):
            return None
    return None
