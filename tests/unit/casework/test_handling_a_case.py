"""What decides at the desk: days and deadlines, two people, drafts of reasons, appeals in time, the draw."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from test_letter import LAW, LETTER, THREE

from assistant.casework import access, appeals, control, four_eyes
from assistant.casework.four_eyes import NoSuchTrigger, same_person, takes_two
from assistant.casework.letter import AppliedRule, Ground
from assistant.casework.preliminary import AnswerIncomplete, checked
from assistant.casework.reasoning import draft_reasons
from assistant.casework.ruling import Ruling
from assistant.casework.time_limits import (
    is_day_off,
    span_after,
    working_day_from,
    working_day_until,
    working_days_left,
)
from assistant.store import IdentityKeys
from assistant.web.pages.desk import QueueLine, chosen, urgency


@pytest.mark.parametrize(
    ("on", "off"),
    [
        (date(2026, 5, 17), True),  # a Sunday, and Constitution Day
        (date(2027, 5, 17), True),  # a Monday
        (date(2026, 5, 14), True),  # Ascension Day
        (date(2026, 12, 24), False),  # no public holiday
        (date(2026, 11, 21), True),  # a Saturday
        (date(2026, 11, 23), False),
    ],
)
def test_days_off_are_weekends_and_norways_public_holidays(on: date, off: bool):
    assert is_day_off(on) is off


def test_easter_moves_the_last_working_day_and_the_first_one():
    maundy_thursday, easter_monday = date(2026, 4, 2), date(2026, 4, 6)
    assert working_day_until(easter_monday) == date(2026, 4, 1)
    assert working_day_from(maundy_thursday) == date(2026, 4, 7)
    assert working_days_left(date(2026, 4, 1), date(2026, 4, 7)) == 2
    assert working_days_left(date(2026, 4, 8), date(2026, 4, 7)) == 0


@pytest.mark.parametrize(
    ("span", "ends"), [("P3W", date(2027, 2, 21)), ("P6W", date(2027, 3, 14)), ("P1M", date(2027, 2, 28))]
)
def test_a_span_is_the_rules_own(span: str, ends: date):
    assert span_after(date(2027, 1, 31), span) == ends
    with pytest.raises(ValueError, match="'P3Y'"):
        span_after(date(2027, 1, 31), "P3Y")


def test_a_case_is_urgent_by_working_days():
    wednesday_before_easter = date(2026, 4, 1)
    assert urgency(date(2026, 4, 10), wednesday_before_easter) == "soon"  # nine days, but five to work
    assert urgency(date(2026, 4, 13), wednesday_before_easter) == "later"
    assert urgency(date(2026, 3, 31), wednesday_before_easter) == "overdue"
    assert urgency(wednesday_before_easter, wednesday_before_easter) == "soon"


def line(number: int, **given) -> QueueLine:
    on = date(2026, 11, number)
    plain = QueueLine(str(number), "", "case", number, "", "manual", on, on, on, "later", ())
    return replace(plain, **given)


def test_the_filters_let_through_what_they_say_and_the_nearest_comes_first():
    lines = [line(3, assigned_to="me"), line(1, urgency="overdue"), line(2, kind="appeal", assigned_to="you")]
    assert [one.number for one in chosen(lines, "all", "all", "me")] == [1, 2, 3]
    assert [one.number for one in chosen(lines, "mine", "all", "me")] == [3]
    assert [one.number for one in chosen(lines, "free", "all", "me")] == [1]
    assert [one.number for one in chosen(lines, "overdue", "all", "me")] == [1]
    assert [one.number for one in chosen(lines, "all", "appeal", "me")] == [2]


def test_the_municipality_says_what_takes_two():
    refused = Ruling("refused", "x", "Berit")
    judged = replace(refused, outcome="granted", household_income=Decimal(1), monthly_fee=Decimal(1))
    assert takes_two(refused, {}) == ()
    assert takes_two(refused, {"four_eyes": ["refused", "judged_income"]}) == ("refused",)
    assert takes_two(judged, {"four_eyes": ["judged_income", "judged_fee"]}) == (
        "judged_income",
        "judged_fee",
    )
    with pytest.raises(NoSuchTrigger, match=r"'refusal'.*granted, refused"):
        four_eyes.triggers_of({"four_eyes": ["refusal"]})


def test_another_spelling_is_no_other_person():
    assert same_person("Berit Berg (berit)", " berit berg (BERIT)")
    assert not same_person("Berit Berg (berit)", "Per Berg (per)")


def rule(answer: str, *grounds: Ground) -> AppliedRule:
    return AppliedRule(THREE, THREE, answer, (LAW,), grounds)


def test_a_refusal_is_drafted_from_what_did_not_hold():
    unmet = Ground({"nb": "Inntekten er lav nok", "nn": "Inntekta er låg nok", "en": "x"}, False, (LAW,))
    letter = replace(LETTER, outcome="refused", rules=(rule("no", unmet, Ground(THREE, True, ())),))
    said = draft_reasons(letter, "nb")
    assert "Vi avslår" in said
    assert "ikke oppfylt: Inntekten er lav nok (forskrift om foreldrebetaling i barnehager § 3b)" in said
    assert "– Bokmål, Kari: 150\xa0000\xa0kr (Skatteetaten)" in said
    assert said.endswith("Reglene står i forskrift om foreldrebetaling i barnehager § 3b.")
    assert "Bokmål\n" not in said.split("\n\n")[0]  # what held did not decide
    assert "Inntekta er låg nok" in draft_reasons(letter, "nn")


def test_what_nobody_has_shown_is_said_so_and_a_grant_says_what_held():
    unknown = replace(LETTER, outcome="refused", rules=(rule("undetermined", Ground(THREE, None, ())),))
    assert "ikke dokumentert: Bokmål" in draft_reasons(unknown, "nb")
    granted = replace(
        LETTER, rules=(rule("yes", Ground(THREE, True, ())), rule("no", Ground(THREE, False, ())))
    )
    assert "We grant" in draft_reasons(granted, "en")
    assert "not met" not in draft_reasons(granted, "en")


def test_a_draft_says_nothing_the_receiver_may_not_read():
    assert "150" not in draft_reasons(replace(LETTER, facts=(), hidden=True, outcome="refused"), "nb")


@pytest.mark.parametrize(
    ("came", "within", "last"),
    [
        (date(2026, 11, 23), "P3W", date(2026, 12, 14)),
        (date(2026, 11, 23), "P6W", date(2027, 1, 4)),
        (date(2026, 12, 4), "P3W", date(2026, 12, 28)),  # ends on Christmas Day, a Friday
    ],
)
def test_the_last_day_to_appeal(came: date, within: str, last: date):
    assert appeals.last_day(came, within) == last


def test_after_a_year_it_is_no_appeal():
    assert not appeals.too_old(date(2025, 11, 23), date(2026, 11, 23))
    assert appeals.too_old(date(2025, 11, 23), date(2026, 11, 24))


@pytest.mark.parametrize(
    ("because", "expected_on", "field"),
    [
        (" ", date(2026, 12, 1), "because"),
        ("x", None, "expected_on"),
        ("x", date(2026, 11, 23), "expected_on"),
        ("x", date(2028, 11, 23), "expected_on"),
    ],
)
def test_a_preliminary_answer_says_why_and_until_when(because: str, expected_on: date | None, field: str):
    with pytest.raises(AnswerIncomplete) as fault:
        checked(because, expected_on, date(2026, 11, 23))
    assert fault.value.field == field


def test_chance_draws_the_share_and_the_key_decides_which():
    one, other = IdentityKeys.generate(), IdentityKeys.generate()
    ids = [f"{n:036d}" for n in range(4000)]
    drawn = {name for name in ids if control.is_drawn(one, name, Decimal("0.02"))}
    assert 40 < len(drawn) < 130
    assert drawn == {name for name in ids if control.is_drawn(one, name, Decimal("0.02"))}
    assert drawn != {name for name in ids if control.is_drawn(other, name, Decimal("0.02"))}
    assert drawn < {name for name in ids if control.is_drawn(one, name, Decimal("0.2"))}
    assert not any(control.is_drawn(one, name, Decimal(0)) for name in ids)
    assert all(control.is_drawn(one, name, Decimal(1)) for name in ids)


@pytest.mark.parametrize("share", ["all", "2", -1, "NaN"])
def test_a_share_that_is_none_is_refused(share: object):
    with pytest.raises(control.NoSuchShare, match="0 to 1"):
        control.share_of({"control_share": share})


def test_a_reason_holds_for_the_rest_of_the_day_in_norway():
    evening = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # half past eleven in Oslo
    assert access.holds_until(evening) == datetime(2026, 11, 23, 23, tzinfo=UTC)


def test_a_reason_in_a_usage_log_is_read_again_and_nothing_else_is():
    said = access.opened_for("to open case 202600001 (question): Hun ringte: hvorfor?")
    assert said == access.Opened("202600001", "question", "Hun ringte: hvorfor?")
    assert access.opened_for("to handle case 202600001") is None
    assert access.opened_for("to open case 202600001 (curiosity)") is None
