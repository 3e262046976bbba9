"""The benefits of the catalogue against tables of what law and published rates say, written apart from the rules.

A table has somebody, and rows of a day, what is otherwise of them then, and what they get: values, or a bare answer.
`ftrl` is the National Insurance Act. Where a row says only `yes` or `no`, the side of a boundary is what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from rules import Catalogue, determine
from rules.yaml_source import read_yaml

CATALOGUE = Catalogue.load()

TABLES = """
- rule: having_a_child.cash_for_care
  law: kontantstøtteloven § 7, by hours a week; full 7 500 kr
  somebody: {birth_date: 2025-03-10, residence_status: resident}
  rows:
    - [2026-06-01, {kindergarten_place: null}, {monthly_amount: 7500}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 1}}, {monthly_amount: 6000}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 8}}, {monthly_amount: 6000}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 9}}, {monthly_amount: 4500}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 16}}, {monthly_amount: 4500}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 17}}, {monthly_amount: 3000}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 24}}, {monthly_amount: 3000}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 25}}, {monthly_amount: 1500}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 32}}, {monthly_amount: 1500}]
    - [2026-06-01, {kindergarten_place: {weekly_hours: 33}}, no]
- rule: having_a_child.cash_for_care
  law: kontantstøtteloven § 8, from the month after 12 months through that of 19 months; three months back
  somebody: {residence_status: resident, kindergarten_place: null}
  rows:
    - [2026-01-31, {birth_date: 2025-01-01}, no]
    - [2026-02-01, {birth_date: 2025-01-31}, {apply_by: 2026-05-31, last_day_paid: 2026-08-31}]
    - [2026-08-31, {birth_date: 2025-01-01}, yes]
    - [2026-09-01, {birth_date: 2025-01-31}, no]
    - [2027-02-28, {birth_date: 2025-07-31}, yes]
- rule: having_a_child.child_benefit
  law: barnetrygdloven § 11, from the month after the birth through the month before 18
  somebody: {birth_date: 2026-03-31, residence_status: resident}
  rows:
    - [2026-03-31, {}, no]
    - [2026-04-01, {}, {first_paid_month: 2026-04-01, last_day_paid: 2044-02-29}]
    - [2044-02-29, {}, yes]
    - [2044-03-01, {}, no]
    - [2026-06-01, {birth_date: 2008-06-30}, no]
- rule: having_a_child.northern_supplement
  law: 500 kr from October 2025, 512 from February 2026
  settings: {zone: action_zone}
  somebody: {birth_date: 2020-05-05, residence_status: resident}
  rows:
    - [2026-01-01, {}, {monthly_supplement: 500}]
    - [2026-01-31, {}, {monthly_supplement: 500}]
    - [2026-02-01, {}, {monthly_supplement: 512}]
- rule: having_a_child.small_child_supplement
  law: 712 kr from February 2026
  somebody: {receives_transitional_benefit: true, wards: [{birth_date: 2024-06-01}]}
  rows:
    - [2026-01-31, {}, undetermined]
    - [2026-02-01, {}, {monthly_supplement: 712}]
- rule: having_a_child.shared_child_benefit
  law: barnetrygdloven § 2 third paragraph
  somebody: {birth_date: 2020-05-05, residence_status: resident, shared_residence: [{name: A}, {name: B}]}
  rows: [[2026-06-01, {}, {share_each: 50}]]
- rule: having_a_child.parental_benefit
  law: ftrl §§ 14-9, 14-10 and 14-12
  somebody: {expected_child_due_on: 2026-10-01, income_months_of_last_ten: 6, income_basis: 520000}
  rows:
    - [2026-06-01, {}, {days_at_100: 245, weeks_at_100: 49, days_at_80: 306, weeks_at_80: 61, days_over_at_80: 1}]
    - [2026-06-01, {}, {quota_days_at_100: 75, quota_days_at_80: 95, twin_days_at_100: 85, twin_days_at_80: 106}]
    - [2026-06-01, {}, {triplet_days_at_100: 230, triplet_days_at_80: 288}]
    - [2026-06-01, {}, {earliest_start: 2026-07-09, mother_starts_by: 2026-09-10, take_before: 2029-10-01}]
    - [2026-06-01, {}, {daily_at_100: 2000, daily_at_80: 1600}]
