"""What a correction would change in a person's rights, shown before it is sent: before and after, in plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.determinations import Determinations
from assistant.determinations.what_if import Supposed, supposing, what_if
from assistant.dialogue.why import measured
from assistant.mydata.mine import Mine
from assistant.processes import Processes
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.reading import Wrong, read_value
from assistant.store import Transaction
from assistant.twin import Fact
from rules import Catalogue
from rules.determination import Determination
from rules.model import Concept

BEFORE_ROUNDING = "exact_"
"""How rules name amounts that other rules go on reckoning with: not what anybody pays."""


@dataclass(frozen=True)
class Effect:
    """What is said of one's rights if the claim is right. `others`: rules that say the same as before."""

    changes: tuple[Mapping[str, Any], ...]
    others: int


async def effect_of(
    tx: Transaction, processes: Processes, found: Mine, held: Fact, instead: Fact | None, now: datetime
) -> Effect:
    """The rules that read the fact, for the holders whose results the person may read, before and after."""
    determinations: Determinations = processes.gathering.determinations
    supposed = await what_if(determinations, tx, held, instead, found.ids, now)
    open_to = [one for one in supposed if found.may_read_rule(processes, one.rule, one.subject_id)]
    changed = [one for one in open_to if one.changes]
    return Effect(tuple(_plain(one) for one in changed), len(open_to) - len(changed))


def _plain(one: Supposed) -> Mapping[str, Any]:
    return {
        "subject": one.subject_id,
        "rule": one.rule,
        "before": _said(one.before),
        "after": _said(one.after),
    }


def _said(said: Determination) -> Mapping[str, Any]:
    values = {name: value for name, value in said.values.items() if not name.startswith(BEFORE_ROUNDING)}
    return {"answer": said.answer, "on": said.on, "values": values}


@dataclass(frozen=True)
class EffectShown:
    """One line of the effect: of which rule, for whom (empty: the reader), each side as answer and values."""

    rule: str
    about: str
    before: str
    after: str
    values: tuple[tuple[str, str, str], ...]  # what, before, after


def in_words(
    effect: Sequence[Mapping[str, Any]], catalogue: Catalogue, names: Mapping[str, str], language: str
) -> tuple[EffectShown, ...]:
    """The effect as a person or a case worker reads it; a rule that is gone since keeps its id."""
    made = []
    for one in effect:
        rule = catalogue.rules.get(one["rule"])
        outcomes = {outcome.name: outcome for outcome in rule.outcome} if rule else {}
        before, after = one["before"]["values"], one["after"]["values"]
        values = tuple(
            (
                text_of(outcomes[name].title, language) if name in outcomes else name,
                _value(before.get(name), outcomes[name].unit if name in outcomes else "", language),
                _value(after.get(name), outcomes[name].unit if name in outcomes else "", language),
            )
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        )
        made.append(
            EffectShown(
                text_of(rule.title, language) if rule else str(one["rule"]),
                names.get(one["subject"], ""),
                str(one["before"]["answer"]),
                str(one["after"]["answer"]),
                values,
            )
        )
    return tuple(made)


def _value(value: Any, unit: str, language: str) -> str:
    return "–" if value is None else measured(value, unit, language)


def claimed(held: Fact, concept: Concept | None, should_be: str, language: str) -> Fact | Wrong | None:
    """The fact as it should be; what cannot be read as a value of the concept; None where it should be no fact.

    A relation has no value to type: what it should be is told in words, and no effect is worked out.
    """
    if not should_be or concept is None or held.object_id is not None:
        return None
    words = words_of(concept)
    read = read_value(should_be, words.kind, language, tuple(code for code, _ in words.choices))
    if isinstance(read, Wrong):
        return read
    return supposing(held, stated(words.kind, read))


def stated(kind: str, read: str) -> Any:
    """A value that was read, as a fact keeps it: truth as true or false, amounts and days as text."""
    if kind == "yes_no":
        return read == "yes"
    if kind == "number" and read.isdigit():
        return int(read)
    if kind == "date":
        return date.fromisoformat(read).isoformat()
    return read
