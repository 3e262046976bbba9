"""The walk through the reduced-fee errand: which step comes, what an answer leads to, what is never asked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.processes.state import Answer, ProcessState
from assistant.processes.walker import (
    Errors,
    apply_answer,
    for_worker,
    is_ready,
    moved_to,
    one_back,
    open_steps,
    step_of,
)
from tests.unit.processes.people import (
    DEFINITION,
    EMIL,
    HOURS_GAP,
    INCOME,
    INCOME_FACT,
    INCOME_GAP,
    OMAR,
    PRICE_FACT,
    SIRI,
    determined,
    view,
)

START = ProcessState()
HAPPY = (
    ("explain", {}),
    ("household", {"cohabitant": "no"}),
    ("income_drop", {"income_drop": "no"}),
    ("duration", {"duration": "whole_stay"}),
    ("confirm", {}),
)


def walk(answers=HAPPY, *, state=START, determination=None, seen=None) -> ProcessState:
    for step, values in answers:
        state = apply_answer(DEFINITION, state, determination or determined(), seen or view(), step, values)
        assert isinstance(state, ProcessState), state
    return state


def shown(state: ProcessState, determination=None, seen=None):
    return step_of(DEFINITION, state, determination or determined(), seen or view())


def test_the_whole_walk_ends_ready_at_the_summary():
    state = walk()
    step = shown(state)
    assert (step.id, step.number, step.count) == ("summary", 6, 6)
    assert is_ready(DEFINITION, state, determined(), view())
    assert [line.value for line in step.lines] == [
        "Emil Steen",
        "Siri Steen",
        "Nei",
        "Nei",
        "Hele tiden barnet går i barnehage i kommunen",
        "Du har bekreftet at de stemmer",
    ]


def test_a_new_errand_begins_with_what_it_leads_to():
    step = shown(START)
    assert step.id == "explain"
    assert step.notes == ("Etter det vi vet nå, kan du betale 1\u00a0636\u00a0kr i måneden.",)
    assert [button.action for button in step.buttons] == ["next", "withdraw"]


@pytest.mark.parametrize(
    ("adults", "asked"),
    [
        ((SIRI,), ["cohabitant", "cohabitant_detail"]),
        ((SIRI, OMAR), []),  # the register shows them both: nothing to ask
        ((OMAR,), []),  # another household than the applicant's
        (None, []),
    ],
)
def test_a_cohabitant_is_asked_for_only_where_the_register_shows_the_applicant_alone(adults, asked):
    seen = view(adults=adults)
    step = shown(walk([("explain", {})], seen=seen), seen=seen)
    assert step.id == "household"
    assert [field.name for field in step.fields] == asked


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("household", {}, "cohabitant"),
        ("household", {"cohabitant": "perhaps"}, "cohabitant"),
        ("household", {"cohabitant": "yes"}, "cohabitant_detail"),
        ("household", {"cohabitant": "yes", "cohabitant_detail": "x" * 2001}, "cohabitant_detail"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_said_at_its_field(step, values, field):
    state = walk([("explain", {})])
    errors = apply_answer(DEFINITION, state, determined(), view(), step, values)
    assert isinstance(errors, Errors)
    assert list(errors.of) == [field]
    again = step_of(DEFINITION, state, determined(), view(), errors, values)
    assert again.errors[0][0] == field
    assert {f.name: f.value for f in again.fields}["cohabitant"] == values.get("cohabitant", "")


def test_the_fall_in_income_need_not_be_answered():
    state = walk([*HAPPY[:2], ("income_drop", {})])
    assert "income_drop" not in state.answers
    assert shown(state).id == "duration"


def test_the_whole_stay_is_proposed():
    state = walk(HAPPY[:3])
    assert shown(state).fields[0].value == "whole_stay"


class TestMissingFacts:
    missing = determined("undetermined", missing=(HOURS_GAP.path, INCOME))
    seen = view(gaps=(HOURS_GAP, INCOME_GAP))

    def test_only_what_no_register_knows_is_asked(self):
        steps = open_steps(DEFINITION, START, self.missing, self.seen)
        assert [s.gap for s in steps if s.gap] == [HOURS_GAP]

    def test_what_a_register_will_tell_is_said_to_be_fetched(self):
        notes = shown(START, self.missing, self.seen).notes
        assert notes == (
            "Vi kan ikke si ennå hva prisen blir.",
            "Vi henter selv: inntekt (Skatteetaten). Du trenger ikke gjøre noe.",
        )

    def test_a_gap_that_cannot_change_the_answer_is_not_asked(self):
        steps = open_steps(DEFINITION, START, determined(), self.seen)
        assert not [s for s in steps if s.gap]

    def test_it_is_asked_about_the_one_it_concerns_and_read_exactly(self):
        state = walk(HAPPY[:2], determination=self.missing, seen=self.seen)
        step = shown(state, self.missing, self.seen)
        assert step.fields[0].label == "Hvor mange timer i uken? (Emil Steen)"
        wrong = apply_answer(DEFINITION, state, self.missing, self.seen, step.id, {HOURS_GAP.key: "mange"})
        assert isinstance(wrong, Errors)
        right = apply_answer(DEFINITION, state, self.missing, self.seen, step.id, {HOURS_GAP.key: "41,5"})
        assert isinstance(right, ProcessState)
        assert right.answers[HOURS_GAP.key] == Answer("41.5")

    def test_an_answered_gap_stays_a_step_one_can_go_back_to(self):
        state = walk(
            [*HAPPY[:2], (f"missing:{HOURS_GAP.key}", {HOURS_GAP.key: "41"})],
            determination=self.missing,
            seen=self.seen,
        )
        now_known = determined()
        assert one_back(DEFINITION, state, now_known, self.seen).at == f"missing:{HOURS_GAP.key}"


class TestConfirming:
    def test_each_fact_has_its_source_and_a_way_to_say_that_it_is_wrong(self):
        income = shown(walk(HAPPY[:4])).facts[0]
        assert (income.value, income.source, income.learned) == (
            "300\u00a0000\u00a0kr",
            "Skatteetaten",
            "1. juni 2026",
        )
        assert income.corrected_where == "Du kan endre skattemeldingen hos Skatteetaten."

    def test_a_correction_needs_a_reason(self):
        state = walk(HAPPY[:4])
        values = {"correct": INCOME_FACT.key, "should_be": "250 000"}
        errors = apply_answer(DEFINITION, state, determined(), view(), "confirm", values)
        assert isinstance(errors, Errors)
        step = step_of(DEFINITION, state, determined(), view(), errors, values)
        assert step.errors == ((f"{INCOME_FACT.key}.reason", "Skriv hvorfor opplysningen er feil."),)
        assert step.facts[0].should_be.value == "250 000"
        assert step.facts[1].should_be.value == ""

    def test_a_correction_makes_the_fact_disputed_and_is_in_the_summary(self):
        correct = {"correct": INCOME_FACT.key, "should_be": "250 000", "reason": "Har byttet jobb"}
        state = walk([*HAPPY[:4], ("confirm", correct)])
        assert shown(state).id == "confirm"
        state = walk([("confirm", {})], state=state)
        said = state.corrections[0]
        assert (said.held, said.should_be, said.reason) == (
            "300\u00a0000\u00a0kr",
            "250 000",
            "Har byttet jobb",
        )
        step = shown(state)
        assert step.lines[-1].label == "Feil: Inntekt, Siri Steen"
        assert "En saksbehandler ser på det" in step.notes[-1]

    def test_a_correction_can_be_taken_back(self):
        correct = {"correct": INCOME_FACT.key, "reason": "Feil"}
        state = walk([*HAPPY[:4], ("confirm", correct), ("confirm", {"undo": INCOME_FACT.key})])
        assert state.corrections == ()

    def test_what_is_not_the_applicants_to_read_is_not_shown(self):
        seen = view(adults=(SIRI, OMAR), held=(replace(INCOME_FACT, about=OMAR, hidden=True),))
        answers = [HAPPY[0], ("household", {}), *HAPPY[2:4]]
        fact = shown(walk(answers, seen=seen), seen=seen).facts[0]
        assert "300" not in fact.value
        disputed = apply_answer(
            DEFINITION,
            walk(answers, seen=seen),
            determined(),
            seen,
            "confirm",
            {"correct": fact.key, "reason": "Han har sluttet"},
        )
        assert isinstance(disputed, ProcessState)
        assert disputed.corrections[0].held == ""

    def test_facts_that_change_after_confirming_must_be_confirmed_again(self):
        state = walk()
        changed = view(held=(replace(INCOME_FACT, value=Decimal(310_000)), PRICE_FACT))
        step = shown(state, seen=changed)
        assert step.id == "confirm"
        assert step.notes[0].startswith("Opplysningene har endret seg")
        assert not is_ready(DEFINITION, state, determined(), changed)

    def test_a_fact_that_is_not_there_cannot_be_corrected(self):
        wrong = apply_answer(
            DEFINITION, walk(HAPPY[:4]), determined(), view(), "confirm", {"correct": "x", "reason": "y"}
        )
        assert isinstance(wrong, Errors)


class TestOrder:
    def test_a_step_not_yet_reached_cannot_be_answered(self):
        assert apply_answer(DEFINITION, START, determined(), view(), "confirm", {}) == START

    def test_a_step_that_does_not_exist_changes_nothing(self):
        assert apply_answer(DEFINITION, START, determined(), view(), "elsewhere", {}) == START

    def test_a_passed_step_can_be_answered_again_and_leads_on_from_there(self):
        state = walk([("household", {"cohabitant": "yes", "cohabitant_detail": "Per Li"})], state=walk())
        assert state.answers["cohabitant"] == Answer("yes", "Per Li")
        assert shown(state).id == "income_drop"
        assert is_ready(DEFINITION, state, determined(), view())

    def test_back_and_change_move_without_losing_answers(self):
        state = one_back(DEFINITION, walk(), determined(), view())
        assert shown(state).id == "confirm"
        state = moved_to(DEFINITION, state, determined(), view(), "duration")
        assert shown(state).fields[0].value == "whole_stay"
        assert one_back(DEFINITION, START, determined(), view()).at == "explain"

    def test_changing_to_a_step_not_reached_shows_the_first_that_is_open(self):
        assert shown(moved_to(DEFINITION, START, determined(), view(), "summary")).id == "explain"


@pytest.mark.parametrize(
    ("step", "values", "name"),
    [
        ("household", {"cohabitant": "yes", "cohabitant_detail": "Per Li"}, "cohabitant"),
        ("income_drop", {"income_drop": "yes"}, "income_drop"),
    ],
)
def test_what_takes_judgement_goes_to_a_case_worker(step, values, name):
    state = walk([(s, values if s == step else v) for s, v in HAPPY])
    assert list(for_worker(DEFINITION, state, determined(), view())) == [name]
    assert "aksbehandler" in shown(state).notes[-1]


def test_a_guardian_outside_the_household_does_not_read_its_income():
    outside = view(applicant=OMAR, adults=(SIRI,), amounts={"household_income": Decimal(300_000)})
    answers = [HAPPY[0], ("household", {}), *HAPPY[2:]]
    assert list(for_worker(DEFINITION, walk(answers, seen=outside), determined(), outside)) == [
        "outside_household"
    ]
    assert not shown(walk(answers[:4], seen=outside), seen=outside).notes
    inside = replace(outside, applicant=SIRI)
    assert "300" in shown(walk(HAPPY[:4], seen=inside), seen=inside).notes[0]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_step_can_be_shown_in_every_language(language):
    seen = view(language=language, child=EMIL)
    state = START
    for step, values in HAPPY:
        now = shown(state, seen=seen)
        assert now.id == step
        assert now.title
        assert all(button.label for button in now.buttons)
        state = walk([(step, values)], state=state, seen=seen)
    assert shown(state, seen=seen).as_json()["kind"] == "summary"


def test_the_state_survives_being_stored():
    correct = {"correct": INCOME_FACT.key, "should_be": "1", "reason": "r"}
    state = walk([*HAPPY[:4], ("confirm", correct), ("confirm", {})])
    assert ProcessState.from_json(state.as_json()) == state
