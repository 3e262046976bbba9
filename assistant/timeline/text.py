"""A day of a life in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from rules.life_timeline import Kind, LifeDay
from rules.wording import day_in, measured, text_in

_KIND: dict[Kind, dict[str, str]] = {
    "now": {"nb": "Gjelder nå", "nn": "Gjeld no", "en": "Holds now"},
    "begins": {"nb": "Begynner", "nn": "Byrjar", "en": "Begins"},
    "changes": {"nb": "Endres", "nn": "Blir endra", "en": "Changes"},
    "deadline": {"nb": "Frist", "nn": "Frist", "en": "Deadline"},
    "ends": {"nb": "Slutter", "nn": "Sluttar", "en": "Ends"},
}


def kind_in(kind: Kind, language: str) -> str:
    return _KIND[kind][language]


def title_of(day: LifeDay, language: str) -> str:
    """'Nora: Gratis kjernetid i barnehage'."""
    return f"{day.member}: {text_in(day.rule.title, language)}"


def values_of(day: LifeDay, language: str) -> Iterator[str]:
    """The values that have a title, with their unit: 'Pris i måneden: 600 kr per måned'; what holds, by its title."""
    for definition in day.rule.outcome:
        value = day.values.get(definition.name)
        if not definition.title or value is None or value is False:
            continue
        title = text_in(definition.title, language)
        unit = "" if definition.unit == "date" else definition.unit
        yield title if value is True else f"{title}: {measured(value, unit, language)}"


def next_step_of(day: LifeDay, language: str) -> str:
    """What to do; nothing where something ends."""
    return "" if day.kind == "ends" else text_in(day.rule.next_step, language) if day.rule.next_step else ""


def laws_of(day: LifeDay) -> Iterator[tuple[str, str]]:
    """The law's name with its section, and its address (empty where there is none)."""
    for law in day.rule.law:
        yield f"{law.title or law.act} {law.section}".rstrip(), law.url


def by_day(days: Iterable[LifeDay]) -> dict[date, list[LifeDay]]:
    found: dict[date, list[LifeDay]] = {}
    for one in days:
        found.setdefault(one.day, []).append(one)
    return found


def as_text(days: Iterable[LifeDay], language: str) -> str:
    """A day a paragraph, for the command line."""
    lines: list[str] = []
    for day, here in by_day(days).items():
        lines.append(day_in(day, language))
        for one in here:
            told = "; ".join(values_of(one, language))
            said = f"  {kind_in(one.kind, language)}: {title_of(one, language)}"
            lines.append(f"{said} ({told})" if told else said)
    return "".join(f"{line}\n" for line in lines)