- rule: having_a_child.parental_benefit
  law: ftrl §§ 14-6 and 14-7, six of ten months, at least half of G and at most six
  somebody: {expected_child_due_on: 2026-10-01, income_months_of_last_ten: 10}
  rows:
    - [2026-04-30, {income_basis: 65079.99}, no]
    - [2026-04-30, {income_basis: 65080}, {yearly_basis: 65080}]
    - [2026-04-30, {income_basis: 999999}, {yearly_basis: 780960}]
    - [2026-05-01, {income_basis: 68274.49}, no]
    - [2026-05-01, {income_basis: 68274.50}, {yearly_basis: 68274.50}]
    - [2026-05-01, {income_basis: 819295}, {yearly_basis: 819294}]
    - [2026-06-01, {income_basis: 500000, income_months_of_last_ten: 5}, no]
    - [2026-06-01, {income_basis: 500000, income_months_of_last_ten: 6}, yes]
- rule: having_a_child.lump_sum_grant
  law: ftrl §§ 14-17 and 22-13, 92 648 kr; twelve months of membership; six months to claim
  somebody: {expected_child_due_on: 2026-10-01, income_months_of_last_ten: 0, income_basis: 0}
  rows:
    - [2026-06-01, {insured_since: 2025-10-01}, {grant: 92648, apply_by: 2027-04-01}]
    - [2026-06-01, {insured_since: 2025-10-02}, no]
- rule: ill_child.care_days
  law: ftrl §§ 9-5 and 9-6; the children are born in May 2018
  rows:
    - [2026-06-01, {well: 1}, {days_a_year: 10}]
    - [2026-06-01, {well: 2}, {days_a_year: 10}]
    - [2026-06-01, {well: 3}, {days_a_year: 15}]
    - [2026-06-01, {well: 2, alone: true}, {days_a_year: 20}]
    - [2026-06-01, {well: 3, alone: true}, {days_a_year: 30}]
    - [2026-06-01, {ill: 1}, {days_a_year: 20}]
    - [2026-06-01, {ill: 1, alone: true}, {days_a_year: 40}]
    - [2026-06-01, {well: 2, ill: 1}, {days_a_year: 25}]
    - [2026-06-01, {well: 2, ill: 1, alone: true}, {days_a_year: 50}]
    - [2026-06-01, {ill: 3, alone: true}, {days_a_year: 90}]
    - [2030-12-31, {well: 1}, yes]
    - [2031-01-01, {well: 1}, no]
    - [2036-12-31, {ill: 1}, yes]
    - [2037-01-01, {ill: 1}, no]
- rule: illness_and_care.sick_pay
  law: ftrl §§ 8-2, 8-3, 8-10, 8-12 and 8-19
  somebody:
    birth_date: 1985-01-01
    sick_leave_since: 2026-05-04
    in_work_since: 2020-01-01
    income_basis: 520000
    sickness_benefit_days_used: 0
  rows:
    - [2026-06-01, {}, {daily_amount: 2000, days_left: 248, employer_pays_through: 2026-05-19}]
    - [2026-06-01, {income_basis: 2000000}, {daily_amount: 3151.13}]
    - [2026-06-01, {income_basis: 68274.50}, {daily_amount: 262.59}]
    - [2026-06-01, {income_basis: 68274.49}, no]
    - [2026-05-19, {income_basis: 1000}, yes]
    - [2026-05-20, {income_basis: 1000}, no]
    - [2026-06-01, {sickness_benefit_days_used: 247}, {days_left: 1}]
    - [2026-06-01, {sickness_benefit_days_used: 248}, no]
    - [2026-06-01, {birth_date: 1959-06-02}, {days_left: 248}]
    - [2026-06-01, {birth_date: 1959-06-01}, {days_left: 60}]
    - [2026-06-01, {birth_date: 1959-06-01, sickness_benefit_days_used: 60}, no]
    - [2026-06-01, {birth_date: 1956-06-02}, yes]
    - [2026-06-01, {birth_date: 1956-06-01}, no]
    - [2026-06-01, {in_work_since: 2026-04-06}, yes]
    - [2026-06-01, {in_work_since: 2026-04-07}, no]
- rule: illness_and_care.work_assessment_allowance
  law: ftrl §§ 11-2, 11-5, 11-12 and 11-20, 66 percent, at least 2.041 G or two thirds of it below 25
  somebody: {birth_date: 1985-01-01, work_capacity_reduced_by: 50, insured_since: 2001-06-01, income_basis: 0}
  rows:
    - [2026-06-01, {income_basis: 600000}, {yearly: 396000, daily: 1523.08, most_years: 3, most_years_more: 2}]
    - [2026-06-01, {}, {yearly: 278697}]
    - [2026-06-01, {birth_date: 2001-06-01}, {yearly: 278697}]
    - [2026-06-01, {birth_date: 2001-06-02}, {yearly: 185798}]
    - [2026-04-30, {}, {yearly: 265657}]
    - [2026-06-01, {work_capacity_reduced_by: 49}, no]
    - [2026-06-01, {insured_since: 2021-06-01}, yes]
    - [2026-06-01, {insured_since: 2021-06-02}, no]
