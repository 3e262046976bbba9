"""What a register may tell of by event: read strictly, checked against the model, and kept only of those we know."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from assistant.events import MalformedEvent
from assistant.events.register_facts import TOLD_BY_EVENT, about_known, read_register_facts
from assistant.registers.national_id import synthetic_ids
from assistant.twin import Identifier, Span, SubjectRef
from rules import Catalogue

MODEL = Catalogue.load().model
KARI, OLA = (next(synthetic_ids(date(1990, 1, day))) for day in (1, 2))
NAMED_KARI, NAMED_OLA = ("national_id", KARI), ("national_id", OLA)
HOME: dict[str, Any] = {
    "register": "property_register",
    "basis": "a law § 1",
    "subject": {"kind": "property", "number": "9999-1/2"},
    "facts": {
        "address": "Torget 1",
        "kind": "dwelling",
        "owners": {
            "spans": [
                {"value": {"national_id": KARI}, "from": "2020-03-01"},
                {"value": {"national_id": OLA}, "from": "2020-03-01", "to": "2024-01-01"},
            ]
        },
    },
}


def told(**changed: Any) -> dict[str, Any]:
    return {**deepcopy(HOME), **changed}


def facts(**changed: Any) -> dict[str, Any]:
    return told(facts={**deepcopy(HOME["facts"]), **changed})


def person(number: str) -> SubjectRef:
    return SubjectRef("person", Identifier("national_id", number))


def test_what_is_told_becomes_statements_with_the_registers_name_and_basis() -> None:
    found = read_register_facts(HOME, MODEL)
    said = {one.concept: one for one in found.statements}
    assert (found.provenance.source, found.provenance.basis) == ("property_register", "a law § 1")
    assert said["property.owners"].spans == (
        Span(person(KARI), date(2020, 3, 1)),
        Span(person(OLA), date(2020, 3, 1), date(2024, 1, 1)),
    )
    assert said["property.owners"].empty_is_known
    assert said["property.address"].spans == (Span("Torget 1"),)
    assert found.people == {NAMED_KARI, NAMED_OLA}


def test_an_employer_is_told_of_with_the_employment() -> None:
    job = {
        "register": "employment_register",
        "basis": "a law",
        "subject": {"kind": "employment", "number": "7"},
        "facts": {
            "employee": {"national_id": KARI},
            "employer": {"number": "999100101", "facts": {"name": "Vardevik kommune"}},
            "position_percent": 80,
            "ended_on": None,
        },
    }
    said = {one.concept: one for one in read_register_facts(job, MODEL).statements}
    assert said["organisation.name"].subject == said["employment.employer"].spans[0].value
    assert said["employment.ended_on"].spans == (Span(None),)


def test_a_car_is_known_by_its_plate_however_that_is_written() -> None:
    car = {
        "register": "vehicle_register",
        "basis": "a law",
        "subject": {"kind": "vehicle", "number": "vv 10001"},
        "facts": {"owner": {"national_id": KARI}},
    }
    found = read_register_facts(car, MODEL)
    assert found.subject.identifier == Identifier("registration_number", "VV10001")
    assert {one.concept for one in found.statements} == {"vehicle.owner", "vehicle.registration_number"}


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (told(register="population_register"), "register must be one of business_register"),
        (told(register=None), "register must be one of"),
        (told(basis=" "), "basis must name act and section"),
        (told(basis="x" * 301), "basis must name act and section"),
        (told(subject=None), "subject must be an object"),
        (told(subject={"kind": "boat", "number": "1"}), "subject.kind must be person or one of employment"),
        (told(subject={"kind": "property", "number": " "}), "subject.number must be a text"),
        (told(subject={"kind": "property", "number": KARI}), "subject.number must not be an identity number"),
        (told(subject={"kind": "person", "national_id": "1"}), "subject.national_id has not the form"),
        (told(facts={}), "facts must be an object with at least one fact"),
        (facts(colour="red"), "facts holds a fact that property does not have"),
        (facts(kind="castle"), "facts.kind must be one of dwelling, holiday_home, land, other"),
        (facts(address=7), "facts.address must be of type text"),
        (facts(owners={"national_id": KARI}), "facts.owners must be a list"),
        (
            facts(owners=[{"national_id": KARI, "facts": {"name": "K"}}]),
            "a person's facts are stated of the person",
        ),
        (facts(owners=[{"national_id": KARI}] * 51), "facts.owners must be a list of at most 50"),
        (facts(address={"spans": [{"value": "x", "from": "2020"}]}), "facts.address.from must be a date"),
        (facts(address={"spans": [{"vaule": "x"}]}), "facts.address must be an object with value"),
        (
            told(
                subject={"kind": "person", "national_id": KARI}, facts={"guardians": [{"national_id": OLA}]}
            ),
            "facts.guardians is not for property_register to state",
        ),
        (
            told(
                register="vehicle_register",
                subject={"kind": "vehicle", "number": "VV1"},
                facts={"first_registered_on": KARI},
            ),
            "facts.first_registered_on must be of type date",
        ),
    ],
)
def test_what_is_not_as_agreed_is_refused_without_telling_a_value(event: dict[str, Any], says: str) -> None:
    with pytest.raises(MalformedEvent) as refused:
        read_register_facts(event, MODEL)
    assert says in str(refused.value)
    assert KARI not in str(refused.value)


def test_no_register_that_is_asked_can_be_spoken_for() -> None:
    assert not TOLD_BY_EVENT & {
        "population_register",
        "tax_administration",
        "contact_register",
        "kindergarten_system",
        "person",
    }


def test_of_people_we_have_not_met_nothing_is_kept() -> None:
    found = read_register_facts(HOME, MODEL)
    assert about_known(found, (), subject_is_known=False) == ()
    owners = next(one for one in about_known(found, {NAMED_KARI}, False) if one.concept == "property.owners")
    assert [span.value for span in owners.spans] == [person(KARI)]
    assert not owners.empty_is_known  # somebody else may own it too


def test_what_we_hold_may_pass_to_somebody_we_have_not_met() -> None:
    sold = facts(owners=[{"national_id": OLA}])
    owners = [
        one
        for one in about_known(read_register_facts(sold, MODEL), (), True)
        if one.concept == "property.owners"
    ]
    assert [(one.spans, one.empty_is_known) for one in owners] == [((), False)]


def test_a_person_we_have_not_met_is_not_met_by_what_is_said_of_them() -> None:
    pupil = {
        "register": "school_system",
        "basis": "a law",
        "subject": {"kind": "person", "national_id": OLA},
        "facts": {"school": {"number": "S1"}},
    }
    found = read_register_facts(pupil, MODEL)
    assert about_known(found, {NAMED_KARI}, subject_is_known=False) == ()
    assert len(about_known(found, {NAMED_OLA}, subject_is_known=True)) == 1
