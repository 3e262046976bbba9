"""The walk through an errand, decided and not done: which step comes now, and what an answer leads to.

The walker reads no database and no clock. The resident's pages and the chat walk with the same functions:

    step_of(definition, state, determination, view)                       what to show
    apply_answer(definition, state, determination, view, step, values)    the state after an answer, or errors
    one_back(definition, state, determination, view)                      the state one step earlier

Only facts that no register knows are asked for: FOR-2005-12-16-1478 § 3e first and second paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from assistant.processes import filing, showing
from assistant.processes.definition import ProcessDefinition, QuestionDefinition, StepDefinition, Texts
from assistant.processes.picture import ErrandView, Gap, HeldFact, text_of
from assistant.processes.reading import LONG, Wrong, read_text, read_value
from assistant.processes.state import Answer, Correction, ProcessState
from assistant.processes.steps import Field, Line, Step
from assistant.processes.wording import shown, texts_of, word
from assistant.store.columns import to_json
from rules.determination import Determination


@dataclass(frozen=True)
class Errors:
    """What cannot be taken as an answer: field name → what is wrong, in the person's language."""

    step: str
    of: Mapping[str, str]


@dataclass(frozen=True)
class OpenStep:
    """A step this person meets; a fact that is lacking makes a step of its own."""

    id: str
    definition: StepDefinition
    gap: Gap | None = None


def open_steps(
    definition: ProcessDefinition, state: ProcessState, determination: Determination, view: ErrandView
) -> tuple[OpenStep, ...]:
    """The steps of this errand for this person, in order."""
    steps: list[OpenStep] = []
    for step in definition.steps:
        if step.kind != "missing":
            steps.append(OpenStep(step.id, step))
            continue
        steps.extend(
            OpenStep(f"{step.id}:{gap.key}", step, gap)
            for gap in view.gaps
            if gap.may_be_asked and (gap.path in determination.missing or gap.key in state.answers)
        )
    return tuple(steps)


def facts_digest(view: ErrandView) -> str:
    """Names the facts a person confirms, so that what changes afterwards is confirmed again."""
    return sha256(to_json([[fact.key, fact.value] for fact in view.held]).encode()).hexdigest()


def _is_done(step: OpenStep, state: ProcessState, view: ErrandView) -> bool:
    if step.id not in state.done:
        return False
    if (asked := step.definition.documents) is not None:
        return not asked.required or bool(filing.sent_for(asked, view))
    return step.definition.kind != "confirm" or state.confirmed == facts_digest(view)


def _position(steps: tuple[OpenStep, ...], state: ProcessState, view: ErrandView) -> int:
    """The step to show: the one the person is at, but never past one that is not answered."""
    first_open = next((n for n, step in enumerate(steps) if not _is_done(step, state, view)), len(steps) - 1)
    at = next((n for n, step in enumerate(steps) if step.id == state.at), first_open)
    return min(at, first_open)


def step_of(
    definition: ProcessDefinition,
    state: ProcessState,
    determination: Determination,
    view: ErrandView,
    errors: Errors | None = None,
    tried: Mapping[str, str] | None = None,
) -> Step:
    """The step to show now; after a refused answer with its errors and what was `tried`."""
    steps = open_steps(definition, state, determination, view)
    position = _position(steps, state, view)
    if errors is not None:
        position = next((n for n, step in enumerate(steps) if step.id == errors.step), position)
    step = steps[position]
    made = Step(
        id=step.id,
        kind=step.definition.kind,
        title=text_of(step.definition.title, view.language),
        paragraphs=showing.paragraphs(text_of(step.definition.text, view.language)),
        number=position + 1,
        count=len(steps),
        buttons=showing.buttons(step.definition, view.language, first=position == 0),
    )
    wrong = {} if errors is None else errors.of
    values = {} if tried is None else tried
    language = view.language
    match step.definition.kind:
        case "explain":
            return replace(made, notes=showing.outlook(determination, view))
        case "household":
            return replace(
                made,
                people=tuple(who.name for who in view.adults or ()),
                fields=_fields(question_of(step, view), state, language, wrong, values),
                notes=() if view.adults is not None else (word("notes", "household_unknown", language),),
            )
        case "documents":
            assert step.definition.documents is not None
            asked, error = step.definition.documents, wrong.get(filing.FIELD, "")
            return replace(made, upload=filing.upload_of(asked, view.documents, view.language, error=error))
        case "missing":
            assert step.gap is not None
            return replace(made, fields=(showing.gap_field(step.gap, state, view, wrong, values),))
        case "choice":
            return replace(made, fields=_fields(question_of(step, view), state, language, wrong, values))
        case "confirm":
            changed = step.id in state.done and state.confirmed != facts_digest(view)
            return replace(
                made,
                facts=tuple(showing.fact(held, state, view, wrong, values) for held in view.held),
                notes=(*((word("notes", "reconfirm", language),) if changed else ()), *showing.total(view)),
            )
        case _:
            return replace(
                made,
                lines=_lines(steps, state, view),
                notes=(
                    *showing.outlook(determination, view),
                    *showing.worker_notes(
                        _questions(steps, view), state, view, to_judge=bool(definition.asks_for)
                    ),
                ),
            )