- rule: illness_and_care.disability_benefit
  law: ftrl §§ 12-4 and 12-7
  somebody: {work_capacity_reduced_by: 50, receives_work_assessment_allowance: false, disability_degree: null}
  rows:
    - [2026-06-01, {birth_date: 2008-06-02}, no]
    - [2026-06-01, {birth_date: 2008-06-01}, yes]
    - [2026-06-01, {birth_date: 1964-06-01}, {income_year_before: 136549, income_in_three_years: 409647}]
    - [2026-06-01, {birth_date: 1959-06-02}, yes]
    - [2026-06-01, {birth_date: 1959-06-01}, no]
    - [2026-06-01, {birth_date: 1985-01-01, work_capacity_reduced_by: 49}, no]
    - - 2026-06-01
      - {birth_date: 1985-01-01, work_capacity_reduced_by: 40, receives_work_assessment_allowance: true}
      - yes
- rule: illness_and_care.free_card
  law: ceilings of 3 040 kr in 2023 and 3 278 kr in 2026; those between are not known
  rows:
    - [2023-06-01, {user_fees_this_year: 3039}, no]
    - [2023-06-01, {user_fees_this_year: 3040}, {until: 2023-12-31}]
    - [2024-06-01, {user_fees_this_year: 5000}, undetermined]
    - [2025-06-01, {user_fees_this_year: 5000}, undetermined]
    - [2026-06-01, {user_fees_this_year: 3277}, no]
    - [2026-06-01, {user_fees_this_year: 3278}, {until: 2026-12-31}]
- rule: illness_and_care.dental_care
  law: free through 18, 25 percent from 19 through 28, from July 2025
  somebody: {residence_status: resident}
  rows:
    - [2025-06-30, {birth_date: 2010-07-01}, undetermined]
    - [2025-07-01, {birth_date: 2007-07-01}, {share_paid: 0}]
    - [2026-08-01, {birth_date: 2007-07-01}, {share_paid: 25}]
    - [2026-08-01, {birth_date: 1998-07-01}, {share_paid: 25}]
    - [2026-08-01, {birth_date: 1997-07-01}, no]
- rule: death_and_inheritance.childrens_pension
  law: ftrl §§ 18-4 and 18-5, 1 G or 2.25 G by years of insurance of 40, until 20
  somebody: {birth_date: 2015-01-01, receives_child_pension: false}
  rows:
    - [2026-06-01, {dead_with_years: [40], alive: 1}, {yearly_pension: 136549}]
    - [2026-04-30, {dead_with_years: [45], alive: 1}, {yearly_pension: 130160}]
    - [2026-06-01, {dead_with_years: [20], alive: 1}, {yearly_pension: 68275}]
    - [2026-06-01, {dead_with_years: [10], alive: 1}, {yearly_pension: 34137}]
    - [2026-06-01, {dead_with_years: [40]}, {yearly_pension: 307235}]
    - [2026-04-30, {dead_with_years: [40]}, {yearly_pension: 292860}]
    - [2026-06-01, {birth_date: 2006-06-02, dead_with_years: [40]}, yes]
    - [2026-06-01, {birth_date: 2006-06-01, dead_with_years: [40]}, no]
- rule: death_and_inheritance.forced_share
  law: arveloven § 50, two thirds, at most 15 times G at the death
  somebody: {estate_value: 90000000, children: [{death_date: null}]}
  rows:
    - [2026-06-01, {death_date: 2024-05-01}, {most_each: 1860420, forced_share: 1860420}]
    - [2026-06-01, {death_date: 2026-04-30}, {most_each: 1952400}]
    - [2026-06-01, {death_date: 2026-05-01}, {most_each: 2048235}]
    - [2027-05-01, {death_date: 2026-05-01}, {most_each: 2048235}]
    - [2026-06-01, {death_date: 2026-05-01, estate_value: 1200000}, {forced_share: 800000}]
- rule: death_and_inheritance.undivided_estate
  law: arveloven § 96, 60 days
  somebody: {spouse: {death_date: 2026-04-20}, joint_estate: true}
  rows: [[2026-06-19, {}, {notify_by: 2026-06-19}], [2026-06-20, {}, no]]
