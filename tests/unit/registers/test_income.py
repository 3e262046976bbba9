"""Which posts of the tax basis are a person's income, and what is said when nobody has decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistant.registers import (
    MalformedAnswer,
    statements_from_tax_basis,
    statements_without_assessment,
    unclassified_posts,
)
from assistant.registers.income import Post, add_up, group_of
from assistant.registers.tax import read_basis
from tests.unit.registers.documents import MOTHER

PAY = "samletLoennsinntektMedTrygdeavgiftspliktOgMedTrekkplikt"
INTEREST = "samledeOpptjenteRenterIInnenlandskeBanker"
DIVIDEND = "utbytteFraAksje"
DIVIDEND_ADJUSTED = "oppjustertTilleggTilUtbytteFraAksje"
OWN_BUSINESS = "samletPersoninntektFraEnkeltpersonforetakInnenJordbrukReindriftSkiferproduksjonOgAnnenNaering"
OWN_PROFIT = "samletOverskuddAvEnkeltpersonforetakInnenAnnenNaering"


def basis(posts: dict[str, int], **more: Any) -> dict[str, Any]:
    """A basis in version 2, where `kategori` is a text."""
    kinds = {
        DIVIDEND_ADJUSTED: "oppjusteringAvEierinntekter",
        "innskudd": "formue",
        "renter": "inntektsfradrag",
    }
    return {
        "personidentifikator": MOTHER,
        "inntektsaar": "2025",
        "grunnlag": [
            {"tekniskNavn": name, "beloep": amount, "kategori": kinds.get(name, "inntekt")}
            for name, amount in posts.items()
        ],
        "skjermet": False,
        "skatteoppgjoersdato": "2026-03-18",
        "stadie": "oppgjoer",
        "ajourholdstidspunkt": "2026-03-18T08:38:37.72Z",
    } | more


@pytest.mark.parametrize(
    ("posts", "amount"),
    [
        ({PAY: 400_000}, 400_000),
        ({PAY: 400_000, INTEREST: 1_500}, 401_500),
        ({PAY: 400_000, "renter": 60_000}, 400_000),  # debt interest is not deducted
        ({PAY: 400_000, "innskudd": 983_351}, 400_000),  # wealth is not income
        ({OWN_BUSINESS: 51_432, OWN_PROFIT: 51_432}, 51_432),  # the same income, counted once
        ({PAY: 300_000, DIVIDEND: 10_000}, 310_000),
        ({}, 0),
    ],
)
def test_income_is_personal_income_and_gross_capital_income(posts: dict[str, int], amount: int) -> None:
    income, _ = statements_from_tax_basis(read_basis(basis(posts)))

    assert income.spans[0].value == Decimal(amount)
    assert "open_question" not in income.spans[0].detail


def test_the_upward_adjustment_of_dividends_is_not_counted_but_both_sums_are_shown() -> None:
    posts = {PAY: 300_000, DIVIDEND: 27_493, DIVIDEND_ADJUSTED: 19_795}
    income, _ = statements_from_tax_basis(read_basis(basis(posts)))

    assert income.spans[0].value == Decimal(327_493)
    detail = income.spans[0].detail
    assert detail["sum_without_adjustment"] == "327493"
    assert detail["sum_with_adjustment"] == "347288"
    assert detail["open_question"] == "upward_adjustment"


def test_a_post_nobody_has_classified_leaves_the_income_unknown() -> None:
    read = read_basis(basis({PAY: 400_000, "enNyInntektspost": 1}))
    income, shielded, _ = statements_from_tax_basis(read)

    assert income.spans == ()
    assert not income.empty_is_known
    assert shielded.spans[0].value is False
    assert unclassified_posts(read) == ("enNyInntektspost",)


def test_a_shielded_person_has_no_amount_here() -> None:
    income, shielded, _ = statements_from_tax_basis(read_basis(basis({PAY: 400_000}, skjermet=True)))

    assert income.spans == ()
    assert shielded.spans[0].value is True


@pytest.mark.parametrize(
    "latest", [basis({PAY: 400_000, "enNyInntektspost": 1}), basis({PAY: 400_000}, skjermet=True)]
)
def test_an_older_assessment_does_not_stand_in_for_the_latest(latest: dict[str, Any]) -> None:
    """§ 3e: the latest assessment counts. Where it has no amount, that of the year before is not taken."""
    said = {one.scope: one for one in statements_from_tax_basis(read_basis(latest)) if one.scope}

    assert set(said) == {"2025", "2024"}
    assert said["2024"].concept == "person.assessed_income"
    assert (said["2024"].spans, said["2024"].empty_is_known) == ((), False)


def test_an_assessment_lasts_from_new_year_and_is_told_with_year_stage_and_posts() -> None:
    income, _ = statements_from_tax_basis(read_basis(basis({PAY: 1, INTEREST: 2}, stadie="UTKAST")))
    span = income.spans[0]

    assert (span.valid_from, span.valid_to) == (date(2026, 1, 1), date(2028, 1, 1))
    assert span.detail["income_year"] == 2025
    assert span.detail["stage"] == "utkast"
    assert span.detail["posts"] == {PAY: "1", INTEREST: "2"}


def test_an_assessment_taken_back_takes_its_year_back() -> None:
    (income,) = statements_without_assessment(MOTHER, 2025)

    assert (income.spans, income.scope) == ((), "2025")


def test_category_may_be_a_list_and_svalbard_counts_too() -> None:
    read = read_basis(
        {
            "personidentifikator": MOTHER,
            "inntektsaar": 2025,
            "grunnlag": [{"tekniskNavn": PAY, "beloep": 5, "kategori": ["inntekt"]}],
            "svalbardGrunnlag": [
                {
                    "tekniskNavn": "pensjonsinntektOmfattetAvLoennstrekkordningen",
                    "beloep": 7,
                    "kategori": "inntekt",
                }
            ],
        }
    )

    assert unclassified_posts(read) == ("pensjonsinntektOmfattetAvLoennstrekkordningen",)


def test_a_post_of_nothing_needs_no_group() -> None:
    assert group_of(Post("enNyInntektspost", Decimal(0), ("inntekt",))) == "not_counted"
    assert add_up([Post(PAY, Decimal("0.5"), ("inntekt",))] * 2).amount == 1


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"inntektsaar": "i fjor"}, "inntektsaar"),
        ({"grunnlag": {}}, "grunnlag"),
        ({"grunnlag": [{"tekniskNavn": PAY, "beloep": "400000"}]}, "grunnlag[0].beloep"),
        ({"grunnlag": [{"beloep": 1}]}, "grunnlag[0].tekniskNavn"),
        ({"skjermet": None}, "skjermet"),
        ({"personidentifikator": None}, "personidentifikator"),
    ],
)
def test_a_malformed_basis_is_refused_by_field(broken: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedAnswer) as refused:
        read_basis(basis({PAY: 400_000}) | broken)

    assert refused.value.field == field
    assert MOTHER not in str(refused.value)
