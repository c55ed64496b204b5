"""机构与人员."""

from desktop.domain.ledgers.words import DUTIES, UNIT_ROLES
from desktop.domain.record import Audience, Cell, Record, choice, date, flag, long_text, reference, text


class Organisation(
    Record,
    name="organisation",
    label="单位",
    audience=Audience.ALL,
    match=(("name",),),
    caption=("name",),
):
    """A unit, department or inspected body. Its row belongs to whoever entered it; `identity` is its own id."""

    name: Cell = text("单位名称", width=24, required=True, synonyms=("单位", "机构名称", "名称", "受检单位"))
    short_name: Cell = text("简称")
    identity: Cell = text("单位标识", help="由市局授权文件给出，自建的受检单位留空")
    area_code: Cell = text("行政区划码", width=10)
    role: Cell = choice("类别", UNIT_ROLES)
    superior: Cell = reference("上级单位", "organisation", width=20)
    former_names: Cell = long_text("曾用名", help="每行一个名称和停用日期")
    contact: Cell = text("联络员", width=10)
    phone: Cell = text("联系电话", width=14)
    notes: Cell = long_text("备注")


class Person(
    Record,
    name="person",
    label="人员",
    match=(("name", "unit.name"), ("name",)),
    caption=("name",),
):
    """Somebody on the roster; also who may sit at this keyboard."""

    name: Cell = text("姓名", width=10, required=True)
    unit: Cell = reference("单位", "organisation", width=20, synonyms=("所在单位", "处室"))
    post: Cell = text("岗位", synonyms=("职务",))
    duty: Cell = choice("专兼职", DUTIES, width=8)
    on_from: Cell = date("在岗起")
    on_until: Cell = date("在岗止")
    must_train: Cell = flag("应训")
    phone: Cell = text("联系电话", width=14)
    notes: Cell = long_text("备注")
