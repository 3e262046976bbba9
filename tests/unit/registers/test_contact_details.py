"""How a person may be reached, by the register's word and by § 32's eighteen months."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.registers import MalformedAnswer, statements_from_contact
from assistant.registers.contact import read_contacts
from assistant.twin.facts import Span
from tests.unit.registers.documents import MOTHER


def facts(**answer: Any) -> dict[str, tuple[Span, ...]]:
    person = {"personidentifikator": MOTHER, "reservasjon": "NEI", "status": "AKTIV"} | answer
    (contact,) = read_contacts({"personer": [person]})
    return {one.concept.removeprefix("person."): one.spans for one in statements_from_contact(contact)}


def on(day: date, spans: tuple[Span, ...]) -> Any:
    holding = [
        s for s in spans if (s.valid_from or date.min) <= day and (s.valid_to is None or day < s.valid_to)
    ]
    assert len(holding) == 1
    return holding[0].value


def email(confirmed: str) -> dict[str, str]:
    return {"epostadresse": "a@example.no", "epostadresse_sist_verifisert": confirmed}


def test_an_address_stops_by_itself_eighteen_months_after_it_was_confirmed() -> None:
    known = facts(kontaktinformasjon=email("2025-02-28T12:00:00Z"), varslingsstatus="KAN_VARSLES")

    assert on(date(2026, 8, 27), known["may_be_notified"]) is True
    assert on(date(2026, 8, 28), known["may_be_notified"]) is False
    assert on(date(2026, 8, 27), known["email"]) == "a@example.no"
    assert on(date(2026, 8, 28), known["email"]) is None


def test_the_latest_confirmed_address_decides() -> None:
    details = email("2024-01-10T12:00:00Z") | {
        "mobiltelefonnummer": "+4799999999",
        "mobiltelefonnummer_oppdatert": "2026-01-10T23:30:00Z",
    }
    known = facts(kontaktinformasjon=details)

    assert known["contact_verified_on"][0].value == "2026-01-11"
    assert on(date(2026, 9, 1), known["may_be_notified"]) is True
    assert on(date(2026, 9, 1), known["email"]) is None
    assert on(date(2026, 9, 1), known["mobile"]) == "+4799999999"


@pytest.mark.parametrize(
    "answer",
    [
        {"varslingsstatus": "KAN_IKKE_VARSLES", "kontaktinformasjon": email("2026-08-01T00:00:00Z")},
        {"reservasjon": "JA", "kontaktinformasjon": email("2026-08-01T00:00:00Z")},
        {"kontaktinformasjon": {}},
        {"status": "SLETTET", "kontaktinformasjon": email("2026-08-01T00:00:00Z")},
    ],
)
def test_who_may_not_be_notified(answer: dict[str, Any]) -> None:
    assert on(date(2026, 9, 1), facts(**answer)["may_be_notified"]) is False


def test_somebody_who_is_not_in_the_register_has_no_address_and_has_not_reserved() -> None:
    known = facts(status="IKKE_REGISTRERT", reservasjon=None)

    assert known["reserved"] == (Span(False),)
    assert known["email"] == (Span(None),)
    assert known["language"] == ()


@pytest.mark.parametrize("language", ["nb", "nn", "en", "se"])
def test_language(language: str) -> None:
    assert facts(spraak=language)["language"] == (Span(language),)


def test_an_address_without_a_day_is_used_only_on_the_registers_own_word() -> None:
    undated = {"epostadresse": "a@example.no"}

    assert facts(kontaktinformasjon=undated)["may_be_notified"] == ()
    assert facts(kontaktinformasjon=undated, varslingsstatus="KAN_VARSLES")["may_be_notified"] == (
        Span(True),
    )


def test_a_word_that_is_not_in_the_code_list_is_refused() -> None:
    with pytest.raises(MalformedAnswer, match=r"personer\[0\].reservasjon"):
        facts(reservasjon="KANSKJE")
