"""Keys: a row's key is `<organisation>-<ULID>`, so that it says for ever whose row it is."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, without letters that look like digits."""

_ORGANISATION = re.compile(r"[0-9]{6}\.[0-9a-z]{4}")
_KEY = re.compile(r"[0-9]{6}\.[0-9a-z]{4}-[0-9A-HJKMNP-TV-Z]{26}")


def organisation_id(area_code: str, random: int) -> str:
    """The identity of an organisation: area code and four letters of a random number; minted once."""
    return f"{area_code}.{_letters(random % 32**4, 4).lower()}"


def row_key(organisation: str, milliseconds: int, random: int) -> str:
    """A new key: 48 bits of time, 80 bits of randomness, so that keys of one PC sort by age."""
    return f"{organisation}-{_letters(milliseconds % 2**48, 10)}{_letters(random % 2**80, 16)}"


def is_key(text: str) -> bool:
    """Whether the text has the form of a row's key."""
    return _KEY.fullmatch(text) is not None


def is_organisation(text: str) -> bool:
    """Whether the text has the form of an organisation's identity."""
    return _ORGANISATION.fullmatch(text) is not None


def _letters(number: int, count: int) -> str:
    letters = []
    for _ in range(count):
        number, digit = divmod(number, 32)
        letters.append(ALPHABET[digit])
    return "".join(reversed(letters))
