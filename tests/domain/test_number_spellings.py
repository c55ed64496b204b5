"""Real spellings of standard numbers, and what each is read as."""

import re

import pytest

from desktop.domain import numbers
from desktop.domain.numbers import StandardNumber, parse

PLAIN = """
GB 55001-2021 ; GB 55002-2021 ; GB 55003-2021 ; GB 55004-2021 ; GB 55005-2021 ; GB 55006-2021 ;
GB 55007-2021 ; GB 55008-2021 ; GB 55009-2021 ; GB 55010-2021 ; GB 55011-2021 ; GB 55012-2021 ;
GB 55013-2021 ; GB 55014-2021 ; GB 55015-2021 ; GB 55016-2021 ; GB 55017-2021 ; GB 55018-2021 ;
GB 55019-2021 ; GB 55020-2021 ; GB 55021-2021 ; GB 55022-2021 ; GB 55023-2022 ; GB 55024-2022 ;
GB 55025-2022 ; GB 55026-2022 ; GB 55027-2022 ; GB 55028-2022 ; GB 55029-2022 ; GB 55030-2022 ;
GB 55031-2022 ; GB 55032-2022 ; GB 55033-2022 ; GB 55034-2022 ; GB 55035-2023 ; GB 55036-2022 ;
GB 55037-2022 ; GB 55038-2025 ; GB 50352-2019 ; GB 50016-2014(2018年版) ; GB 50222-2017 ; GB 50763-2012 ;
GB 50096-2011 ; GB 50118-2010 ; GB 50033-2013 ; GB 50037-2013 ; GB 50176-2016 ; GB 50325-2020 ;
GB/T 50353-2013 ; GB/T 50001-2017 ; GB/T 50104-2010 ; GB/T 50103-2010 ; GB 50067-2014 ; GB 50038-2005 ;
GB 50098-2009 ; GB 50189-2015 ; GB/T 50378-2019 ; GB 50345-2012 ; GB 50693-2011 ; GB 50015-2019 ;
GB 51348-2019 ; GB/T 50034-2024 ; GB 50057-2010 ; GB 50116-2013 ; GB 50974-2014 ; GB 50084-2017 ;
GB 51251-2017 ; GB 50736-2012 ; GB 51309-2018 ; GB/T 50011-2010 ; GB/T 50010-2010 ; GB 50009-2012 ;
JGJ 100-2015 ; JGJ 36-2016 ; JGJ 48-2014 ; JGJ/T 67-2019 ; JGJ 39-2016(2019年版) ; JGJ 113-2015 ;
JGJ 102-2003 ; JGJ 214-2010 ; JGJ 230-2010 ; JGJ 3-2010 ; JGJ 1-2014 ; GB/T 15843.1-2017 ;
GB/T 15843.2-2024 ; GB/T 15843.3-2023 ; GB/T 15843.4-2008 ; GB/T 15843.5-2005 ; GB/T 15843.6-2018 ;
GB/T 15851.3-2018 ; GB/T 15852.1-2020 ; GB/T 15852.2-2024 ; GB/T 15852.3-2019 ; GB/T 16264.8-2005 ;
GB/T 17901.1-2020 ; GB/T 17901.3-2021 ; GB/T 17902.1-2023 ; GB/T 17902.2-2005 ; GB/T 17902.3-2005 ;
GB/T 17903.1-2008 ; GB/T 17903.2-2021 ; GB/T 17903.3-2008 ; GB/T 17964-2021 ; GB/T 18238.1-2024 ;
GB/T 18238.2-2024 ; GB/T 18238.3-2024 ; GB/T 19713-2005 ; GB/T 19713-2025 ; GB/T 19714-2005 ;
GB/T 19771-2005 ; GB/T 20518-2018 ; GB/T 20520-2006 ; GB/T 21053-2023 ; GB/T 21054-2023 ;
GB/T 22186-2016 ; GB/T 25056-2018 ; GB/T 25061-2020 ; GB/T 25064-2010 ; GB/T 25065-2010 ;
GB/T 26855-2011 ; GB/T 28456-2012 ; GB/T 28457-2012 ; GB/T 29241-2012 ; GB/T 29243-2012 ;
GB/T 29767-2013 ; GB/T 29829-2022 ; GB/T 30272-2021 ; GB/T 30275-2013 ; GB/T 31503-2015 ;
GB/T 31508-2015 ; GB/T 32213-2015 ; GB/T 32905-2016 ; GB/T 32907-2016 ; GB/T 32915-2016 ;
GB/T 32918.1-2016 ; GB/T 32918.2-2016 ; GB/T 32918.3-2016 ; GB/T 32918.4-2016 ; GB/T 32918.5-2017 ;
GB/T 32922-2023 ; GB/T 33133.1-2016 ; GB/T 33133.2-2021 ; GB/T 33133.3-2021 ; GB/T 33560-2017 ;
GB/T 34953.1-2017 ; GB/T 34953.2-2018 ; GB/T 34953.4-2020 ; GB/T 35275-2017 ; GB/T 35276-2017 ;
GB/T 35285-2017 ; GB/T 35291-2017 ; GB/T 36322-2018 ; GB/T 36624-2018 ; GB/T 36631-2018 ;
GB/T 36644-2018 ; GB/T 36968-2018 ; GB/T 37033.1-2018 ; GB/T 37033.2-2018 ; GB/T 37033.3-2018 ;
GB/T 37092-2018 ; GB/T 38540-2020 ; GB/T 38541-2020 ; GB/T 38556-2020 ; GB/T 38625-2020 ;
GB/T 38629-2020 ; GB/T 38635.1-2020 ; GB/T 38635.2-2020 ; GB/T 38636-2020 ; GB/T 38647.1-2020 ;
GB/T 38647.2-2020 ; GB/T 39786-2021 ; GB/T 41389-2022 ; GB/T 42564-2023 ; GB/T 42570-2023 ;
GB/T 42571-2023 ; GB/T 43206-2023 ; GB/T 43207-2023 ; GB/T 45230-2025 ; GB/T 1.1-2020 ; GB/T 1.2-2020 ;
GB/T 20000.1-2014 ; GB/T 20001.8-2023 ; GB/T 13016-2018 ; GB/T 13017-2018 ; GB/T 13017-2008 ;
GB/T 15624-2011 ; GB/T 24421.2-2009 ; GB/T 24421.4-2023 ; GB/T 24421.1-2023 ; GB/T 24421.3-2023 ;
GB/T 24620-2022 ; GB/T 39910-2021 ; GB/T 41568-2022 ; GB/T 43542-2023 ; GB/T 44127-2024 ;
GB/T 44889-2024 ; GB/T 29118-2023 ; GB/T 40498-2021 ; GB/T 32019-2015 ; GB/T 29149-2012 ;
GB/T 31342-2014 ; GB/T 36710-2018 ; GB 17167-2006 ; GB 17167-2025 ; GB/T 51366-2019 ; GB/T 50908-2013 ;
GB/T 42966-2023 ; GB/T 42967-2023 ; GB/T 33497-2023 ; GB/T 39002-2020 ; GB/T 40042-2021 ; GB/T 9704-2012 ;
GB/T 33190-2016 ; GB/T 33481-2016 ; GB/T 22239-2019 ; GB/T 18894-2016 ; GB/Z 21437.1-2008 ; GBZ 2.1-2019 ;
GBZ/T 300.1-2017 ; DA/T 22-2015 ; DB33/T 2474-2022 ; DB3301/T 0418-2023 ; DB3301/T 0151-2018 ;
DB3301/T 0322.3-2020 ; DB3710/T 216-2023 ; DB51/T 2610-2019 ; DB14/T 2005-2020 ; DB11/T 2344-2024 ;
DB6103/T 21-2020 ; DB1411/T 62-2023 ; DB5328/T 31-2024 ; DB6523/T 337-2022 ; DB3211/T 1071-2023 ;
DB12/T 1052-2021 ; DB14/T 2578-2022 ; DB43/T 2358-2022 ; DB42/T 1797-2022 ; DB65/T 4452-2021 ;
DB50/T 1053-2020 ; DB64/T 1773-2021 ; DB330122/T 12-2016 ; DB31/T 310001-2020 ; DB33 1015-2015 ;
DBJ33/T 1283-2022 ; DB/T 70-2018 ; GH/T 1322-2021 ; LS/T 1301-2022 ; GC/T 1801-2022 ; SB/T 11047-2013 ;
WB/T 1045-2012 ; MZ/T 039-2013 ; GA 1002-2012 ; JC 101-2020 ; JG/T 225-2020 ; XF 654-2006 ; TSG 08-2017 ;
BMB 17-2006 ; T/CSUS 15-2021 ; T/XZYC 0076-2025 ; T/CAS 115.2-2019 ; T/31SCTA 001-2021 ; Q/GDW 355-2009 ;
Q/XX 001-2022 ; Q/HZJG JC 101-2023 ; Q/HZJG BZ 101-01-2023 ; Q/0782 HZC 003-2021 ;
Q/杭州市机关事务管理局 001-2022 ; 建标 169-2014 ; ISO 9001:2015 ; ISO/IEC 27001:2022 ; ISO 10303-11:2004 ;
IEC 60601-2-52:2009 ; ISO/TR 9241-100:2010 ; ISO/IEC TR 27019:2013 ; ISO/IEC Guide 2:2004 ;
GB 14930.2-2012/XG1-2020 ; GB/T 19016-2021/ISO 10006:2017 ; GB/T 1.1 ; DB33/T 2474 ; T/CSUS 15 ;
ISO 9001 ; Q/HZJG 1.1
"""
"""Numbers in the form for files: whatever is written here is the text itself."""

