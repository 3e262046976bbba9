"""What people ask about finds the card of the service or the rule, and what nobody offers finds none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.dialogue.services import found
from rules import Catalogue, RuleFault
from rules.service_file import ServiceCard, read_authorities_file, read_services_file

CATALOGUE = Catalogue.load()


def test_there_is_a_card_for_every_rule_and_for_forty_services_more() -> None:
    assert set(CATALOGUE.rules) <= set(CATALOGUE.cards)
    assert len(CATALOGUE.services) >= 40


@pytest.mark.parametrize("card", CATALOGUE.cards.values(), ids=lambda card: card.id)
def test_a_card_is_found_by_what_it_says_it_is_asked_for(card: ServiceCard) -> None:
    for language, lines in card.asked.items():
        for line in lines:
            ids = [other.id for other in found(CATALOGUE, line)]
            assert card.id in ids, (language, line, ids)


@pytest.mark.parametrize(
    ("said", "card"),
    [
        ("hvordan søker jeg om plass på sykehjem til faren min", "nursing_home"),
        ("når hentes søppelet hos oss", "waste"),
        ("eg treng nytt pass", "identity.passport"),
        ("how do i renew my passport", "identity.passport"),
        ("jeg er blitt arbeidsledig", "work_and_tax.unemployment_benefit"),
        ("får jeg dagpenger", "work_and_tax.unemployment_benefit"),
        ("mannen min er død, kan jeg sitte i uskifte?", "death_and_inheritance.undivided_estate"),
        ("can i get housing support for my rent", "moving_and_housing.housing_support"),
        ("jeg skal flytte, hvordan melder jeg flytting", "moving_and_housing.moving_notice"),
        ("hvor finner jeg biblioteket", "library"),
        ("sønnen min har lærevansker", "educational_psychology"),
        ("læringsvanskar hos barnet", "educational_psychology"),
        ("bilen må på eu-kontroll", "vehicles.periodic_inspection"),
        ("jeg klarer ikke å betale regningene", "debt_advice"),
        ("gratis tannlege til datteren min", "illness_and_care.dental_care"),
    ],
)  # fmt: skip
def test_people_find_what_they_ask_about(said: str, card: str) -> None:
    assert card in [one.id for one in found(CATALOGUE, said)]


@pytest.mark.parametrize("said", ["", "xyzzy plugh", "hva er meningen med livet", "42", "🐎"])
def test_what_nobody_offers_finds_nothing(said: str) -> None:
    assert found(CATALOGUE, said) == ()


CARD = "services: {a: {title: {nb: a, nn: a, en: a}, what: {nb: a, nn: a, en: a}, by: x}}"


@pytest.mark.parametrize(
    ("read", "text", "fault"),
    [
        (read_services_file, CARD, "'asked' is missing"),
        (read_services_file, CARD.replace("by: x", "by: x, asked: {nb: [a], nn: [a]}"), "there is no en"),
        (read_authorities_file, "authorities: {a: {url: x}}", "'name' is missing"),
    ],
)
def test_what_is_wrong_in_a_card_is_told(read: Callable[[str, str], object], text: str, fault: str) -> None:
    with pytest.raises(RuleFault, match=fault):
        read(text, "here.yaml")
