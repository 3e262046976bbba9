"""What becomes of a decision whose facts turn out otherwise: what touches it, in whose favour, who may settle it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from assistant.casework.period import Period
from assistant.casework.reconsidering import (
    NoticeDaysWrong,
    Proposal,
    Terms,
    answer_by,
    changed_facts,
    digest_of,
    first_days,
    ground_of,
    is_heard,
    notice_days,
    propose,
    terms_of,
    touches,
    used_in,
    versions_differ,
    why_a_human,
)
from assistant.casework.submission import Submission
from assistant.twin import FactChange, Span

BEGAN = date(2026, 12, 1)
YEAR = Period(BEGAN, date(2027, 8, 1))
INCOME = ("mother", "person.assessed_income")


def fact(value, subject="mother", path="child.household.adults[0].assessed_income", **more):
    concept = f"person.{path.rpartition('.')[2]}"
    return {"path": path, "value": value, "subject": subject, "concept": concept, "fact": f"f{value}", **more}


def record(*facts, answer="yes", fee=818, version="v1", rule="amount"):
    values = {} if fee is None else {"monthly_fee": fee, "full_fee": 1200}
    return {"rule": rule, "rule_version": version, "answer": answer, "values": values, "facts": list(facts)}


def change(before, after, concept="person.assessed_income", subject="mother"):
    spans = [tuple(Span(value, begins, ends) for value, begins, ends in spoken) for spoken in (before, after)]
    return FactChange(subject, concept, "", *spans)


OF_2025 = (date(2026, 1, 1), date(2028, 1, 1))
OF_2026 = (date(2027, 1, 1), date(2029, 1, 1))


@pytest.mark.parametrize(
    ("what", "touched"),
    [
        (change([(150, *OF_2025)], [(200, *OF_2025)]), True),
        (change([(150, *OF_2025)], []), True),
        (change([(150, *OF_2025)], [(150, *OF_2025)]), False),
        (change([], [(900, *OF_2026)]), False),  # next year's assessment does not hold on the first day
        (change([], [(900, *OF_2025)]), False),  # said for the first time: nothing that was said was wrong
        (change([(1, None, None)], [(1, None, date(2027, 2, 1))]), False),  # ends later
        (
            change([(1, None, None)], [(2, None, None)], "person.mobile"),
            False,
        ),  # the decision does not rest on it
        (change([], [("a", None, None)], "person.spouse"), True),  # another household than we knew
        (change([], [("a", date(2027, 2, 1), None)], "person.spouse"), False),  # from a later day
    ],
)
def test_what_touches_a_decision(what, touched):
    assert touches(what, {INCOME}, BEGAN, is_open=False) is touched


def test_what_was_taken_back_and_is_said_again_touches_what_is_open():
    assert touches(change([], [(900, *OF_2025)]), {INCOME}, BEGAN, is_open=True)


def test_the_facts_that_differ_are_told_once_with_how():
    draft, settled = {"detail": {"stage": "utkast"}}, {"detail": {"stage": "oppgjoer"}}
    before = [
        record(fact(150)),
        record(fact(150), fact(True, path="child.x"), fact(5, path="child.draft", **draft)),
    ]
    after = [record(fact(200), fact(7, "father", "child.household.adults[1].assessed_income"))]
    after += [record(fact(6, path="child.draft", **settled))]
    found = [(one.path, one.subject, one.how, one.before, one.after) for one in changed_facts(before, after)]
    assert found == [
        ("child.draft", "mother", "settled", 5, 6),
        ("child.household.adults[0].assessed_income", "mother", "corrected", 150, 200),
        ("child.household.adults[1].assessed_income", "father", "new", None, 7),
        ("child.x", "mother", "annulled", True, None),
    ]
    assert used_in(before) >= {INCOME}


@pytest.mark.parametrize(
    ("answer", "fee", "outcome", "paid"),
    [
        ("yes", 818, "granted", 818),
        ("no", 900, "refused", 1200),
        ("undetermined", None, "undetermined", None),
    ],
)
def test_terms_are_read_from_what_was_kept(answer, fee, outcome, paid):
    found = terms_of([record(answer=answer, fee=fee)], ["amount"], "amount")
    assert (found.outcome, found.fee) == (outcome, paid)


@pytest.mark.parametrize(
    ("decided", "now", "favour", "difference"),
    [
        ("granted", Terms("yes", Decimal(545), Decimal(1200)), "for", -273),
        ("granted", Terms("yes", Decimal(1091), Decimal(1200)), "against", 273),
        ("granted", Terms("no", Decimal(1200), Decimal(1200)), "against", 382),
        ("granted", Terms("undetermined", None, None), "against", None),
        ("refused", Terms("yes", Decimal(818), Decimal(1200)), "for", -382),
        ("refused", Terms("yes", Decimal(1200), Decimal(1200)), "for", 0),
    ],
)
def test_in_whose_favour(decided, now, favour, difference):
    found = propose({"monthly_fee": "818", "full_fee": 1200}, YEAR, decided, now)
    assert (found.favour, found.difference) == (favour, difference)
    assert Proposal.of_json({**found.as_json(), "valid_from": "2026-12-01"}) == found


def the_proposal(fee: int = 545) -> Proposal:
    return propose(
        {"monthly_fee": 818, "full_fee": 1200}, YEAR, "granted", Terms("yes", Decimal(fee), Decimal(1200))
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, ()),
        ({"automatic": False}, ("reconsider_judged",)),
        ({"judged": True}, ("reconsider_judged",)),
        ({"other_rules": True}, ("reconsider_other_rules",)),
        ({"asked": ["shared_residence"]}, ("shared_residence",)),
    ],
)
def test_a_machine_may_only_where_nothing_is_judged(given, why):
    plain = {"automatic": True, "judged": False, "other_rules": False, "asked": []}
    assert why_a_human(the_proposal(), **{**plain, **given}) == why
    assert why_a_human(the_proposal(900), **{**plain, **given}) == ("reconsider_against", *why)


def test_the_same_is_found_once_and_said_later_it_is_another_change():
    one = changed_facts([record(fact(150))], [record(fact(200))])
    again = changed_facts([record(fact(150))], [record({**fact(200), "fact": "another"})])
    assert digest_of(one, the_proposal()) == digest_of(one, the_proposal())
    assert (
        len(
            {
                digest_of(one, the_proposal()),
                digest_of(again, the_proposal()),
                digest_of(one, the_proposal(9)),
            }
        )
        == 3
    )


def test_another_text_of_a_rule_is_noticed():
    assert not versions_differ([record()], [record(fee=1)])
    assert versions_differ([record()], [record(version="v2")])


def test_the_time_to_answer_is_the_municipalitys():
    assert answer_by(date(2026, 12, 1), {"advance_notice_days": 14}) == date(2026, 12, 15)
    for wrong in (0, "14", True, 1.5, 400):
        with pytest.raises(NoticeDaysWrong, match="advance_notice_days"):
            notice_days({"advance_notice_days": wrong})


@pytest.mark.parametrize(
    ("state", "today", "heard"),
    [
        ("found", date(2027, 1, 1), False),
        ("noticed", date(2026, 12, 22), False),  # the last day is theirs
        ("noticed", date(2026, 12, 23), True),
        ("answered", date(2026, 12, 2), True),
    ],
)
def test_nobody_is_judged_unheard(state, today, heard):
    assert is_heard(state, date(2026, 12, 22), today) is heard


def test_a_change_counts_from_the_beginning_or_only_ahead():
    assert first_days(YEAR, date(2027, 1, 20)) == (BEGAN, date(2027, 2, 1))
    assert first_days(YEAR, date(2026, 11, 20)) == (BEGAN,)  # it has not begun
    assert first_days(YEAR, date(2027, 7, 20)) == (BEGAN,)  # nothing is left of it


def test_the_day_applied_is_the_one_said_else_the_day_it_was_received():
    received = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # past midnight in Norway
    plain = Submission("e", "p", "s", "9999", "whole_stay")
    assert plain.counts_from(received) == date(2026, 12, 1)
    assert replace(plain, applied_on=date(2026, 8, 1)).counts_from(received) == date(2026, 8, 1)


def test_a_ground_is_known_by_its_name():
    assert ground_of("not_arrived") == "not_arrived"
    with pytest.raises(KeyError):
        ground_of("because")
