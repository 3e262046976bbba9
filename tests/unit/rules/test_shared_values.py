"""Values of law that many rules name stand once; what is wrong with them is told where it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.catalogue_loader import Catalogue
from rules.checking import check
from rules.dated_values import read_shared_value
from rules.determination import UsedParameter
from rules.evaluation import determine
from rules.faults import RuleFault

VALUE = """\
shared_value: basic_amount
title: {nb: G, nn: G, en: G}
unit: NOK/year
values:
  - {from: 2025-05-01, value: 130160, source: a page}
  - {from: 2026-05-01, value: 136549, source: a page}
"""
RULE = """\
rule: example.half_of_it
about: person
concepts: {person.age: number}
parameters: {basic_amount: shared}
outcome: {half: {value: basic_amount / 2, unit: NOK/year}}
"""


def catalogue(folder: Path, value: str = VALUE, rule: str = RULE) -> Catalogue:
    for name, text in (("shared_values/basic_amount.yaml", value), ("theme/half.yaml", rule)):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Catalogue.load(folder)


def test_a_rule_that_names_a_shared_value_reckons_with_it_and_tells_its_source(tmp_path: Path) -> None:
    rule = catalogue(tmp_path).rule("example.half_of_it")
    said = determine(rule, date(2026, 4, 30), {"person": {}})
    assert said.values == {"half": 65080}
    used = [one for one in said.used if isinstance(one, UsedParameter)]
    assert [(one.name, one.source) for one in used] == [("basic_amount", "a page")]
    assert said.changes_on == date(2026, 5, 1)


def test_a_new_amount_makes_another_version_of_every_rule_that_names_it(tmp_path: Path) -> None:
    before = catalogue(tmp_path).rule("example.half_of_it").version
    assert catalogue(tmp_path).rule("example.half_of_it").version == before
    assert catalogue(tmp_path, VALUE.replace("136549", "136550")).rule("example.half_of_it").version != before


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (VALUE.replace("unit: NOK/year\n", ""), "1: shared value: 'unit' is missing"),
        (VALUE.replace("2026-05-01", "2025-05-01"), "6: shared value: two values on 2025-05-01"),
        (VALUE + "by: wind\n", "7: shared value: 'by' is 'wind'"),
    ],
)
def test_what_is_wrong_in_its_file_is_told_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(RuleFault, match=f"here.yaml:{fault}"):
        read_shared_value(text, "here.yaml")


def test_a_name_nobody_shares_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(
        RuleFault, match="parameter basic_amont: is no shared value; did you mean basic_amount"
    ):
        catalogue(tmp_path, rule=RULE.replace("basic_amount", "basic_amont"))


def test_the_check_reads_the_file_of_a_shared_value_too(tmp_path: Path) -> None:
    path = tmp_path / "shared_values" / "basic_amount.yaml"
    path.parent.mkdir()
    path.write_text(VALUE.replace("value: 130160", "vale: 130160"))
    assert any("value" in fault.message for fault in check([path]).faults)
