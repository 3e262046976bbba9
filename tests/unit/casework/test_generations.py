"""Who carries the facts: what a municipality may choose, what law then lets be fetched, what moves with it."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.casework.fetching import Application, may_be_fetched
from assistant.casework.moving_on import fate_of
from assistant.twin import Generation, generation_of
from assistant.twin.generations import NoSuchGeneration

TODAY = date(2026, 11, 2)
NEXT_AUGUST, LAST_AUGUST = date(2027, 8, 1), date(2026, 8, 1)


def applied(
    generation: Generation = "fetched",
    *,
    is_open: bool = False,
    whole: bool = True,
    until: date | None = None,
) -> Application:
    return Application(generation, is_open, whole, until)


def test_where_nothing_is_chosen_incomes_are_fetched_when_somebody_applies() -> None:
    assert generation_of({}, "apply_reduced_fee") == "fetched"


def test_a_choice_that_is_none_is_told_with_those_there_are() -> None:
    with pytest.raises(NoSuchGeneration, match=r"apply_reduced_fee is 'paper'; choose one of documented"):
        generation_of({"generations": {"apply_reduced_fee": "paper"}}, "apply_reduced_fee")


@pytest.mark.parametrize(
    ("chosen", "applications", "may"),
    [
        ("flagged", [], True),
        ("fetched", [], False),  # § 3e: to handle applications; there is none
        ("fetched", [applied(is_open=True)], True),
        (
            "fetched",
            [applied(until=NEXT_AUGUST)],
            True,
        ),  # third paragraph: as long as the child has the place
        ("fetched", [applied(until=NEXT_AUGUST, whole=False)], False),
        ("fetched", [applied(until=LAST_AUGUST)], False),
        ("documented", [], False),
        ("documented", [applied("documented", is_open=True)], False),
        ("documented", [applied("documented", until=NEXT_AUGUST)], False),
        ("documented", [applied("fetched", is_open=True)], True),  # begun before, finished as begun
        ("fetched", [applied("documented", is_open=True)], False),  # papers were sent: they are judged
        ("fetched", [applied("documented", until=NEXT_AUGUST)], True),  # the renewal is not on paper
    ],
)
def test_the_tax_administration_is_asked_only_where_law_and_the_choice_let_it(
    chosen: Generation, applications: list[Application], may: bool
) -> None:
    assert may_be_fetched(chosen, applications, TODAY) is may


@pytest.mark.parametrize(
    ("begun", "documents", "chosen", "fate"),
    [
        ("documented", 0, "fetched", "on_new_facts"),
        ("documented", 0, "flagged", "on_new_facts"),
        ("documented", 1, "flagged", "as_begun"),
        ("documented", 0, "documented", "as_begun"),
        ("fetched", 0, "flagged", "on_new_facts"),
        ("fetched", 3, "flagged", "on_new_facts"),
        ("flagged", 0, "documented", "as_begun"),
    ],
)
def test_what_becomes_of_an_open_case(
    begun: Generation, documents: int, chosen: Generation, fate: str
) -> None:
    assert fate_of(begun, documents, chosen) == fate