- rule: death_and_inheritance.private_settlement
  law: arveloven §§ 116 and 117, 60 days; limited below three times G
  somebody: {death_date: 2026-04-20, children: [{birth_date: 1980-01-01, death_date: null}]}
  rows:
    - [2026-06-19, {estate_value: 409646}, {take_on_by: 2026-06-19, limited_below: 409647, liability_limited: true}]
    - [2026-06-19, {estate_value: 409647}, {liability_limited: false}]
    - [2026-06-20, {}, no]
- rule: death_and_inheritance.certificate_of_probate
  law: arveloven § 118, when the 60 days are over
  somebody: {death_date: 2026-04-20}
  rows: [[2026-06-19, {}, no], [2026-06-20, {}, yes]]
- rule: death_and_inheritance.funeral_grant
  law: ftrl §§ 7-2 and 22-13, six months; no means test below 18
  somebody: {birth_date: 2008-04-21, death_date: 2026-04-20}
  rows:
    - [2026-10-20, {}, {apply_by: 2026-10-20, no_means_test: true}]
    - [2026-10-21, {}, no]
    - [2026-10-20, {birth_date: 2008-04-20}, {no_means_test: false}]
- rule: death_and_inheritance.adjustment_allowance
  law: ftrl § 17-5, three years; until 67 for those born in 1963 or before
  somebody: {married_on: 2000-01-01, had_child_with_spouse: true, wards: [], spouse: {death_date: 2026-04-20}}
  rows:
    - [2029-04-19, {birth_date: 1964-01-01}, {until: 2029-04-20}]
    - [2029-04-20, {birth_date: 1964-01-01}, no]
    - [2030-12-30, {birth_date: 1963-12-31}, {until: 2030-12-31}]
    - [2030-12-31, {birth_date: 1963-12-31}, no]
- rule: family.childcare_benefit
  law: ftrl § 15-10, 64 percent, not above six G, through the fourth grade
  somebody: {marital_status: unmarried, in_work: true, address_key: a, income_basis: 300000}
  rows:
    - [2026-04-30, {grade: 4, income_basis: 780960}, {covered: 64}]
    - [2026-04-30, {grade: 4, income_basis: 780961}, no]
    - [2026-05-01, {grade: 4, income_basis: 819294}, {covered: 64}]
    - [2026-05-01, {grade: 4, income_basis: 819295}, no]
    - [2026-05-01, {grade: 5}, no]
- rule: family.transitional_benefit
  law: ftrl § 15-5, a child below eight
  somebody: {marital_status: divorced, address_key: a}
  rows: [[2026-06-01, {born: 2018-06-02}, {most_years: 3}], [2026-06-01, {born: 2018-06-01}, no]]
- rule: family.mediation
  law: ekteskapsloven § 26, children below 16
  somebody: {marital_status: married, living_apart_since: 2026-01-01}
  rows: [[2026-06-01, {born: 2010-06-02}, yes], [2026-06-01, {born: 2010-06-01}, no]]
- rule: family.divorce_after_separation
  law: ekteskapsloven § 21, one year
  somebody: {marital_status: separated, marital_status_since: 2025-06-02}
  rows: [[2026-06-01, {}, no], [2026-06-02, {}, {from_day: 2026-06-02}]]
- rule: family.divorce_after_break
  law: ekteskapsloven § 22, two years
  somebody: {marital_status: married, living_apart_since: 2024-06-02}
  rows: [[2026-06-01, {}, no], [2026-06-02, {}, {from_day: 2026-06-02}]]
- rule: family.marriage_conditions
  law: ekteskapsloven § 1a, 18 years
  somebody: {wants_to_marry: true, birth_date: 2008-06-02, marital_status: unmarried}
  rows: [[2026-06-01, {}, no], [2026-06-02, {}, yes]]
- rule: family.advance_child_support
  law: forskotteringsloven § 2, below 18
  somebody: {residence_status: resident, child_support_collected: true, receives_child_pension: false, parents: []}
  rows: [[2026-06-01, {birth_date: 2008-06-02}, yes], [2026-06-01, {birth_date: 2008-06-01}, no]]
- rule: ill_child.care_benefit
  law: ftrl § 9-10, below 18; two carers at a time
  somebody: {says_child_seriously_ill: true, guardians: [{in_work: true}]}
  rows: [[2026-06-01, {birth_date: 2008-06-02}, {carers_at_most: 2}], [2026-06-01, {birth_date: 2008-06-01}, no]]
- rule: pension.old_age_pension
  law: ftrl §§ 19-4 and 20-2, 62 years, and 67 without conditions
  somebody: {disability_degree: null, receives_old_age_pension: false}
  rows:
    - [2026-06-01, {birth_date: 1964-06-02}, no]
    - [2026-06-01, {birth_date: 1964-06-01}, {earnings_asked_for: true, paid_from_earliest: 2026-07-01}]
    - [2026-06-01, {birth_date: 1959-06-01}, {earnings_asked_for: false}]
