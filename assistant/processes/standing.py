"""A standing wish: walking an errand for somebody as far as it can be walked without them, and asking only the rest.

A step is passed in the person's place only where its definition says so (`standing_wish: covered`), where it asks
nothing of them, or where it is answered. What only they can answer stays for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.processes.definition import ProcessDefinition
from assistant.processes.picture import ErrandView
from assistant.processes.state import Answer, ProcessState
from assistant.processes.walker import OpenStep, facts_digest, open_steps, question_of
from rules.determination import Determination

ASKED_IN_WORDS = ("explain", "household", "choice", "confirm")
"""Kinds of steps a wish may cover. Papers, and whatever is added, are the person's to bring."""


@dataclass(frozen=True)
class Walked:
    """How far it went. `left`: the steps that only the person can answer, in order; none: it may be sent."""

    state: ProcessState
    left: tuple[OpenStep, ...]


def walk(
    definition: ProcessDefinition, state: ProcessState, determination: Determination, view: ErrandView
) -> Walked:
    """Pass every step that the standing wish covers; nothing is stated in the person's name.

    A step with a question is covered only where leaving it open, or its own default, is an answer.
    """
    left: list[OpenStep] = []
    for step in open_steps(definition, state, determination, view)[:-1]:
        if step.id in state.done:
            continue
        passed = _passed(step, state, view)
        if passed is None:
            left.append(step)
        else:
            state = passed.with_done(step.id)
    first = left[0].id if left else ""
    return Walked(replace(state, at=first, prepared=True), tuple(left))


def _passed(step: OpenStep, state: ProcessState, view: ErrandView) -> ProcessState | None:
    covered = step.definition.covered_by_wish
    if step.gap is not None or step.definition.kind not in ASKED_IN_WORDS:
        return None
    if step.definition.kind == "confirm":
        return replace(state, confirmed=facts_digest(view)) if covered else None
    question = question_of(step, view)
    if question is None:
        # Who does not live with the child may have reasons of their own: that is for them to think about.
        return None if step.definition.kind == "household" and view.is_outside_household else state
    if not covered:
        return None
    if question.default is not None:
        return state.with_answer(question.name, Answer(question.default))
    return None if question.required else state
