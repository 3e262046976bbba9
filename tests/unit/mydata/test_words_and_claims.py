"""Under which heading a fact stands, what a claim is read as, and what a row of the log says. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from assistant.mydata.effect import claimed, stated
from assistant.mydata.export import Held, as_csv_files, cell
from assistant.mydata.mine import Holder
from assistant.mydata.themes import THEMES, theme_of
from assistant.processes.reading import Wrong
from assistant.twin import Fact, Neighbourhood
from assistant.twin.neighbourhood import UNKNOWN
from rules.model import Choice, Concept, ValueType

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ON = date(2026, 9, 1)
TITLE = {"nb": "x", "nn": "x", "en": "x"}


def a_fact(value: Any = 1, **other: Any) -> Fact:
    given: dict[str, Any] = {
        "id": "f1",
        "subject_id": "me",
        "concept": "person.income",
        "scope": "",
        "value": value,
        "object_id": None,
        "valid_from": None,
        "valid_to": None,
        "recorded_at": NOW,
        "superseded_at": None,
        "source": "tax",
        "basis": "§ 1",
        "detail": {},
    }
    return Fact(**{**given, **other})


@pytest.mark.parametrize(
    ("concept", "source", "theme"),
    [
        ("person.name", "population_register", "identity"),
        ("person.assessed_income", "tax_administration", "income"),
        ("kindergarten_place.price", "kindergarten_system", "childhood"),
        ("vehicle.owner", "vehicle_register", "vehicles"),
        ("person.receives_child_pension", "nav", "benefits"),
        ("person.plans_to_move_on", "person", "home"),
        ("person.wants_to_marry", "person", "told"),
        ("boat.length", "boat_register", "other"),
    ],
)
def test_a_fact_has_its_heading(concept: str, source: str, theme: str) -> None:
    assert theme_of(concept, source) == theme
    assert theme in THEMES


def test_what_if_a_fact_were_otherwise_leaves_the_others_and_the_held_alone() -> None:
    held, other = a_fact(), a_fact(2, id="f2", concept="person.other")
    near = Neighbourhood([held, other])
    supposed = near.instead(held, a_fact(5))
    assert (near.value("me", "person.income", ON), supposed.value("me", "person.income", ON)) == (1, 5)
    assert near.instead(held, None).value("me", "person.income", ON) is UNKNOWN
    assert supposed.value("me", "person.other", ON) == 2


@pytest.mark.parametrize(
    ("base", "written", "value"),
    [
        ("money", "150 000", "150000"),
        ("date", "1.8.2026", "2026-08-01"),
        ("number", "30", 30),
        ("boolean", "no", False),
    ],
)
def test_a_claim_is_read_as_its_concept_has_it(base: Any, written: str, value: Any) -> None:
    concept = Concept("person.income", ValueType(base), TITLE, TITLE)
    claim = claimed(a_fact(), concept, written, "nb")
    assert isinstance(claim, Fact)
    assert claim.value == value
    assert claim.id == "f1"


def test_what_cannot_be_read_is_said_and_what_is_no_value_is_not_guessed() -> None:
    money = Concept("person.income", ValueType("money"), TITLE, TITLE)
    assert isinstance(claimed(a_fact(), money, "mye", "nb"), Wrong)
    assert claimed(a_fact(), money, "", "nb") is None
    assert claimed(a_fact(object_id="somebody"), money, "1", "nb") is None
    choice = Concept("person.status", ValueType("text"), TITLE, TITLE, choices=(Choice("a", TITLE),))
    assert isinstance(claimed(a_fact(), choice, "b", "nb"), Wrong)
    assert stated("yes_no", "yes") is True


def test_a_cell_is_no_formula_and_a_structure_is_json() -> None:
    held = Held(
        Holder("me", True, "", True), {"facts": [{"value": "=cmd()", "detail": {"a": 1}, "none": None}]}
    )
    made = as_csv_files([held], {"entries": []})
    assert made.pop("left_out.csv").startswith("kind,why\r\n")
    assert made == {"facts.csv": 'about,value,detail,none\r\nme,\'=cmd(),"{""a"":1}",\r\n'}
    assert cell(date(2026, 1, 2)) == "2026-01-02"
