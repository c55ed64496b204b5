"""The words that rules about standards read: each declared once, with its label and what files call it."""

from enum import StrEnum
from typing import Self

from desktop.domain.record import Choice


class Word(StrEnum):
    """A stored value by name, with the label people read and other words an imported file may use."""

    _value_: str
    label: str
    synonyms: tuple[str, ...]

    def __new__(cls, value: str, label: str = "", *synonyms: str) -> Self:
        """A word that is its stored value."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        word.synonyms = synonyms
        return word

    @classmethod
    def choices(cls) -> tuple[Choice, ...]:
        """All of them, as a choice field takes them."""
        return tuple(Choice(word.value, word.label, word.synonyms) for word in cls)


class Level(Word):
    """标准级别 (handbook 4.1)."""

    NATIONAL = "national", "国家标准", "国标", "国家"
    INDUSTRY = "industry", "行业标准", "行标", "部标", "行业"
    PROVINCIAL = (
        "provincial", "省级地方标准",
        "省地标", "省标", "地方标准（省级）", "省级地标", "省级", "地方标准", "地标", "地方",
    )  # fmt: skip
    MUNICIPAL = "municipal", "市级地方标准", "市地标", "市标", "地方标准（市级）", "市级地标", "市级"
    COUNTY = "county", "县级地方标准", "县地标", "区县地标", "地方标准（县级）", "县级"
    GROUP = "group", "团体标准", "团标", "团体"
    ENTERPRISE = (
        "internal", "内部标准",
        "企业标准", "企标", "内部（组织）标准", "内部", "企业", "组织标准", "单位标准", "内控标准",
    )  # fmt: skip
    CONSTRUCTION = "construction", "建设标准", "建标"
    INTERNATIONAL = "international", "国际标准", "国外标准", "国际国外标准", "国际"


class Nature(Word):
    """强制、推荐、指导."""

    MANDATORY = "mandatory", "强制性", "强标", "强制", "强制性标准"
    RECOMMENDED = "recommended", "推荐性", "推标", "推荐", "推荐性标准"
    GUIDANCE = "guidance", "指导性技术文件", "指导性", "指导"


class Status(Word):
    """The state of a standard on a day (handbook 4.4). Being valid in part is a mark, not a state."""

    UNPUBLISHED = "unpublished", "未发布", "尚未发布"
    UPCOMING = "upcoming", "即将实施", "未实施", "待实施", "尚未实施", "published", "to be implemented"
    CURRENT = (
        "current", "现行",
        "有效", "现行有效", "现行标准", "在用", "部分有效", "部分被代替", "active", "valid", "in force",
    )  # fmt: skip
    SUPERSEDED = "superseded", "被代替", "已被代替", "已代替", "被替代", "已被替代", "被取代", "replaced"
    WITHDRAWN = (
        "withdrawn", "废止",
        "作废", "已废止", "已作废", "失效", "已失效", "撤销", "abolished", "obsolete", "cancelled",
    )  # fmt: skip
    UNVERIFIED = "unverified", "待核实", "待核", "待查", "不详", "未知", "unknown"