WRITTEN = {
    "GB/T 1.1-2020": (
        "GB/T1.1-2020|ＧＢ／Ｔ　１．１－２０２０|gb/t 1.1—2020|GB∕T 1.1–2020|GB/T 1.1 — 2020"
        "|GBT 1.1-2020|GB-T 1.1-2020|GB_T 1.1-2020|GB_T_1.1-2020|GB T 1.1-2020"
        "|GB / T 1.1 - 2020|《GB/T 1.1-2020》|“GB/T 1.1-2020”|GB/T 1.1——2020|GB/T 1.1―2020"
        "|GB/T 1.1−2020|GB/T 1.1‐2020|GB/T 1.1‑2020|GB/T 1.1﹣2020|GB/T  1.1-2020"
        "|GB/T 1.1-2020（报批稿）|GB/T 1.1-2020 [征求意见稿]|《GB/T 1.1—2020》（送审稿）"
        "|(GB/T 1.1-2020)|GB/T 1.1-2020。|GB/T 1.1一2020|GB/T 1.1ー2020|GB/T 1 .1-2020"
        "|\u200bGB/T 1.1-2020\u00a0|GB/T 1.1-2020（第1号修改单）"
    ),
    "GB/T 20000.1-2002": "GB/T 20000.1一2002|GB/T20000.1 一 2002|GBT20000.1-02",
    "GB/T 13016-1991": "GB/T 13016-91|GB/T 13016—91|ＧＢ/Ｔ13016-１９９１",
    "GB 3100-1993": "GB 3100-93|GB3100—93|gb 3100-1993",
    "GB/T 19001-2049": "GB/T 19001-49",
    "GB/T 19001-1950": "GB/T 19001-50",
    "GB 50016-2014(2018年版)": (
        "GB50016—2014（2018年版）|GB 50016-2014 (2018 年版)|GB 50016-2014（2018版）"
        "|GB 50016-2014 2018年版|GB 50016-2014，2018年版|《GB 50016-2014（2018年版）》"
    ),
    "GB/Z 21437.1-2008": "GB-Z 21437.1-2008|GB/Z21437.1—2008",
    "GBZ 2.1-2019": "GBZ2.1-2019|gbz 2.1—2019",
    "GBZ/T 300.1-2017": "GBZT 300.1-2017|GBZ/T300.1—2017",
    "GB 14930.2-2012/XG1-2020": "GB 14930.2—2012/XG1—2020|GB 14930.2-2012 XG1-2020",
    "GB/T 19016-2021/ISO 10006:2017": (
        "GB/T 19016—2021／ISO 10006：2017|GB/T 19016-2021 / ISO 10006:2017"
        "|GB/T 19016-2021 IDT ISO 10006:2017|GB/T 19016-2021/ISO 10006-2017"
        "|GB/T 19016-2021 idt ISO10006:2017"
    ),
    "DA/T 22-2015": "DAT 22-2015|DA T 22-2015|DA-T 22-2015|da/t22—2015|DA∕T 22-15|DA/T-22-2015",
    "JGJ/T 67-2019": "JGJT 67-2019|JGJ/T67—2019|JGJ-T 67-2019",
    "JT/T 808-2019": "JTT 808-2019|JT/T808-2019",
    "JC 101-1991": "JC 101-91|JC101—1991",
    "DB/T 70-2018": "DB-T 70-2018|DBT 70-2018",
    "DB64/T 1773-2021": ("DB64-T 1773-2021|DB64T 1773-2021|DB64／T1773—2021|DB64_T 1773-2021|DB 64/T 1773-2021"),
    "DB3301/T 0418-2023": (
        "DB3301T 0418-2023|DB3301∕T 0418—2023|db3301/t0418-2023|DB 3301/T 0418-2023|DB3301-T_0418-2023"
    ),
    "DB33 1015-2015": "DB33/1015-2015|DB33/ 1015—2015|ＤＢ33 1015-2015",
    "DBJ33/T 1283-2022": "DBJ 33/T 1283-2022|DBJ33T 1283-2022|DBJ33／T1283—2022",
    "DBJ13 91-2007": "DBJ13-91-2007|DBJ13 91—2007",
    "T/CSUS 15-2021": "T/CSUS15-2021|T∕CSUS 15—2021|t/csus 15-21|T-CSUS 15-2021|T_CSUS_15-2021",
    "T/CEC 5001-2020": "T/CEC5001-2020",
    "Q/GDW 355-2009": "Q/GDW355-2009|q/gdw 355—2009|Ｑ／ＧＤＷ　355－2009",
    "Q/HZJG JC 101-2023": "Q/HZJG JC101-2023|Q/HZJG  JC 101—2023",
    "建标 169-2014": "建标169-2014|建标169—2014|（建标 169-2014）",
    "ISO 9001:2015": "ISO9001:2015|iso 9001：2015|ISO 9001-2015|ISO 9001—2015",
    "ISO/IEC Guide 2:2004": "ISO/IEC Guide 2：2004|ISO/IEC/GUIDE 2:2004",
    "ISO/IEC TR 27019:2013": "ISO/IEC/TR 27019:2013",
}
"""The form for files → other spellings of the same number, as they are met."""

