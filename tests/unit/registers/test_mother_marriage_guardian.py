"""What the population register says of who gave birth, since when one is married, and who has a guardian."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistant.registers import PersonDocument, person_ref, statements_from_person_document
from assistant.twin.facts import Span, Statement
from tests.unit.registers.documents import CHILD, FATHER, MOTHER, OTHER, element, person, relation

BORN = date(2022, 5, 6)


def said(document: PersonDocument, attribute: str) -> Statement:
    by_concept = {one.concept: one for one in statements_from_person_document(document)}
    return by_concept[f"person.{attribute}"]


def spans(document: PersonDocument, attribute: str) -> list[tuple[Any, date | None, date | None]]:
    return [(one.value, one.valid_from, one.valid_to) for one in said(document, attribute).spans]


# ---- who gave birth


@pytest.mark.parametrize(("mine", "gave_birth"), [("mor", True), ("far", False), ("medmor", False)])
def test_who_is_registered_as_mother_of_a_child_gave_birth_to_it(mine: str, gave_birth: bool) -> None:
    document = person(MOTHER, familierelasjon=[relation(CHILD, "barn", mine)])
    assert spans(document, "mother_of") == ([(person_ref(CHILD), BORN, None)] if gave_birth else [])
    assert spans(document, "children") == [(person_ref(CHILD), BORN, None)]
    assert said(document, "mother_of").empty_is_known


def test_ones_own_mother_is_nobody_one_is_mother_of() -> None:
    document = person(
        CHILD, familierelasjon=[relation(MOTHER, "mor", "barn"), relation(FATHER, "far", "barn")]
    )
    assert spans(document, "mother_of") == []
    assert said(document, "mother_of").empty_is_known


def test_of_a_child_without_a_number_nobody_is_known_to_be_mother_of_none() -> None:
    document = person(MOTHER, familierelasjon=[relation(None, "barn", "mor")])
    assert not said(document, "mother_of").empty_is_known
    fathered = person(FATHER, familierelasjon=[relation(None, "barn", "far")])
    assert said(fathered, "mother_of").empty_is_known


def test_a_mother_who_was_put_right_leaves_no_trace() -> None:
    document = person(MOTHER, familierelasjon=[relation(CHILD, "barn", "mor", current=False)])
    assert spans(document, "mother_of") == []


# ---- since when


@pytest.mark.parametrize("code", ["gift", "separert", "skilt", "enkeEllerEnkemann"])
def test_the_present_status_has_the_day_it_began(code: str) -> None:
    document = person(sivilstand=[element(sivilstand=code, sivilstandsdato="2024-06-01")])
    assert said(document, "marital_status_since").spans == (Span("2024-06-01"),)


def test_of_several_statuses_only_the_present_has_a_day() -> None:
    document = person(
        sivilstand=[
            element("2010-01-03T23:00:00Z", sivilstand="gift", sivilstandsdato="2010-01-04", current=False),
            element(
                "2024-05-31T22:00:00Z",
                sivilstand="separert",
                sivilstandsdato="2024-06-01",
                relatertVedSivilstand=OTHER,
            ),
        ]
    )
    assert said(document, "marital_status_since").spans == (Span("2024-06-01"),)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"sivilstand": [element(sivilstand="ugift")]},
        {"sivilstand": [element(sivilstand="gift", sivilstandsdato="0001-01-01")]},
        {"sivilstand": [element(sivilstand="gift", sivilstandsdato="2024-06-01", current=False)]},
    ],
    ids=["no status", "no day", "a placeholder", "put right"],
)
def test_a_day_the_register_does_not_tell_is_unknown(parts: dict[str, Any]) -> None:
    statement = said(person(**parts), "marital_status_since")
    assert (statement.spans, statement.empty_is_known) == ((), False)


# ---- who has a guardian


GUARDIAN: dict[str, Any] = {"verge": {"omfang": "personligeOgOekonomiskeInteresser"}, "type": "voksen"}


@pytest.mark.parametrize(
    ("parts", "has"),
    [
        ({}, False),
        ({"vergemaalEllerFremtidsfullmakt": None}, False),
        ({"vergemaalEllerFremtidsfullmakt": [element(**GUARDIAN)]}, True),
        ({"vergemaalEllerFremtidsfullmakt": [element(type="stadfestetFremtidsfullmakt")]}, True),
        ({"vergemaalEllerFremtidsfullmakt": [element(current=False, **GUARDIAN)]}, False),
        (
            {
                "vergemaalEllerFremtidsfullmakt": [
                    element("2020-01-01T11:00:00Z", "2025-01-01T11:00:00Z", current=False, **GUARDIAN),
                    element("2025-01-01T11:00:00Z", **GUARDIAN),
                ]
            },
            True,
        ),
    ],
    ids=["left out", "null", "a guardian", "a lasting power of attorney", "ended", "a new one"],
)
def test_the_register_names_those_who_have_a_guardian(parts: dict[str, Any], has: bool) -> None:
    assert spans(person(**parts), "under_guardianship") == [(has, None, None)]


def test_nothing_is_kept_of_who_the_guardian_is_or_what_for() -> None:
    document = person(vergemaalEllerFremtidsfullmakt=[element(**GUARDIAN)])
    assert "Interesser" not in repr(statements_from_person_document(document))
