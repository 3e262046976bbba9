"""When a machine may decide, and why not (§ 3e last paragraph)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assistant.casework.automation import Matter, Situation, reasons_for_human
from assistant.casework.submission import DisputedFact, Submission
from rules.determination import Determination, Discretion, LawReference, UsedFact, UsedParameter

ORDINARY = Situation(
    protected_address=False, shared_residence=False, declared_cohabitant=False, shielded_income=False
)
SENT = Submission("apply_reduced_fee", "p", "c", "9999", "whole_stay")
LASTING = Discretion(
    "lasting_drop",
    {"nb": "Er nedgangen varig?", "nn": "Er nedgangen varig?", "en": "Is the fall lasting?"},
    (LawReference("FOR-2005-12-16-1478", "§ 3b b"),),
)


def determined(answer="yes", missing=(), discretion=(), used=()):
    return Determination(
        "kindergarten.reduced_fee", "v", date(2026, 12, 1), answer, {}, missing, (), used, (), discretion
    )


def price_and_limit(price, limit):
    return (
        UsedFact("child.kindergarten_place.price", Decimal(price)),
        UsedParameter("max_price", Decimal(limit), "NOK/month", None, "s"),
    )


PLAIN = Matter((determined(),), ORDINARY, SENT, date(2026, 11, 23), "same_month")
WRONG_INCOME = DisputedFact("person.assessed_income@a", "Inntekt", "500 000 kr", "", "Jeg sluttet i mai")


@pytest.mark.parametrize(
    ("matter", "reasons"),
    [
        (PLAIN, []),
        (replace(PLAIN, determinations=(determined("no"),)), []),
        (replace(PLAIN, determinations=(determined(discretion=(LASTING,)),)), ["discretion.lasting_drop"]),
        (replace(PLAIN, submission=replace(SENT, disputed=(WRONG_INCOME,))), ["disputed_fact"]),
        (
            replace(PLAIN, submission=replace(SENT, for_worker={"cohabitant": {"nb": "Samboer"}})),
            ["answer.cohabitant"],
        ),
        (
            replace(PLAIN, determinations=(determined("undetermined", ("child.birth_date",)),)),
            ["undetermined"],
        ),
        (
            replace(
                PLAIN,
                determinations=(determined("undetermined", ("child.household.adults.assessed_income",)),),
            ),
            ["income_missing"],
        ),
        # documents are for a human to judge, also where the rules could decide; that no register tells is no news
        (replace(PLAIN, submission=replace(SENT, generation="documented")), ["documents"]),
        (
            replace(
                PLAIN,
                determinations=(determined("undetermined", ("child.household.adults.assessed_income",)),),
                submission=replace(SENT, generation="documented"),
            ),
            ["documents"],
        ),
        (replace(PLAIN, situation=replace(ORDINARY, shielded_income=True)), ["income_shielded"]),
        (replace(PLAIN, situation=replace(ORDINARY, protected_address=True)), ["address_protected"]),
        (replace(PLAIN, situation=replace(ORDINARY, shared_residence=True)), ["shared_residence"]),
        (replace(PLAIN, situation=replace(ORDINARY, declared_cohabitant=True)), ["cohabitant"]),
        (replace(PLAIN, applied_on=date(2026, 8, 1), edge=None), ["edge_date"]),
        (replace(PLAIN, applied_on=date(2026, 8, 1), edge="next_month"), []),
        (replace(PLAIN, applied_on=date(2026, 8, 2), edge=None), []),
        (
            replace(PLAIN, determinations=(determined(used=price_and_limit(1201, 1200)),)),
            ["price_above_limit"],
        ),
        (replace(PLAIN, determinations=(determined(used=price_and_limit(1200, 1200)),)), []),
        (
            replace(
                PLAIN,
                determinations=(determined(discretion=(LASTING,)),),
                situation=replace(ORDINARY, shared_residence=True, protected_address=True),
            ),
            ["discretion.lasting_drop", "address_protected", "shared_residence"],
        ),
        # what no register and no person has stated is no reason by itself
        (replace(PLAIN, situation=Situation(None, None, None, None)), []),
    ],
)
def test_a_person_decides_where_discretion_or_doubt_is(matter, reasons):
    assert [reason.id for reason in reasons_for_human(matter)] == reasons


def test_every_reason_has_words_in_three_languages_and_law():
    everything = replace(
        PLAIN,
        determinations=(
            determined(
                "undetermined", ("child.household.adults.assessed_income",), (LASTING,), price_and_limit(2, 1)
            ),
        ),
        situation=Situation(True, True, True, True),
        submission=replace(SENT, disputed=(WRONG_INCOME,)),
        applied_on=date(2026, 9, 1),
        edge=None,
    )
    reasons = reasons_for_human(everything)
    assert len(reasons) == 9
    for reason in reasons:
        assert {"nb", "nn", "en"} <= set(reason.text), reason.id
        assert reason.law, reason.id


def test_only_missing_facts_are_waited_for():
    waiting = reasons_for_human(replace(PLAIN, determinations=(determined("undetermined", ("child.x",)),)))
    assert [reason.waits for reason in waiting] == [True]
    settled = reasons_for_human(replace(PLAIN, situation=replace(ORDINARY, shared_residence=True)))
    assert [reason.waits for reason in settled] == [False]
