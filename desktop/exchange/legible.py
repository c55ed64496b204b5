"""Text as every kind of file can hold it."""

import re

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """The text with `\\n` as its only line break, tabs as spaces, and without the characters XML 1.0 forbids.

    Control characters and half surrogates come in with pasted cells; one of them makes Word and Excel call
    the whole file damaged (XML 1.0, production 2).
    """
    if text.isprintable():
        return text
    return _FORBIDDEN.sub("", _LINE_BREAKS.sub("\n", text).replace("\t", " "))
