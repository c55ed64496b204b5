"""What a unit settled for itself: one value a name, its own alone."""

from desktop.app.session import Session
from desktop.app.unit_settings import put, unit_settings


def settle(session: Session, name: str, value: str | None) -> None:
    with session.write("设置") as transaction:
        put(session, transaction, name, value)


def test_a_value_is_found_behind_its_prefix_and_changed_in_place(office: Session) -> None:
    for name, value in (("colour:door", "红"), ("colour:roof", "蓝"), ("a colour:wall", "白"), ("colour:door", "绿")):
        settle(office, name, value)
    assert unit_settings(office, "colour:") == {"door": "绿", "roof": "蓝"}
    assert unit_settings(office, "colour:door") == {"": "绿"}


def test_a_value_taken_back_is_none_and_can_be_given_again(office: Session) -> None:
    settle(office, "colour:door", None)
    settle(office, "colour:door", "红")
    settle(office, "colour:door", None)
    assert unit_settings(office, "colour:") == {}
    settle(office, "colour:door", "蓝")
    assert unit_settings(office, "colour:") == {"door": "蓝"}


def test_another_unit_settles_for_itself(office: Session) -> None:
    settle(office, "colour:door", "红")
    other = office.standing_in("330106.zzzz", "另一个单位")
    assert (unit_settings(office, "colour:"), unit_settings(other, "colour:")) == ({"door": "红"}, {})


def test_of_two_rows_under_one_name_the_newer_counts(office: Session) -> None:
    with office.write("在两台电脑上") as transaction:
        values = {transaction.insert("setting", {"name": "colour:door", "value": value}): value for value in "红蓝"}
    assert unit_settings(office, "colour:") == {"door": values[max(values)]}
    settle(office, "colour:door", None)
    assert unit_settings(office, "colour:") == {}, "the older row does not come back"
