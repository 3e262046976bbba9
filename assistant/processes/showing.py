"""How the parts of a step are shown: fields, facts with sources, the outlook, the lines of a summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from assistant.processes.definition import QuestionDefinition, StepDefinition
from assistant.processes.picture import ErrandView, Gap, HeldFact, text_of
from assistant.processes.state import ProcessState
from assistant.processes.steps import Button, Choice, Field, FieldKind, Line, ShownFact
from assistant.processes.wording import corrected_where, day, kroner, shown, source_name, word
from rules.determination import Determination

_FIELD_KINDS: Mapping[str, FieldKind] = {
    "text": "text",
    "number": "number",
    "money": "money",
    "date": "date",
    "yes_no": "choice",
    "choice": "choice",
}


def paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs are parted by an empty line; single line breaks are there for the reader of the YAML."""
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def buttons(step: StepDefinition, language: str, *, first: bool) -> tuple[Button, ...]:
    label = text_of(step.button, language) if step.button else word("buttons", "next", language)
    forward = Button("submit" if step.kind == "summary" else "next", label, primary=True)
    back = () if first else (Button("back", word("buttons", "back", language)),)
    return (forward, *back, Button("withdraw", word("buttons", "withdraw", language)))


def outlook(determination: Determination, view: ErrandView) -> tuple[str, ...]:
    """What the rule says so far, and what we fetch ourselves."""
    language = view.language
    notes = []
    if determination.answer == "yes" and (fee := determination.values.get("monthly_fee")) is not None:
        full = determination.values.get("full_fee")
        known = {"fee": kroner(Decimal(str(fee)), language)}
        if full is not None:
            known["full"] = kroner(Decimal(str(full)), language)
        notes.append(word("notes", "fee_instead" if full is not None else "fee", language, **known))
    elif determination.answer == "no":
        notes.append(word("notes", "no_right", language))
    else:
        notes.append(word("notes", "fee_unknown", language))
    fetched = {
        (text_of(gap.words.label, language).lower(), gap.register)
        for gap in view.gaps
        if gap.register is not None and gap.path in determination.missing
    }
    notes.extend(
        word("notes", "we_fetch", language, what=what, source=source_name(register, language))
        for what, register in sorted(fetched)
        if register is not None
    )
    return tuple(notes)


def total(view: ErrandView) -> tuple[str, ...]:
    """The household's income in all, where the rule has it: it is in the decision's reasons as well."""
    income = (view.amounts or {}).get("household_income")
    if income is None or view.is_outside_household:
        return ()
    amount = kroner(Decimal(str(income)), view.language)
    return (word("notes", "household_income", view.language, amount=amount),)


def goes_to_worker(question: QuestionDefinition, state: ProcessState) -> bool:
    answer = state.answers.get(question.name)
    return question.to_worker is not None and answer is not None and answer.value == question.detail_when


def worker_notes(
    questions: Iterable[QuestionDefinition], state: ProcessState, view: ErrandView, *, to_judge: bool = False
) -> tuple[str, ...]:
    """Why a case worker decides; or that a machine may, where nothing calls for one.

    `to_judge`: documents are sent, which only a human can judge.
    """
    notes = [
        text_of(question.to_worker, view.language)
        for question in questions
        if question.to_worker is not None and goes_to_worker(question, state)
    ]
    if to_judge:
        notes.append(word("notes", "documents_judged", view.language))
    if state.corrections:
        notes.append(word("notes", "disputed", view.language))
    if view.adults is None:
        notes.append(word("notes", "household_unknown", view.language))
    if view.is_outside_household:
        notes.append(word("notes", "outside_household", view.language))
    return tuple(notes) or (word("notes", "automatic", view.language),)


# ---- fields ---------------------------------------------------------------------------------------


def question_fields(
    question: QuestionDefinition,
    state: ProcessState,
    language: str,
    wrong: Mapping[str, str],
    tried: Mapping[str, str],
) -> tuple[Field, ...]:
    answer = state.answers.get(question.name)
    chosen = Field(
        name=question.name,
        kind="choice",
        label=text_of(question.label, language),
        help=text_of(question.help, language) if question.help else "",
        value=tried.get(question.name, answer.value if answer else question.default or ""),
        required=question.required,
        choices=tuple(
            Choice(c.value, text_of(c.label, language), text_of(c.help, language) if c.help else "")
            for c in question.choices
        ),
        error=wrong.get(question.name, ""),
    )
    if question.detail_when is None or question.detail_label is None:
        return (chosen,)
    name = f"{question.name}_detail"
    detail = Field(
        name=name,
        kind="text" if question.detail_required else "long_text",
        label=text_of(question.detail_label, language),
        value=tried.get(name, answer.detail if answer else ""),
        required=question.detail_required,
        error=wrong.get(name, ""),
        shown_when=(question.name, question.detail_when),
    )
    return (chosen, detail)


