"""A change of fee is written so that each day has one fee, and what held before still does."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assistant.casework.flags import Flag, changes
from assistant.casework.period import next_month


def flag(begins, ends, amount=1636, name=""):
    return Flag("9999", "child", "P-1", "kindergarten", Decimal(amount), begins, ends, "decision", id=name)


YEAR = flag(date(2026, 8, 1), date(2027, 8, 1), name="year")


def shape(rows):
    return [(row.valid_from, row.valid_to, int(row.monthly_amount), row.replaces) for row in rows]


def test_the_first_flag_replaces_nothing():
    assert shape(changes([], YEAR)) == [(date(2026, 8, 1), date(2027, 8, 1), 1636, None)]


def test_a_lower_fee_from_march_cuts_the_earlier_one_off_there():
    lower = flag(date(2027, 3, 1), date(2027, 8, 1), 900)
    assert shape(changes([YEAR], lower)) == [
        (date(2026, 8, 1), date(2027, 3, 1), 1636, "year"),
        (date(2027, 3, 1), date(2027, 8, 1), 900, None),
    ]


def test_a_new_decision_for_the_same_days_replaces_the_earlier_flag():
    assert shape(changes([YEAR], flag(date(2026, 8, 1), date(2027, 8, 1), 900))) == [
        (date(2026, 8, 1), date(2027, 8, 1), 900, "year")
    ]


def test_next_year_leaves_this_year_alone():
    assert shape(changes([YEAR], flag(date(2027, 8, 1), date(2028, 8, 1), 900))) == [
        (date(2027, 8, 1), date(2028, 8, 1), 900, None)
    ]


months = st.integers(0, 23).map(lambda n: date(2026 + (7 + n) // 12, (7 + n) % 12 + 1, 1))


@st.composite
def flags(draw):
    begins, ends = sorted((draw(months), draw(months)))
    return flag(begins, next_month(ends) if begins == ends else ends, draw(st.integers(0, 2000)))


def holding(rows):
    replaced = {row.replaces for row in rows}
    return [row for row in rows if row.id not in replaced]


@given(st.lists(flags(), min_size=1, max_size=6))
def test_after_any_changes_each_day_has_the_fee_of_its_newest_decision(decided):
    written = []
    for new in decided:
        for row in changes(holding(written), new):
            written.append(Flag(**{**row.__dict__, "id": f"f{len(written)}"}))
    now = holding(written)
    day = date(2026, 8, 1)
    while day < date(2028, 9, 1):
        expected = [new.monthly_amount for new in decided if new.period.contains(day)][-1:]
        assert [row.monthly_amount for row in now if row.period.contains(day)] == expected, day
        day = next_month(day)


def test_the_biller_gets_no_fact_behind_the_fee():
    assert set(YEAR.as_json()) == {
        "sequence", "id", "municipality", "subject", "place_number", "fee", "monthly_amount", "currency",
        "from", "to", "replaces", "created_at",
    }  # fmt: skip
    assert YEAR.as_json()["to"] == date(2027, 7, 31)
