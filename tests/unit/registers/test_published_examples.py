"""The registers' own published examples, read as they were published."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.registers import MalformedAnswer, statements_from_contact, statements_from_tax_basis
from assistant.registers.contact import read_contacts
from assistant.registers.population import EntityChange, read_event_document, read_feed
from assistant.registers.tax import read_basis, read_tax_feed

EXAMPLES = Path(__file__).with_name("examples")


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(), parse_float=Decimal)


def test_event_feed() -> None:
    first, second = read_feed(example("population_3_feed.json"))

    assert (first.sequence, first.type) == (1, "endringIIdentitetsgrunnlag")
    assert (second.sequence, second.type) == (2, "endringIAnnenIdentifikasjon")
    assert second.event_document == "1120bea688fb14a292c244592a1aed76"
    assert second.person_document == "5c3afb4f5afd2fcfbe2f90a6560903a0"
    assert second.entered_at == datetime(2017, 6, 20, 7, 26, 3, 689000, tzinfo=UTC)
    assert second.body == example("population_3_feed.json")[1]


def test_feed_may_spell_the_type_as_the_event_document_does() -> None:
    feed = example("population_3_feed.json")
    for line in feed:
        line["hendelse"]["hendelsestype"] = line["hendelse"].pop("hendelsetype")

    assert [event.type for event in read_feed(feed)] == [
        "endringIIdentitetsgrunnlag",
        "endringIAnnenIdentifikasjon",
    ]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("population_3_change.json", EntityChange("annenIdentifikasjon", "registrereNy")),
        ("population_3_correction.json", EntityChange("identitetsgrunnlag", "korrigere")),
        ("population_3_annulment.json", EntityChange("annenIdentifikasjon", "annullere")),
        ("population_3_historic_correction.json", EntityChange("identitetsgrunnlag", "korrigereHistorisk")),
    ],
)
def test_event_documents(name: str, change: EntityChange) -> None:
    document = read_event_document(example(name))

    assert document.changes == (change,)
    assert document.identifier == "16117548867"
    assert document.id == example(name)["dokumentidentifikator"]


def test_tax_basis_of_the_proxy() -> None:
    basis = read_basis(example("ks_fiks_1_proxy_answer.json"))
    income, shielded = statements_from_tax_basis(basis)

    assert (basis.income_year, basis.stage, basis.shielded) == (2021, "oppgjoer", False)
    assert basis.settled_on == date(2022, 2, 10)
    assert basis.registered_at == datetime(2022, 2, 10, 15, 17, 37, tzinfo=UTC)
    span = income.spans[0]
    assert span.value == Decimal(19015 + 894828 + 286299)
    assert (span.valid_from, span.valid_to) == (date(2022, 1, 1), date(2024, 1, 1))
    assert income.scope == "2021"
    assert shielded.spans[0].value is False


def test_tax_feed() -> None:
    line = {
        "sekvensnummer": 1,
        "identifikator": "28864701918",
        "gjelderPeriode": "2021",
        "registreringstidspunkt": "2022-03-10T09:29:16.000000Z",
        "hendelsetype": "NY",
    }
    (event,) = read_tax_feed({"hendelser": [line]})

    assert (event.sequence, event.income_year, event.type) == (1, 2021, "NY")
    assert event.body == line


def test_contact_details_whose_published_example_has_a_comma_too_many() -> None:
    published = (EXAMPLES / "contact_4_answer_as_published.txt").read_text()
    with pytest.raises(ValueError, match="property name"):
        json.loads(published)

    (contact,) = read_contacts(json.loads(published.replace('+02",', '+02"')))

    assert contact.reserved is False
    assert contact.email is not None
    assert contact.email.value == "NULLstillt@default.digdir.no"
    assert contact.email.confirmed_on == date(2023, 6, 29)
    facts = {one.concept: one.spans for one in statements_from_contact(contact)}
    assert facts["person.mobile"][0].value is None
    assert [(s.value, s.valid_to) for s in facts["person.may_be_notified"]] == [
        (True, date(2024, 12, 29)),
        (False, None),
    ]


@pytest.mark.parametrize("answer", [{}, {"feed": []}, "feil", None, [1], [{"sekvensnummer": "1"}]])
def test_what_is_no_feed_is_refused(answer: Any) -> None:
    with pytest.raises(MalformedAnswer):
        read_feed(answer)
