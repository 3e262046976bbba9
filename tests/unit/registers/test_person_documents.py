"""Given a person document of the population register, when it is mapped, then these are the facts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.registers import (
    MalformedAnswer,
    PersonDocument,
    person_ref,
    related_identifiers,
    statements_from_person_document,
)
from assistant.twin.facts import Span, Statement
from tests.unit.registers.documents import (
    CHILD,
    FATHER,
    MOTHER,
    OTHER,
    element,
    lives,
    person,
    relation,
    road,
)

EXAMPLES = Path(__file__).with_name("examples")


def said(document: PersonDocument, attribute: str) -> Statement:
    by_concept = {one.concept: one for one in statements_from_person_document(document)}
    return by_concept[f"person.{attribute}"]


def spans(document: PersonDocument, attribute: str) -> list[tuple[Any, date | None, date | None]]:
    return [(one.value, one.valid_from, one.valid_to) for one in said(document, attribute).spans]


def test_published_document_of_a_synthetic_person_gives_her_facts() -> None:
    content = json.loads((EXAMPLES / "population_3_person_document.json").read_text())
    her = PersonDocument("10858197681", content)

    assert spans(her, "birth_date") == [("1981-05-10", None, None)]
    assert spans(her, "residence_status") == [("resident", date(2020, 12, 22), None)]
    assert spans(her, "marital_status") == [("married", date(2010, 1, 4), None)]
    assert spans(her, "spouse") == [(person_ref("09838197571"), date(2010, 1, 4), None)]
    assert spans(her, "children") == [(person_ref("26861198463"), date(2011, 6, 26), None)]
    assert spans(her, "wards") == [(person_ref("26861198463"), date(2011, 6, 26), None)]
    assert spans(her, "death_date") == [(None, None, None)]
    assert spans(her, "address_protection") == [("none", None, None)]
    # Three mistakes put right are all dated 18 December 2020: the one entered last stands until she moved.
    assert spans(her, "address") == [
        ("Førlandsringen 19A, 4104 JØRPELAND", date(2020, 12, 18), date(2021, 2, 14)),
        ("Olavas vei 44A, 3613 KONGSBERG", date(2021, 2, 14), None),
    ]
    assert [one[0] for one in spans(her, "municipality")] == ["1130", "3006"]
    assert set(related_identifiers(her)) == {"09838197571", "26861198463"}


def test_children_and_parents_are_known_to_be_none_when_the_register_lists_none() -> None:
    for attribute in ("children", "guardians", "wards", "shared_residence"):
        assert said(person(), attribute).spans == ()
        assert said(person(), attribute).empty_is_known


def test_a_parent_without_a_number_leaves_the_parents_unknown_rather_than_none() -> None:
    document = person(
        familierelasjon=[
            relation(None, "far", "barn", relatertPersonUtenFolkeregisteridentifikator={"navn": "X"})
        ]
    )

    assert said(document, "parents").spans == ()
    assert not said(document, "parents").empty_is_known


@pytest.mark.parametrize(
    ("responsibility", "expected"),
    [
        ([("felles", MOTHER), ("felles", FATHER)], [MOTHER, FATHER]),
        ([("felles", None)], [MOTHER, FATHER]),
        ([("mor", MOTHER)], [MOTHER]),
        ([("mor", None)], [MOTHER]),
        ([("far", None)], [FATHER]),
        ([("andre", OTHER)], [OTHER]),
    ],
)
def test_guardians_follow_parental_responsibility(
    responsibility: list[tuple[str, str | None]], expected: list[str]
) -> None:
    document = person(
        familierelasjon=[relation(MOTHER, "mor", "barn"), relation(FATHER, "far", "barn")],
        foreldreansvar=[
            element("2022-05-05T22:00:00Z", ansvar=kind, ansvarssubjekt=CHILD, ansvarlig=holder)
            for kind, holder in responsibility
        ],
    )

    guardians = said(document, "guardians")

    assert [span.value for span in guardians.spans] == [person_ref(one) for one in expected]
    assert guardians.empty_is_known


@pytest.mark.parametrize("kind", ["ukjent", "andre"])
def test_responsibility_held_by_somebody_unnamed_leaves_guardians_unknown(kind: str) -> None:
    document = person(foreldreansvar=[element(ansvar=kind, ansvarssubjekt=CHILD, ansvarlig=None)])

    assert said(document, "guardians") == Statement(person_ref(CHILD), "person.guardians", ())


def test_responsibility_that_ended_keeps_its_days_and_one_put_right_leaves_no_trace() -> None:
    document = person(
        foreldreansvar=[
            element(
                "2022-05-05T22:00:00Z",
                "2024-06-30T22:00:00Z",
                current=False,
                ansvar="felles",
                ansvarssubjekt=CHILD,
                ansvarlig=FATHER,
            ),
            element("2023-01-01T00:00:00Z", current=False, ansvar="mor", ansvarlig=OTHER),
            element("2022-05-05T22:00:00Z", ansvar="mor", ansvarssubjekt=CHILD, ansvarlig=MOTHER),
        ]
    )

    assert sorted(spans(document, "guardians"), key=lambda span: span[2] or date.max) == [
        (person_ref(FATHER), date(2022, 5, 6), date(2024, 7, 1)),
        (person_ref(MOTHER), date(2022, 5, 6), None),
    ]


def test_days_are_norwegian_days_of_the_moments() -> None:
    """23:00 in UTC is the next day in Norway, in summer from 22:00."""
    document = person(
        bostedsadresse=[
            lives("1", "2020-12-17T23:00:00Z", current=False),
            lives("2", "2021-06-30T22:00:00Z"),
        ]
    )

    assert [one[1:] for one in spans(document, "address")] == [
        (date(2020, 12, 18), date(2021, 7, 1)),
        (date(2021, 7, 1), None),
    ]


def test_a_placeholder_day_is_no_day() -> None:
    document = person(
        bostedsadresse=[element(None, vegadresse=road(), flyttedato="0001-01-01")],
        foedsel=[element(foedselsdato="0001-01-01")],
    )

    assert spans(document, "birth_date") == []
    assert spans(document, "address") == [("Steinveien 1, 9999 VARDEVIK", None, None)]


def test_people_of_one_dwelling_have_the_same_key_and_neighbours_another() -> None:
    def key(**parts: Any) -> str:
        return str(spans(person(bostedsadresse=[element(**parts)]), "address_key")[0][0])

    home = key(vegadresse=road("1"), adresseIdentifikatorFraMatrikkelen="98487523")
    same = key(vegadresse=road("1"), adresseIdentifikatorFraMatrikkelen=None)
    upstairs = key(vegadresse=road("1", unit="H0201"))
    next_door = key(vegadresse=road("2"))

    assert home == same
    assert len({home, upstairs, next_door}) == 3
    assert "Steinveien" not in home


def test_nobody_lives_together_at_an_unknown_address() -> None:
    document = person(bostedsadresse=[element(ukjentBosted={"bostedskommune": "9999"})])

    assert spans(document, "address_key") == [(None, None, None)]
    assert spans(document, "municipality") == [("9999", None, None)]


@pytest.mark.parametrize(
    ("grading", "expected"),
    [
        ("ugradert", "none"),
        ("klientadresse", "confidential"),
        ("fortrolig", "confidential"),
        ("strengtFortrolig", "strictly_confidential"),
        ("noeNyttViIkkeKjenner", "strictly_confidential"),
    ],
)
def test_address_protection_of_a_person(grading: str, expected: str) -> None:
    document = person(
        bostedsadresse=[lives()],
        adressebeskyttelse=[element("2026-03-01T08:00:00Z", graderingsnivaa=grading)],
    )

    assert spans(document, "address_protection")[-1] == (expected, date(2026, 3, 1), None)


def test_a_protected_persons_address_is_not_kept_but_who_lives_together_still_shows() -> None:
    protection = [element("2026-03-01T08:00:00Z", graderingsnivaa="fortrolig")]
    protected = person(bostedsadresse=[lives()], adressebeskyttelse=protection)

    assert said(protected, "address").spans == ()
    assert (
        spans(protected, "address_key")[0][0] == spans(person(bostedsadresse=[lives()]), "address_key")[0][0]
    )


def test_a_graded_address_protects_even_where_the_person_is_not_graded() -> None:
    document = person(bostedsadresse=[lives(grading="STRENGTFORTROLIG")])

    assert spans(document, "address_protection") == [
        ("none", None, date(2020, 2, 1)),
        ("strictly_confidential", date(2020, 2, 1), None),
    ]
    assert said(document, "municipality").spans == ()


def test_protection_that_has_ended_is_over() -> None:
    document = person(
        bostedsadresse=[lives()],
        adressebeskyttelse=[
            element(
                "2024-01-01T11:00:00Z", "2025-01-01T11:00:00Z", current=False, graderingsnivaa="fortrolig"
            )
        ],
    )

    assert spans(document, "address_protection") == [
        ("none", None, date(2024, 1, 1)),
        ("confidential", date(2024, 1, 1), date(2025, 1, 1)),
        ("none", date(2025, 1, 1), None),
    ]
    assert len(said(document, "address").spans) == 1


def test_what_was_annulled_leaves_what_counted_before() -> None:
    """The register keeps the mistake, without an end, beside what counts again."""
    document = person(
        status=[
            element("2026-02-03T08:00:00Z", current=False, status="doed"),
            element("2022-05-05T22:00:00Z", status="bosatt"),
        ],
        adressebeskyttelse=[element("2026-02-03T08:00:00Z", current=False, graderingsnivaa="fortrolig")],
    )

    assert spans(document, "residence_status") == [("resident", date(2022, 5, 6), None)]
    assert spans(document, "address_protection") == [("none", None, None)]


def test_a_mistake_dated_after_what_counts_now_leaves_the_days_before_alone() -> None:
    document = person(
        bostedsadresse=[
            lives("1", "2020-01-31T23:00:00Z", current=False),
            lives("9", "2025-01-31T23:00:00Z", current=False),
            lives("2", "2022-01-31T23:00:00Z"),
        ]
    )

    assert spans(document, "address") == [
        ("Steinveien 1, 9999 VARDEVIK", date(2020, 2, 1), date(2022, 2, 1)),
        ("Steinveien 2, 9999 VARDEVIK", date(2022, 2, 1), None),
    ]


def test_death_and_its_annulment() -> None:
    dead = person(doedsfall=[element("2026-02-03T08:00:00Z", doedsdato="2026-02-02")])
    annulled = person(doedsfall=[element("2026-02-03T08:00:00Z", current=False, doedsdato="2026-02-02")])
    without_a_day = person(status=[element("2026-02-03T08:00:00Z", status="doed")])

    assert spans(dead, "death_date") == [("2026-02-02", None, None)]
    assert spans(annulled, "death_date") == [(None, None, None)]
    assert spans(without_a_day, "death_date") == []


@pytest.mark.parametrize(
    ("code", "status", "spouse"),
    [
        ("ugift", "unmarried", None),
        ("gift", "married", person_ref(OTHER)),
        ("registrertPartner", "registered_partner", person_ref(OTHER)),
        ("separert", "separated", person_ref(OTHER)),
        ("skilt", "divorced", None),
        ("gjenlevendePartner", "widowed", None),
    ],
)
def test_marital_status(code: str, status: str, spouse: Any) -> None:
    document = person(
        sivilstand=[element("2024-05-31T22:00:00Z", sivilstand=code, relatertVedSivilstand=OTHER)]
    )

    assert spans(document, "marital_status") == [(status, date(2024, 6, 1), None)]
    assert spans(document, "spouse") == [(spouse, date(2024, 6, 1), None)]


def test_an_unstated_marital_status_and_a_spouse_without_a_number_are_unknown() -> None:
    unstated = person(sivilstand=[element(sivilstand="uoppgitt")])
    married_abroad = person(sivilstand=[element(sivilstand="gift", relatertVedSivilstand=None)])

    assert spans(unstated, "marital_status") == []
    assert spans(unstated, "spouse") == []
    assert spans(married_abroad, "spouse") == []


def test_shared_residence_is_with_both_parents_from_the_day_of_the_agreement() -> None:
    document = person(
        familierelasjon=[relation(MOTHER, "mor", "barn"), relation(FATHER, "far", "barn")],
        deltBosted=[
            element(None, startdatoForKontrakt="2025-08-01", sluttdatoForKontrakt=None, vegadresse=road("7"))
        ],
    )

    shared = said(document, "shared_residence")

    assert [(s.value, s.valid_from) for s in shared.spans] == [
        (person_ref(MOTHER), date(2025, 8, 1)),
        (person_ref(FATHER), date(2025, 8, 1)),
    ]
    other_home = person(bostedsadresse=[element(vegadresse=road("7"))])
    assert shared.spans[0].detail["address_key"] == spans(other_home, "address_key")[0][0]


def test_names_in_capitals_are_written_as_names() -> None:
    document = person(
        navn=[
            element(
                "2022-05-05T22:00:00Z", fornavn="ANNE-LISE", mellomnavn=None, etternavn="Ås", current=False
            ),
            element("2024-05-05T22:00:00Z", fornavn="ANNE-LISE", mellomnavn="", etternavn="O'NEILL"),
        ]
    )

    assert spans(document, "name") == [
        ("ANNE-LISE Ås", date(2022, 5, 6), date(2024, 5, 6)),
        ("Anne-Lise O'Neill", date(2024, 5, 6), None),
    ]


def test_fields_we_do_not_know_are_left_alone() -> None:
    known = person(bostedsadresse=[lives()])
    grown = person(bostedsadresse=[lives() | {"nyttFelt": {"a": 1}}], enHeltNyDel=[{"x": 1}])

    assert statements_from_person_document(known) == statements_from_person_document(grown)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"bostedsadresse": "Steinveien 1"}, "bostedsadresse"),
        ({"foedsel": [element(foedselsdato="i fjor")]}, "foedsel[0].foedselsdato"),
        ({"navn": [element("i går", fornavn="A")]}, "navn[0].gyldighetstidspunkt"),
        ({"navn": [element("2024-01-01T00:00:00", fornavn="A")]}, "navn[0].gyldighetstidspunkt"),
        ({"status": [element(status=None)]}, "status[0].status"),
        ({"doedsfall": [element(current="ja")]}, "doedsfall[0].erGjeldende"),  # type: ignore[arg-type]
        ({"identifikasjonsnummer": []}, "identifikasjonsnummer"),
    ],
)
def test_a_malformed_document_is_refused_by_field_and_never_by_number(
    parts: dict[str, Any], field: str
) -> None:
    with pytest.raises(MalformedAnswer) as refused:
        statements_from_person_document(person(**parts))

    assert refused.value.field == field
    assert CHILD not in str(refused.value)
    assert CHILD not in repr(person(**parts))


def test_saying_the_same_twice_is_equal() -> None:
    document = person(bostedsadresse=[lives()], familierelasjon=[relation(MOTHER, "mor", "barn")])

    assert statements_from_person_document(document) == statements_from_person_document(document)
    assert Span("none") in said(document, "address_protection").spans
