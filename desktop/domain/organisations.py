"""What a unit may be called, and its place in the country."""

import re

from desktop.domain.errors import Refusal

LONGEST_NAME = 100
"""Characters of a unit's name."""


def checked_name(name: str) -> str:
    """The name without needless blanks; Refusal if there is none or it is too long."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refusal("bad_name", f"请填写单位名称，不超过 {LONGEST_NAME} 个字")
    return name


def checked_area(area_code: str) -> str:
    """A 行政区划码 of six digits; Refusal for anything else."""
    if re.fullmatch("[0-9]{6}", area_code) is None:
        raise Refusal("bad_area", f"行政区划码要填 6 位数字，“{area_code}”不对")
    return area_code
