"""A typed line as the answer to the question that is open, where it can be one."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.dialogue.understanding import normal
from assistant.processes.reading import Wrong, read_value
from assistant.processes.steps import Field, Step

AGREE = {"yes": ("ja", "yes", "jo", "jepp", "ja takk"), "no": ("nei", "no", "nei takk", "nope")}


def values_from(text: str, step: Step, language: str) -> Mapping[str, str] | None:
    """The values to answer the step with, or None where the line is no answer to it.

    A line answers the first field that is still open: one of its choices by name or number, an amount, a day,
    or, after a choice that asks for words, the words themselves.
    """
    chosen: dict[str, str] = {}
    for field in step.fields:
        if field.shown_when is not None and chosen.get(field.shown_when[0]) != field.shown_when[1]:
            continue
        if field.kind == "choice":
            picked = _choice(text, field)
            if picked is not None:
                return {**chosen, field.name: picked}
            if not field.value:
                return None
            chosen[field.name] = field.value
        elif field.kind == "text" or field.kind == "long_text":  # noqa: PLR1714  (said so that types follow)
            return {**chosen, field.name: text} if field.required else None
        elif not isinstance(read_value(text, field.kind, language), Wrong):
            return {**chosen, field.name: text}
        else:
            return None
    return None


def proposed(step: Step) -> Mapping[str, str]:
    """What stands in the fields already: pressing on without a word takes it."""
    return {field.name: field.value for field in step.fields if field.value}


def _choice(text: str, field: Field) -> str | None:
    said = normal(text)
    for number, choice in enumerate(field.choices, start=1):
        ways = (normal(choice.label), normal(choice.value), str(number), *AGREE.get(choice.value, ()))
        if said in ways:
            return choice.value
    return None
