"""Choice lists that rules read: fixed values, labels a unit may reword."""

from desktop.domain.record import Choice

LEVELS = (
    Choice("national", "国家标准", ("国标", "国家")),
    Choice("industry", "行业标准", ("行标", "部标", "行业")),
    Choice(
        "provincial",
        "省级地方标准",
        ("省地标", "省标", "地方标准（省级）", "省级地标", "省级", "地方标准", "地标", "地方"),
    ),
    Choice("municipal", "市级地方标准", ("市地标", "市标", "地方标准（市级）", "市级地标", "市级")),
    Choice("county", "县级地方标准", ("县地标", "区县地标", "地方标准（县级）", "县级")),
    Choice("group", "团体标准", ("团标", "团体")),
    Choice(
        "internal",
        "内部标准",
        ("企业标准", "企标", "内部（组织）标准", "内部", "企业", "组织标准", "单位标准", "内控标准"),
    ),
    Choice("construction", "建设标准", ("建标",)),
    Choice("international", "国际标准", ("国外标准", "国际国外标准", "国际")),
)
"""标准级别 (handbook 4.1)."""

NATURES = (
    Choice("mandatory", "强制性", ("强标", "强制", "强制性标准")),
    Choice("recommended", "推荐性", ("推标", "推荐", "推荐性标准")),
    Choice("guidance", "指导性技术文件", ("指导性", "指导")),
)

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

STATUSES = (
    Choice("unpublished", "未发布", ("尚未发布",)),
    Choice("upcoming", "即将实施", ("未实施", "待实施")),
    Choice("current", "现行", ("有效", "现行有效", "Active", "Valid")),
    Choice("superseded", "被代替", ("已被代替", "被替代", "已代替")),
    Choice("withdrawn", "废止", ("作废", "已废止", "已作废", "Abolished", "Obsolete")),
    Choice("unverified", "待核实", ("待核",)),
)

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
