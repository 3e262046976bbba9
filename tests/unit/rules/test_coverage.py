"""`varde rules coverage`: what of a rule is tested, sourced and told."""

import json

from assistant.cli import main
from rules import Catalogue
from rules.coverage import as_text, coverage
from rules.rule_file import load_rule

RULE = """\
rule: example.discount
about: customer
title: {nb: Rabatt, nn: Rabatt, en: Discount}
concepts: {customer.age: number, customer.member: boolean}
conditions:
  - {id: old_enough, that: customer.age >= 67, text: {nb: a, nn: b, en: c}, law: {act: LOV-1, section: § 1}}
  - {id: member, that: customer.member}
comes_about: automatic
known_gaps: [{nb: a, nn: b, en: c}]
tests:
  - {name: at, on: 2024-01-01, given: {customer: {age: 67, member: true}}, expect: {answer: yes}, because: x}
"""


def covered(text):
    rule = load_rule(text, "example.yaml")
    return coverage([rule], Catalogue(rule.model, {rule.id: rule}, {}))[0]


def test_a_side_that_no_test_stands_on_is_named():
    found = covered(RULE)
    assert found.untested == ("customer.age >= 67 does not hold",)
    other = RULE[RULE.index("  - {name: at") :].replace("67", "66").replace("yes", "no")
    assert covered(RULE + other).untested == ()


def test_what_has_no_law_or_texts_is_named():
    found = covered(RULE)
    assert (found.without_law, found.without_texts) == (("member",), ("summary", "condition member"))
    assert (found.comes_about, found.known_gaps) == ("automatic", 1)
    assert "no test where customer.age >= 67 does not hold" in as_text([found])


def test_every_rule_of_the_catalogue_has_law_texts_and_how_it_comes_about(capsys):
    assert main(["rules", "coverage", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rules"]
    assert {row["rule"] for row in rows} == set(Catalogue.load().rules)
    for row in rows:
        assert (row["without_law"], row["without_texts"]) == ([], []), row["rule"]
        assert row["comes_about"], row["rule"]
        assert len(row["untested"]) <= row["sides"] / 4, row["rule"]