def apply_answer(
    definition: ProcessDefinition,
    state: ProcessState,
    determination: Determination,
    view: ErrandView,
    step_id: str,
    values: Mapping[str, str],
) -> ProcessState | Errors:
    """The state after an answer to the step, or what is wrong with the answer.

    A step that has been passed may be answered again; one that is not yet reached may not.
    """
    steps = open_steps(definition, state, determination, view)
    reached = _position(steps, replace(state, at=steps[-1].id), view)
    index = next((n for n, step in enumerate(steps) if step.id == step_id), None)
    if index is None or index > reached:
        return state  # an old page sent twice: show where the person really is
    step = steps[index]
    if step.definition.kind == "summary":
        return state  # what follows the summary is the submission, which is no answer
    if step.definition.kind == "confirm" and ("correct" in values or "undo" in values):
        return _correct(step, state, view, values)
    if step.definition.documents is not None and not _is_done(step, state.with_done(step.id), view):
        return Errors(step.id, {filing.FIELD: word("errors", "no_file", view.language)})
    if step.gap is not None:
        answered = _answer_gap(step, step.gap, state, view, values)
    elif (question := question_of(step, view)) is not None:
        answered = _answer_question(step, question, state, view, values)
    else:
        answered = state
    if isinstance(answered, Errors):
        return answered
    if step.definition.kind == "confirm":
        answered = replace(answered, confirmed=facts_digest(view))
    answered = answered.with_done(step.id)
    following = steps[index + 1 :]
    if state.prepared:  # the rest has been walked: on to what is left
        following = tuple(one for one in following if not _is_done(one, answered, view)) or steps[-1:]
    return answered.moved_to(following[0].id)


def one_back(
    definition: ProcessDefinition, state: ProcessState, determination: Determination, view: ErrandView
) -> ProcessState:
    steps = open_steps(definition, state, determination, view)
    return state.moved_to(steps[max(_position(steps, state, view) - 1, 0)].id)


def moved_to(
    definition: ProcessDefinition,
    state: ProcessState,
    determination: Determination,
    view: ErrandView,
    step_id: str,
) -> ProcessState:
    """Back to a step the person has been at, to change the answer; elsewhere the state stays as it is."""
    steps = open_steps(definition, state, determination, view)
    return state.moved_to(step_id) if any(step.id == step_id for step in steps) else state


def is_ready(
    definition: ProcessDefinition, state: ProcessState, determination: Determination, view: ErrandView
) -> bool:
    """Is every step before the summary answered, and are the facts confirmed those we hold now?"""
    steps = open_steps(definition, state, determination, view)
    return all(_is_done(step, state, view) for step in steps[:-1])


def for_worker(
    definition: ProcessDefinition, state: ProcessState, determination: Determination, view: ErrandView
) -> Mapping[str, Texts]:
    """The answers no rule may judge, by name, and why a case worker must: § 3e last paragraph."""
    steps = open_steps(definition, state, determination, view)
    found = {
        question.name: question.to_worker
        for question in _questions(steps, view)
        if question.to_worker is not None and showing.goes_to_worker(question, state)
    }
    if view.is_outside_household:
        found["outside_household"] = texts_of("notes", "outside_household")
    return found


# ---- answers --------------------------------------------------------------------------------------


