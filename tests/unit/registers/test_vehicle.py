"""The vehicle register's look-up in the shape that is described, and the facts it becomes."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.registers import MalformedAnswer, NotFound, statements_from_vehicle
from assistant.registers.vehicle import read_vehicle

EXAMPLE = json.loads((Path(__file__).with_name("examples") / "vehicle_look_up.json").read_text())


def answer(**changed: Any) -> dict[str, Any]:
    """The example with parts replaced; None leaves a part out."""
    made = deepcopy(EXAMPLE)
    first = made["kjoretoydataListe"][0]
    for name, value in changed.items():
        first.pop(name) if value is None else first.__setitem__(name, value)
    return made


def test_every_described_field_is_read() -> None:
    found = read_vehicle(EXAMPLE)
    assert found.number_plate == "XX00000"
    assert (found.first_registered_on, found.status) == (date(2019, 5, 20), "REGISTRERT")
    assert (found.inspection_due_on, found.last_inspected_on) == (date(2027, 5, 20), date(2025, 4, 2))


def test_they_become_facts_and_what_is_not_described_becomes_none() -> None:
    said = {one.concept: one.spans for one in statements_from_vehicle(read_vehicle(EXAMPLE))}
    assert {concept: spans[0].value for concept, spans in said.items()} == {
        "vehicle.registration_number": "XX00000",
        "vehicle.first_registered_on": "2019-05-20",
        "vehicle.inspection_due_on": "2027-05-20",
    }
    assert said["vehicle.inspection_due_on"][0].detail == {"last_inspected_on": "2025-04-02"}
    assert said["vehicle.registration_number"][0].detail == {"registration_status": "REGISTRERT"}


def test_without_the_duty_of_inspection_there_is_known_to_be_no_deadline() -> None:
    said = {
        one.concept: one.spans
        for one in statements_from_vehicle(read_vehicle(answer(periodiskKjoretoyKontroll=None)))
    }
    assert [span.value for span in said["vehicle.inspection_due_on"]] == [None]


@pytest.mark.parametrize("part", [{}, {"kontrollfrist": None}, {"kontrollfrist": ""}])
def test_a_duty_without_a_deadline_leaves_it_unknown(part: dict[str, Any]) -> None:
    said = {
        one.concept: one.spans
        for one in statements_from_vehicle(read_vehicle(answer(periodiskKjoretoyKontroll=part)))
    }
    assert said["vehicle.inspection_due_on"] == ()


def test_every_part_but_the_plate_may_be_left_out() -> None:
    bare = answer(forstegangsregistrering=None, registrering=None, periodiskKjoretoyKontroll=None)
    found = read_vehicle(bare)
    assert (found.first_registered_on, found.status, found.has_inspections) == (None, None, False)


@pytest.mark.parametrize("body", [{}, {"kjoretoydataListe": []}, {"kjoretoydataListe": None}])
def test_an_empty_answer_is_no_vehicle(body: Any) -> None:
    with pytest.raises(NotFound):
        read_vehicle(body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ("text", ""),
        ({"kjoretoydataListe": {}}, "kjoretoydataListe"),
        ({"kjoretoydataListe": ["x"]}, "kjoretoydataListe[0]"),
        (answer(kjoretoyId=None), "kjoretoydataListe[0].kjoretoyId"),
        (answer(kjoretoyId={"kjennemerke": 7}), "kjoretoydataListe[0].kjoretoyId.kjennemerke"),
        (
            answer(periodiskKjoretoyKontroll={"kontrollfrist": "soon"}),
            "kjoretoydataListe[0].periodiskKjoretoyKontroll.kontrollfrist",
        ),
        (answer(forstegangsregistrering=[1]), "kjoretoydataListe[0].forstegangsregistrering"),
    ],
)
def test_another_form_is_refused_by_the_name_of_the_field(body: Any, field: str) -> None:
    with pytest.raises(MalformedAnswer) as refused:
        read_vehicle(body)
    assert refused.value.field == field
    assert "soon" not in str(refused.value)