def gap_field(
    gap: Gap, state: ProcessState, view: ErrandView, wrong: Mapping[str, str], tried: Mapping[str, str]
) -> Field:
    """The field of a fact nobody has told us; its label says whom it is about when that is somebody else."""
    language = view.language
    answer = state.answers.get(gap.key)
    label = text_of(gap.words.question or gap.words.label, language)
    choices = tuple(Choice(value, text_of(texts, language)) for value, texts in gap.words.choices)
    if gap.words.kind == "yes_no":
        choices = tuple(Choice(value, word("values", value, language)) for value in ("yes", "no"))
    return Field(
        name=gap.key,
        kind=_FIELD_KINDS[gap.words.kind],
        label=label if gap.about.id == view.applicant.id else f"{label} ({gap.about.name})",
        help=text_of(gap.words.help, language) if gap.words.help else "",
        value=tried.get(gap.key, answer.value if answer else ""),
        choices=choices,
        unit="kr" if gap.words.kind == "money" else gap.words.unit,
        error=wrong.get(gap.key, ""),
    )


def fact(
    held: HeldFact, state: ProcessState, view: ErrandView, wrong: Mapping[str, str], tried: Mapping[str, str]
) -> ShownFact:
    language = view.language
    said = state.correction_of(held.key)
    mine = tried if tried.get("correct") == held.key else {}
    return ShownFact(
        key=held.key,
        label=text_of(held.words.label, language),
        about=held.about.name,
        value=word("values", "hidden", language) if held.hidden else shown(held.value, held.words, language),
        source=source_name(held.source, language),
        learned=day(held.learned_on, language),
        corrected_where=corrected_where(held.source, language),
        should_be=Field(
            name="should_be",
            kind="text",
            label=word("fields", "should_be", language),
            value=mine.get("should_be", said.should_be if said else ""),
            required=False,
            error=wrong.get(f"{held.key}.should_be", ""),
        ),
        reason=Field(
            name="reason",
            kind="long_text",
            label=word("fields", "reason", language),
            value=mine.get("reason", said.reason if said else ""),
            error=wrong.get(f"{held.key}.reason", ""),
        ),
        correction=(said.should_be or said.reason) if said else "",
    )


# ---- the summary ----------------------------------------------------------------------------------


def people_lines(view: ErrandView) -> tuple[Line, ...]:
    return (
        Line(word("summary", "child", view.language), view.child.name),
        Line(word("summary", "applicant", view.language), view.applicant.name),
    )


def question_line(question: QuestionDefinition, state: ProcessState, language: str, step: str) -> Line:
    answer = state.answers.get(question.name)
    label = text_of(question.label, language)
    if answer is None:
        return Line(label, word("values", "not_answered", language), step)
    chosen = next(text_of(c.label, language) for c in question.choices if c.value == answer.value)
    return Line(label, f"{chosen}. {answer.detail}" if answer.detail else chosen, step)


def gap_line(gap: Gap, state: ProcessState, view: ErrandView, step: str) -> Line:
    answer = state.answers.get(gap.key)
    field = gap_field(gap, state, view, {}, {})
    if answer is None:
        return Line(field.label, word("values", "not_answered", view.language), step)
    choice = next((c.label for c in field.choices if c.value == answer.value), None)
    return Line(field.label, choice or shown(answer.value, gap.words, view.language), step)


def confirm_lines(state: ProcessState, language: str, step: str) -> tuple[Line, ...]:
    if not state.corrections:
        label = word("summary", "confirmed", language)
        return (Line(label, word("summary", "all_right", language), step),)
    return tuple(
        Line(
            word("summary", "disputed", language, label=correction.label),
            " – ".join(part for part in (correction.should_be, correction.reason) if part),
            step,
        )
        for correction in state.corrections
    )