def question_of(step: OpenStep, view: ErrandView) -> QuestionDefinition | None:
    """The step's question. Only who is the one adult the register shows is asked for another."""
    if step.definition.kind == "household" and [who.id for who in view.adults or ()] != [view.applicant.id]:
        return None
    return step.definition.question


def _questions(steps: tuple[OpenStep, ...], view: ErrandView) -> tuple[QuestionDefinition, ...]:
    return tuple(question for step in steps if (question := question_of(step, view)) is not None)


def _fields(
    question: QuestionDefinition | None,
    state: ProcessState,
    language: str,
    wrong: Mapping[str, str],
    values: Mapping[str, str],
) -> tuple[Field, ...]:
    return () if question is None else showing.question_fields(question, state, language, wrong, values)


def _answer_gap(
    step: OpenStep, gap: Gap, state: ProcessState, view: ErrandView, values: Mapping[str, str]
) -> ProcessState | Errors:
    language, name = view.language, gap.key
    given = values.get(name, "").strip()
    if not given:
        label = text_of(gap.words.question or gap.words.label, language)
        return Errors(step.id, {name: word("errors", "fill_in", language, label=label)})
    read = read_value(given, gap.words.kind, language, tuple(value for value, _ in gap.words.choices))
    if isinstance(read, Wrong):
        return Errors(step.id, {name: read.text})
    return state.with_answer(name, Answer(read))


def _answer_question(
    step: OpenStep,
    question: QuestionDefinition,
    state: ProcessState,
    view: ErrandView,
    values: Mapping[str, str],
) -> ProcessState | Errors:
    language = view.language
    chosen = values.get(question.name, "").strip()
    if not chosen and not question.required:
        return state.with_answer(question.name, None)
    if chosen not in {choice.value for choice in question.choices}:
        return Errors(step.id, {question.name: word("errors", "choose", language)})
    detail: str | Wrong = ""
    if question.detail_when == chosen and question.detail_label is not None:
        detail = read_text(values.get(f"{question.name}_detail", ""), language, LONG)
        if not detail and question.detail_required:
            label = text_of(question.detail_label, language)
            detail = Wrong(word("errors", "fill_in", language, label=label))
    if isinstance(detail, Wrong):
        return Errors(step.id, {f"{question.name}_detail": detail.text})
    return state.with_answer(question.name, Answer(chosen, detail))


def _correct(
    step: OpenStep, state: ProcessState, view: ErrandView, values: Mapping[str, str]
) -> ProcessState | Errors:
    if "undo" in values:
        return state.without_correction(values["undo"]).moved_to(step.id)
    key, language = values["correct"], view.language
    held = next((fact for fact in view.held if fact.key == key), None)
    if held is None:
        return Errors(step.id, {"correct": word("errors", "unknown_fact", language)})
    should_be = read_text(values.get("should_be", ""), language)
    reason = read_text(values.get("reason", ""), language, LONG)
    wrong: dict[str, str] = {}
    if isinstance(should_be, Wrong):
        wrong[f"{key}.should_be"] = should_be.text
    if isinstance(reason, Wrong):
        wrong[f"{key}.reason"] = reason.text
    elif not reason:
        wrong[f"{key}.reason"] = word("errors", "reason", language)
    if wrong or isinstance(should_be, Wrong) or isinstance(reason, Wrong):
        return Errors(step.id, wrong)
    return state.with_correction(_correction(held, view, should_be, reason)).moved_to(step.id)


def _correction(held: HeldFact, view: ErrandView, should_be: str, reason: str) -> Correction:
    return Correction(
        fact=held.key,
        label=f"{text_of(held.words.label, view.language)}, {held.about.name}",
        held="" if held.hidden else shown(held.value, held.words, view.language),
        should_be=should_be,
        reason=reason,
    )


def _lines(steps: tuple[OpenStep, ...], state: ProcessState, view: ErrandView) -> tuple[Line, ...]:
    lines = list(showing.people_lines(view))
    for step in steps:
        question = question_of(step, view)
        if step.gap is not None:
            lines.append(showing.gap_line(step.gap, state, view, step.id))
        elif question is not None:
            lines.append(showing.question_line(question, state, view.language, step.id))
        elif step.definition.documents is not None:
            lines.append(filing.line_of(step.definition.documents, view, step.id))
        elif step.definition.kind == "confirm":
            lines.extend(showing.confirm_lines(state, view.language, step.id))
    return tuple(lines)