- rule: pension.supplementary_benefit
  law: lov om supplerande stønad §§ 3 and 4, 67 years, 90 days abroad
  somebody: {residence_status: resident, free_of_permit: true, insured_years: 10, birth_date: 1959-06-01}
  rows:
    - [2026-06-01, {days_abroad_planned: 90}, {most_days_abroad: 90}]
    - [2026-06-01, {days_abroad_planned: 91}, no]
    - [2026-06-01, {days_abroad_planned: 0, birth_date: 1959-06-02}, no]
"""


def in_full(who: dict[str, Any]) -> dict[str, Any]:
    """Short words made facts: children at home, `well` or `ill`, in a `grade` or `born` a day; dead parents."""
    short = {name: who.pop(name) for name in SHORT if name in who}
    if "dead_with_years" in short:
        dead = [
            {"death_date": date(2026, 3, 1), "insured_years": years} for years in short["dead_with_years"]
        ]
        return who | {"parents": [*dead, *[{"death_date": None}] * short.get("alive", 0)]}
    if not short:
        return who
    two = ("well" in short or "ill" in short) and not short.get("alone")
    ward = {
        "address_key": "a",
        "shared_residence": [],
        "guardians": [{"address_key": "a"}] * (2 if two else 1),
        "birth_date": short.get("born", date(2018, 5, 5)),
        "school_grade": short.get("grade"),
    }
    each_is_ill = [False] * short.get("well", 0) + [True] * short.get("ill", 0) or [False]
    wards = [ward | {"chronically_ill": ill} for ill in each_is_ill]
    return {"in_work": True, "address_key": "a", **who, "wards": wards}


SHORT = ("well", "ill", "alone", "grade", "born", "dead_with_years", "alive")


def rows() -> Iterator[Any]:
    for table in read_yaml(TABLES, "tables").plain():
        for on, more, wanted in table["rows"]:
            who = in_full(table.get("somebody", {}) | more)
            name = f"{table['rule']} {on} {more}"
            yield pytest.param(table["rule"], on, who, table.get("settings", {}), wanted, id=name)


@pytest.mark.parametrize(("rule_id", "on", "who", "settings", "wanted"), list(rows()))
def test_what_somebody_gets(
    rule_id: str, on: date, who: dict[str, Any], settings: dict[str, Any], wanted: Any
) -> None:
    rule = CATALOGUE.rules[rule_id]
    found = determine(rule, on, {rule.about: who}, settings, CATALOGUE)
    assert found.answer == (wanted if isinstance(wanted, str) else "yes"), (found.missing, found.reasons)
    if not isinstance(wanted, str):
        assert {name: found.values.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        ("2024-04-30", None),
        ("2024-05-01", 124_028),
        ("2025-04-30", 124_028),
        ("2025-05-01", 130_160),
        ("2026-04-30", 130_160),
        ("2026-05-01", 136_549),
    ],
)
def test_the_basic_amount(on: str, amount: int | None) -> None:
    found = CATALOGUE.model.shared_values["basic_amount"].at(date.fromisoformat(on), {})
    assert (found and found.value) == amount


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_forced_share_has_the_basic_amounts_that_all_share(year: int) -> None:
    first = date(year, 5, 1)
    own = {one.name: one for one in CATALOGUE.rules["death_and_inheritance.forced_share"].parameters}
    assert own[f"basic_amount_of_{year}"].at(first, {}).value == own["basic_amount"].at(first, {}).value  # type: ignore[union-attr]


@pytest.mark.parametrize(("on", "amount"), [("2025-09-30", None), ("2025-10-01", 500), ("2026-02-01", 512)])
def test_the_northern_supplement_of_2025_is_entered(on: str, amount: int | None) -> None:
    parameters = CATALOGUE.rules["having_a_child.northern_supplement"].parameters
    (rate,) = [one for one in parameters if one.name == "supplement"]
    found = rate.at(date.fromisoformat(on), {})
    assert (found and found.value) == amount


OF_NAV = [rule.id for rule in CATALOGUE.rules.values() if rule.authority == "nav" and rule.kind == "benefit"]


@pytest.mark.parametrize("rule_id", OF_NAV)
def test_a_benefit_of_nav_is_appealed_within_six_weeks(rule_id: str) -> None:
    appeal = CATALOGUE.rules[rule_id].appeal
    assert appeal is not None
    assert (appeal.to, appeal.within) == ("nav", "P6W")
