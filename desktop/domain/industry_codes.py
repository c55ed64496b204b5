"""Codes of industry standards (行业标准代号).

No code for 机关事务 is known; where one is met, callers pass it beside these.
"""

from collections.abc import Mapping
from types import MappingProxyType

INDUSTRY_CODES: Mapping[str, str] = MappingProxyType({
    "AQ": "安全生产", "BB": "包装", "BMB": "国家保密", "CB": "船舶", "CH": "测绘", "CJ": "城镇建设",
    "CJJ": "城镇建设工程", "CY": "新闻出版", "DA": "档案", "DB": "地震", "DL": "电力", "DY": "电影",
    "DZ": "地质矿产", "EJ": "核工业", "FZ": "纺织", "GA": "公共安全", "GC": "国家物资储备",
    "GH": "供销合作", "GM": "密码", "GY": "广播电影电视", "HB": "航空", "HG": "化工", "HJ": "环境保护",
    "HS": "海关", "HY": "海洋", "JB": "机械", "JC": "建材", "JG": "建筑工业", "JGJ": "建筑工程",
    "JR": "金融", "JT": "交通运输", "JTG": "公路工程", "JTJ": "交通工程", "JTS": "水运工程",
    "JY": "教育", "KA": "矿山安全", "LB": "旅游", "LD": "劳动和劳动安全", "LS": "粮食", "LY": "林业",
    "MH": "民用航空", "MT": "煤炭", "MZ": "民政", "NB": "能源", "NY": "农业", "QB": "轻工",
    "QC": "汽车", "QJ": "航天", "QX": "气象", "RB": "认证认可", "SB": "国内贸易", "SC": "水产",
    "SF": "司法", "SH": "石油化工", "SJ": "电子", "SL": "水利", "SN": "出入境检验检疫", "SW": "税务",
    "SY": "石油天然气", "TB": "铁路运输", "TD": "土地管理", "TSG": "特种设备安全技术规范", "TY": "体育",
    "WB": "物资管理", "WH": "文化", "WJ": "兵工民品", "WM": "外经贸", "WS": "卫生", "WW": "文物保护",
    "XB": "稀土", "XF": "消防救援", "YB": "黑色冶金", "YC": "烟草", "YD": "通信", "YJ": "应急管理",
    "YS": "有色金属", "YY": "医药", "YZ": "邮政", "ZY": "中医药",
})  # fmt: skip
"""Code → trade. `DB` without digits is 地震; `JG` is 建筑工业 and no office."""
