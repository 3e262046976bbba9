"""What a rule sees where no source has said anything: unknown, or what silence means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from assistant.twin import Fact, Neighbourhood, View
from assistant.twin.view import build_view
from rules import Catalogue

ON = date(2026, 9, 1)
MODEL = Catalogue.load().model
NOT_TOLD = "not told"


def fact(subject: str, concept: str, value: Any = None, to: str | None = None) -> Fact:
    return Fact(
        id=f"{subject}:{concept}:{to}",
        subject_id=subject,
        concept=concept,
        scope="",
        value=value,
        object_id=to,
        valid_from=None,
        valid_to=None,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        superseded_at=None,
        source="population_register",
        basis="test",
        detail={},
    )


def seen(facts: Sequence[Fact], *attributes: str) -> View:
    paths = [f"resident.{attribute}" for attribute in attributes]
    return build_view(Neighbourhood(facts), MODEL, "kari", "resident", "person", paths, ON, {})


@pytest.mark.parametrize(
    ("attribute", "silence"),
    [
        # A source that names those who have it names nobody else.
        ("student", False),
        ("chronically_ill", False),
        ("registered_as_eea", False),
        # What is no yes or no is known to be absent.
        ("disability_degree", None),
        ("unemployment_benefit_since", None),
        ("kindergarten_place", None),
        # Of these silence says nothing.
        ("under_guardianship", NOT_TOLD),
        ("death_date", NOT_TOLD),
        ("assessed_income", NOT_TOLD),
        ("spouse", NOT_TOLD),
        ("children", NOT_TOLD),
        ("gave_birth_on", NOT_TOLD),
    ],
)
def test_what_silence_means(attribute: str, silence: Any) -> None:
    view = seen([], attribute)
    assert view.facts["resident"].get(attribute, NOT_TOLD) is silence
    assert view.unknown == ({f"resident.{attribute}": ("kari",)} if silence == NOT_TOLD else {})
    assert view.sources == {}  # nobody is the source of a silence


@pytest.mark.parametrize("said", [True, False, None])
def test_what_was_said_is_not_silence(said: bool | None) -> None:
    view = seen([fact("kari", "person.student", said)], "student")
    assert view.facts["resident"]["student"] is said
    assert ("kari", "person.student") in view.sources


def test_silence_of_somebody_else_is_told_of_that_somebody() -> None:
    view = seen(
        [fact("kari", "person.children", to="lise")], "children.chronically_ill", "children.assessed_income"
    )
    assert view.facts["resident"]["children"] == [{"id": "lise", "chronically_ill": False}]
    assert view.unknown == {"resident.children.assessed_income": ("lise",)}


def test_the_day_of_a_birth_is_derived_and_not_read() -> None:
    facts = [
        fact("kari", "person.mother_of", to="lise"),
        fact("lise", "person.birth_date", "2026-08-30"),
        fact("kari", "person.gave_birth_on", "1999-01-01"),  # nobody may state what is derived
    ]
    assert seen(facts, "gave_birth_on").facts["resident"]["gave_birth_on"] == "2026-08-30"
    none = [fact("kari", "person.mother_of", [])]
    assert seen(none, "gave_birth_on").facts["resident"]["gave_birth_on"] is None
