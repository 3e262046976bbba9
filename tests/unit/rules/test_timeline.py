"""The stretches in which a rule says the same: what trying every day would find, and why each begins."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_rules import conditions, small_rule

from rules import Catalogue, Rule, determine
from rules.timeline import PeriodFault, timeline
from rules.turn_wording import stretch_sentences

CATALOGUE = Catalogue.load()
FIRST, UNTIL = date(2024, 8, 20), date(2024, 10, 25)
ANNOUNCED = (
    "announced: 2024-08-01\nin_force: [{from: 2024-09-10}]\n"
    "parameters:\n  limit:\n    unit: NOK/year\n    values:\n"
    "      - {from: 2024-01-01, value: 10, source: act 1}\n"
    "      - {from: 2024-10-01, value: 3, source: act 2, announced: 2024-09-15}\n"
    + conditions("applicant.income < limit")
)


def every_day(
    rule: Rule, first: date, until: date, facts: dict[str, Any], settings_: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """The stretches as trying each day finds them."""
    found: list[tuple[Any, ...]] = []
    day = first
    while day < until:
        result = determine(rule, day, facts, settings_ or {}, CATALOGUE)
        said = (result.answer, dict(result.values), result.missing)
        if found and found[-1][2:] == said:
            found[-1] = (found[-1][0], day + timedelta(days=1), *said)
        else:
            found.append((day, day + timedelta(days=1), *said))
        day += timedelta(days=1)
    return found


def stretches(rule: Rule, first: date, until: date, facts: dict[str, Any], **named: Any) -> list[Any]:
    line = timeline(rule, first, until, facts, named.get("settings_") or {}, CATALOGUE)
    return [(s.first, s.until, s.answer, dict(s.values), s.missing) for s in line.stretches]


DAYS = st.dates(date(2024, 8, 15), date(2024, 10, 30))
SIDES = st.sampled_from(
    ["applicant.born", "applicant.ends", 'date("2024-09-20")', "date(today.year, applicant.born.month, 1)"]
)
TESTS = (
    st.builds("today {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), SIDES)
    | st.builds("today.month = {}".format, st.integers(8, 10))
    | st.just("applicant.student = true")
    | st.builds('today + duration("P5D") {} {}'.format, st.sampled_from(["<", ">="]), SIDES)
    | st.builds("applicant.income < {}".format, st.sampled_from(["limit", "limit + today.day"]))
    | st.just("today < date(2024, if applicant.student then 9 else 10, 1)")
)
LOGIC = st.recursive(
    TESTS,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("(if {} then {} else {})".format, inner, inner, inner)
    ),
    max_leaves=4,
)


@example(
    test="applicant.student = true",
    worth="(if applicant.student = true then today < date(today.year, applicant.born.month, 1)"
    " else today < applicant.born)",
    born=None,
    ends=date(2024, 9, 1),
    told={},
    change=date(2024, 8, 15),
)
@settings(max_examples=60, deadline=None)
@given(
    test=LOGIC,
    worth=LOGIC,
    born=st.none() | DAYS,
    ends=DAYS,
    told=st.fixed_dictionaries({}, optional={"student": st.booleans(), "income": st.integers(0, 30)}),
    change=DAYS,
)
def test_the_stretches_are_those_that_trying_every_day_finds(
    test: str, worth: str, born: date | None, ends: date, told: dict[str, Any], change: date
) -> None:
    body = (
        f"in_force: [{{from: 2024-08-25, to: {ends + timedelta(days=14)}}}]\n"
        "parameters:\n  limit:\n    values:\n"
        f"      - {{from: 2024-01-01, value: 10}}\n      - {{from: {change}, value: 20}}\n"
        f"conditions:\n  - id: a\n    that: |-\n      {test}\n"
        f"outcome:\n  worth: |-\n    if {worth} then limit else 1\n"
    )
    rule = small_rule(body)
    facts = {"applicant": {"ends": ends, **told, **({"born": born} if born else {})}}
    assert stretches(rule, FIRST, UNTIL, facts) == every_day(rule, FIRST, UNTIL, facts)
    line = timeline(rule, FIRST, UNTIL, facts)
    assert all(stretch.why for stretch in line.stretches[1:])


KINDERGARTEN = sorted(name for name in CATALOGUE.rules if name.startswith("kindergarten."))


@settings(max_examples=12, deadline=None)
@given(
    rule=st.sampled_from(KINDERGARTEN),
    born=st.dates(date(2017, 1, 1), date(2024, 12, 31)),
    income=st.none() | st.integers(100_000, 900_000),
    deferred=st.none() | st.booleans(),
    zone=st.sampled_from(["normal", "central_5_6", "action_zone"]),
    first=st.dates(date(2022, 6, 1), date(2026, 6, 1)),
)
def test_the_kindergarten_rules_change_on_the_days_that_trying_every_day_finds(
    rule: str, born: date, income: int | None, deferred: bool | None, zone: str, first: date
) -> None:
    child: dict[str, Any] = {
        "birth_date": born,
        "sibling_number": 2,
        "kindergarten_place": {"price": 2000, "weekly_hours": 45},
        "household": {"adults": [{} if income is None else {"assessed_income": income}]},
        **({} if deferred is None else {"deferred_school_start": deferred}),
    }
    until, facts = first + timedelta(days=430), {"child": child}
    found = stretches(CATALOGUE.rule(rule), first, until, facts, settings_={"zone": zone})
    assert found == every_day(CATALOGUE.rule(rule), first, until, facts, {"zone": zone})


def test_days_in_between_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    from rules import evaluation

    looked: list[date] = []
    judge = evaluation.judge

    def counted(rule: Any, on: date, *rest: Any) -> Any:
        looked.append(on)
        return judge(rule, on, *rest)

    monkeypatch.setattr(evaluation, "judge", counted)
    rule = small_rule(conditions("today < applicant.ends"))
    line = timeline(rule, date(1990, 1, 1), date(2100, 1, 1), {"applicant": {"ends": "2050-05-05"}})
    assert [stretch.first for stretch in line.stretches] == [date(1990, 1, 1), date(2050, 5, 5)]
    assert len(set(looked)) < 6


def kindergarten(rule: str, first: date, until: date, income: int, born: str = "2022-02-20") -> Any:
    facts = {
        "child": {
            "birth_date": born,
            "sibling_number": 1,
            "kindergarten_place": {"price": 2000, "weekly_hours": 45},
            "household": {"adults": [{"assessed_income": income}]},
        }
    }
    return timeline(CATALOGUE.rule(rule), first, until, facts, {}, CATALOGUE)


def test_a_new_price_is_told_with_both_values_and_its_source() -> None:
    line = kindergarten("kindergarten.reduced_fee", date(2025, 1, 1), date(2026, 1, 1), 300_000)
    assert [(s.first, s.answer) for s in line.stretches] == [
        (date(2025, 1, 1), "yes"),
        (date(2025, 8, 1), "no"),
    ]
    (turn,) = line.stretches[1].why
    assert (turn.kind, turn.new_value.before, turn.new_value.after) == ("parameter", 2000, 1200)
    assert turn.new_value.source == "tusenbein.barnehage.no"
    assert stretch_sentences(line.stretches[1], "en")[0].replace("\xa0", " ") == (
        "Highest price of a full-day place a month goes from 2 000 kr a month to 1 200 kr a month "
        "(tusenbein.barnehage.no)."
    )


def test_an_august_of_a_birth_year_is_told_with_the_birth_date() -> None:
    line = kindergarten("kindergarten.core_time", date(2024, 1, 1), date(2024, 12, 31), 300_000)
    (turn,) = line.stretches[1].why
    assert (line.stretches[1].first, turn.kind) == (date(2024, 8, 1), "day")
    assert [name for name, _ in turn.holds] == ["old_enough"]
    assert [(fact.path, fact.value) for fact in turn.dates] == [("child.birth_date", date(2022, 2, 20))]
    assert "Fødselsdato: 20. februar 2022" in stretch_sentences(line.stretches[1], "nb")[0].replace(
        "\xa0", " "
    )


def test_a_change_in_a_rule_it_uses_is_told_as_that_rules() -> None:
    line = kindergarten("kindergarten.monthly_fee", date(2025, 1, 1), date(2026, 1, 1), 300_000)
    (turn,) = line.stretches[1].why
    assert (turn.kind, turn.rule) == ("parameter", "kindergarten.reduced_fee")


def test_a_rule_that_begins_and_ends_is_told_so() -> None:
    rule = small_rule("in_force: [{from: 2024-09-01, to: 2024-09-30}]\n" + conditions("applicant.income > 1"))
    line = timeline(rule, FIRST, UNTIL, {"applicant": {"income": 5}})
    assert [(s.first, s.answer, [t.kind for t in s.why]) for s in line.stretches] == [
        (FIRST, "no", []),
        (date(2024, 9, 1), "yes", ["in_force"]),
        (date(2024, 10, 1), "no", ["repealed"]),
    ]


def test_law_announced_and_not_yet_in_force_shows_as_coming() -> None:
    line = timeline(small_rule(ANNOUNCED), FIRST, UNTIL, {"applicant": {"income": 5}})
    assert [(law.from_day, law.announced) for law in line.coming] == [(date(2024, 9, 10), date(2024, 8, 1))]
    assert [[law.from_day for law in s.coming] for s in line.stretches] == [[], [date(2024, 9, 10)], []]
    later = timeline(
        small_rule(ANNOUNCED), FIRST, UNTIL, {"applicant": {"income": 5}}, known_on=date(2024, 9, 20)
    )
    assert [[law.from_day for law in s.coming] for s in later.stretches] == [[], [], [date(2024, 10, 1)]]


def test_law_that_comes_after_the_period_is_told_beside_it() -> None:
    line = timeline(small_rule(ANNOUNCED), FIRST, date(2024, 9, 1), {"applicant": {"income": 5}})
    assert ([s.coming for s in line.stretches], [law.from_day for law in line.coming]) == (
        [()],
        [date(2024, 9, 10)],
    )


@pytest.mark.parametrize("until", [FIRST, date(2020, 1, 1), date(2200, 1, 1)])
def test_a_period_that_cannot_be_is_refused(until: date) -> None:
    with pytest.raises(PeriodFault, match=f"from 2024-08-20 to {until}"):
        timeline(small_rule(conditions("true")), FIRST, until, {"applicant": {}})