NONE = (
    "JC 101|JC101|BZ 203|BZ101-01|JC 101-01|TG 305|GW 401|HQ 2-03-01|1.1.1|101|GB|GB/T|DB33|T/|Q/|ISO"
    "|标准号|机关事务管理 术语|GB/T1301691|GB/T 130162018|GB/T 1.1(2020)|GB/T 1.1:2020|GB/T 1.1 2020"
    "|20000.1一2002|GB/T 1.1-202O|GB/T 1.1-1820|GB/T 24421.1~.3-2023|国家标准 GB/T 1.1-2020"
    "|GB/T 1.1-2020 标准化工作导则|GB/X 1-2020|DB332474-2022|DB333/T 1-2020|DB 15|XX/T 12-2020|XX 12-2020"
    "|JC-101-2020|RFC 5280|JGSW/T 001-2021|×机管〔2022〕15号|国管办【2019】89号|T/1 2-2020|Q/123-2022"
    "|GB/T 19016-2021/ISO|GB/T 1.1-2020、GB/T 1.2-2020|LS/T 1301-2022 = GC/T 1801-2022"
    "|ISO 9001:2015/AMD 1:2024|GB/T ١٢-2020|GB/T 1.1.1.1111-2020"
)
"""Texts that are no numbers, with those that only look like one."""


