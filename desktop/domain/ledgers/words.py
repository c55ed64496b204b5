"""Choice lists that rules read: values that never change, each with its label and what files call it."""

from desktop.domain.record import Choice
from desktop.domain.standard_words import Level, Nature, Status

LEVELS, NATURES, STATUSES = Level.choices(), Nature.choices(), Status.choices()

KINDS = (
    Choice("basic", "基础标准", ("基础", "通用基础标准")),
    Choice("method", "方法标准", ("方法",)),
    Choice("product", "产品、过程、服务标准", ("产品标准", "过程标准", "服务标准", "产品/过程/服务标准", "服务")),
    Choice("component", "零部件、元器件标准", ("零部件标准", "元器件标准", "零部件/元器件标准")),
    Choice("material", "原材料标准", ("原材料",)),
    Choice("safety", "安全、卫生、环保标准", ("安全标准", "卫生标准", "环保标准", "安全/卫生/环保标准")),
    Choice("other", "其他", ("其它",)),
)
"""标准类别 of the statistics table, by nature of the content (GB/T 13016-2018)."""

ROLES = (
    Choice("lead", "牵头", ("主要起草", "牵头起草")),
    Choice("join", "参与", ("参与起草",)),
    Choice("adopt", "采用", ("引用", "使用")),
)
"""我局角色: counted apart by the pilot's targets."""

VERSION_STATES = (Choice("draft", "草案"), Choice("current", "现行"), Choice("history", "历史"))

LINK_KINDS = (
    Choice("replaces", "代替", ("替代",)),
    Choice("replaces_part", "部分代替", ("部分替代",)),
    Choice("cites", "引用"),
)

UNIT_ROLES = (Choice("bureau", "市局"), Choice("office", "区县单位"), Choice("department", "处室或受检单位"))

DUTIES = (Choice("full", "专职", ("专",)), Choice("part", "兼职", ("兼",)))

INSPECTION_KINDS = (
    Choice("quarter", "季度检查"),
    Choice("self", "自查"),
    Choice("mutual", "互查"),
    Choice("spot", "抽查"),
    Choice("special", "专项"),
)

INSPECTION_STATES = (Choice("planned", "未开始"), Choice("running", "进行中"), Choice("done", "已完成"))

CONCLUSIONS = (Choice("pass", "达标"), Choice("fail", "不达标"), Choice("recheck", "限期整改后复查"))

NECESSITIES = (Choice("shall", "应"), Choice("should", "宜"), Choice("may", "可"))

VERDICTS = (
    Choice("pass", "符合"),
    Choice("basic", "基本符合"),
    Choice("fail", "不符合"),
    Choice("na", "不适用"),
)
"""In the order of keys 1–4 and of the boxes on paper."""

SEVERITIES = (Choice("minor", "一般"), Choice("major", "较重"), Choice("critical", "严重"))

FINDING_SOURCES = (
    Choice("inspection", "检查"),
    Choice("superior", "上级"),
    Choice("feedback", "反馈"),
    Choice("self", "自评"),
)

FINDING_STATES = (
    Choice("open", "整改中"),
    Choice("overdue", "逾期"),
    Choice("closed", "已销号"),
)

REVIEW_KINDS = (Choice("remark", "批注"), Choice("accept", "接收"), Choice("return", "退回"))
