"""What a standing wish covers of an errand, and what is left to the person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.processes.definition import DefinitionFault, read_definition
from assistant.processes.standing import Walked, walk
from assistant.processes.state import Answer, ProcessState
from assistant.processes.walker import apply_answer, is_ready, step_of
from tests.unit.processes.people import (
    DEFINITION,
    HOURS_GAP,
    INCOME_FACT,
    OMAR,
    PRICE_FACT,
    SIRI,
    determined,
    view,
)

TOGETHER = view(adults=(SIRI, OMAR))


def walked(seen=TOGETHER, determination=None, state=ProcessState()) -> Walked:  # noqa: B008  (frozen)
    return walk(DEFINITION, state, determination or determined(), seen)


def left(found: Walked) -> list[str]:
    return [step.id for step in found.left]


def test_two_parents_whom_the_registers_know_are_asked_nothing():
    found = walked()
    assert left(found) == []
    assert is_ready(DEFINITION, found.state, determined(), TOGETHER)
    assert step_of(DEFINITION, found.state, determined(), TOGETHER).id == "summary"


def test_nothing_is_stated_in_their_name_but_how_long_it_holds():
    assert walked().state.answers == {"duration": Answer("whole_stay")}


def test_one_who_lives_alone_must_say_whether_there_is_a_cohabitant():
    """FOR-2005-12-16-1478 § 3d: the applicant must tell, no register knows."""
    found = walked(view())
    assert left(found) == ["household"]
    assert step_of(DEFINITION, found.state, determined(), view()).id == "household"


def test_and_is_asked_only_that():
    state = walked(view()).state
    answered = apply_answer(DEFINITION, state, determined(), view(), "household", {"cohabitant": "no"})
    assert isinstance(answered, ProcessState)
    assert step_of(DEFINITION, answered, determined(), view()).id == "summary"
    assert is_ready(DEFINITION, answered, determined(), view())


def test_one_who_walks_by_themself_meets_every_step_as_before():
    state = ProcessState()
    for step, values in (("explain", {}), ("household", {"cohabitant": "no"})):
        state = apply_answer(DEFINITION, state, determined(), view(), step, values)
        assert isinstance(state, ProcessState)
    assert step_of(DEFINITION, state, determined(), view()).id == "income_drop"


def test_what_only_a_person_knows_is_left_to_them():
    seen = replace(TOGETHER, gaps=(HOURS_GAP,))
    found = walked(seen, determined("undetermined", missing=(HOURS_GAP.path,)))
    assert left(found) == [f"missing:{HOURS_GAP.key}"]


def test_who_does_not_live_with_the_child_decides_themself():
    assert left(walked(view(adults=(OMAR,)))) == ["household"]


def test_new_facts_are_walked_anew():
    state = walked().state
    later = replace(TOGETHER, held=(replace(INCOME_FACT, value=310_000), PRICE_FACT))
    assert not is_ready(DEFINITION, state, determined(), later)
    assert is_ready(DEFINITION, walked(later, state=replace(state, done=())).state, determined(), later)


def test_a_step_without_the_mark_is_never_passed():
    bare = replace(DEFINITION, steps=tuple(replace(step, covered_by_wish=False) for step in DEFINITION.steps))
    found = walk(bare, ProcessState(), determined(), TOGETHER)
    assert left(found) == ["income_drop", "duration", "confirm"]


def test_the_mark_survives_being_stored_and_is_not_there_without_it():
    state = walked().state
    assert ProcessState.from_json(state.as_json()) == state
    assert "prepared" not in ProcessState().as_json()


def test_a_mark_that_means_nothing_is_a_fault():
    text = """
process: p
errand: apply_reduced_fee
generations: [fetched]
basis: b
title: {nb: a, nn: a, en: a}
receipt: {nb: a, nn: a, en: a}
steps:
  - {id: s, kind: explain, standing_wish: maybe, title: {nb: a, nn: a, en: a}, text: {nb: a, nn: a, en: a}}
  - {id: e, kind: summary, title: {nb: a, nn: a, en: a}, text: {nb: a, nn: a, en: a}}
"""
    with pytest.raises(DefinitionFault, match=r"steps\[0\].standing_wish: 'maybe'"):
        read_definition(text, "p.yaml")