def plain_numbers() -> list[str]:
    return [number for number in re.split(r"\s*;\s*", PLAIN.strip()) if number]


def written_numbers() -> list[tuple[str, str]]:
    return [(spelling, text) for text, spellings in WRITTEN.items() for spelling in spellings.split("|")]


def full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def need(text: str) -> StandardNumber:
    number = parse(text)
    assert number is not None, text
    return number


def test_there_are_enough_real_spellings() -> None:
    assert len(plain_numbers()) + len(written_numbers()) > 300


@pytest.mark.parametrize("text", plain_numbers())
def test_a_number_in_the_form_for_files_is_its_own_text(text: str) -> None:
    number = need(text)
    assert number.text == text
    assert number.original == text
    assert numbers.split_cell(text) == [text]


@pytest.mark.parametrize("text", plain_numbers())
def test_dash_and_width_make_no_difference(text: str) -> None:
    number = need(text)
    for spelling in (text.replace("-", "—"), full_width(text), text.lower(), text.replace("/", "∕"), f"  {text} "):
        assert parse(spelling) == number, spelling
        assert numbers.identity(spelling) == number.key


@pytest.mark.parametrize(("spelling", "text"), written_numbers())
def test_a_spelling_has_the_expected_text(spelling: str, text: str) -> None:
    assert need(spelling).text == text
    assert numbers.identity(spelling) == numbers.identity(text)


@pytest.mark.parametrize("text", NONE.split("|"))
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse(text) is None
    assert numbers.identity(text).startswith("free|")


@pytest.mark.parametrize("text", ["", " ", "　\n"])
def test_blanks_are_no_number(text: str) -> None:
    assert parse(text) is None
    assert numbers.identity(text) == "free|"
