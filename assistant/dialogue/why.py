"""Why the assistant says what it says: conditions with their law, and the facts used with their sources."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_decimal, format_percent

from assistant.config import local_date
from assistant.dialogue.parts import Condition, Conditions, FactShown, Law
from assistant.dialogue.wording import sentence
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.wording import day, kroner, locale_of, shown, source_name, units, word
from rules.model import InformationModel

NOT_FOR_READING = frozenset({"person.address_key", "person.address", "person.address_protection"})
"""Used to tell who lives together; shown to nobody here, so that no protected home can be read from it."""


@dataclass(frozen=True)
class Reader:
    """Who reads, in which language, and whose facts they may read (their own and the child's)."""

    language: str
    may_read: Collection[str]
    names: Mapping[str, str]  # subject id → name


def law_of(reference: Mapping[str, str]) -> Law:
    name = " ".join(
        part for part in (reference.get("title") or reference["act"], reference["section"]) if part
    )
    url = reference.get("url", "")
    return Law(name, url if url.startswith("https://") else "")


def conditions_of(record: Mapping[str, Any], child: str, reader: Reader) -> Conditions:
    """Each condition with ✓, ✗ or ?, what it asks and the law behind it."""
    said = {True: "holds", False: "fails", None: "unknown"}
    language = reader.language
    return Conditions(
        title=sentence("conditions", language, child=child),
        outcome=sentence(f"answer_{record['answer']}", language),
        conditions=tuple(
            Condition(
                text=text_of(condition["text"], language),
                holds=condition["holds"],
                said=sentence(said[condition["holds"]], language),
                law=tuple(law_of(reference) for reference in condition["law"]),
            )
            for condition in record["conditions"]
        ),
    )


def facts_of(record: Mapping[str, Any], model: InformationModel, reader: Reader) -> tuple[FactShown, ...]:
    """The facts a determination used, each once. Another adult's are named, not shown."""
    found: dict[tuple[str, str], FactShown] = {}
    for fact in record.get("facts", ()):
        concept = model.concepts.get(fact.get("concept", ""))
        if concept is None or concept.id in NOT_FOR_READING or concept.type.base == "subject":
            continue
        owner = fact["subject"]
        hidden = concept.subject == "person" and owner not in reader.may_read
        words = words_of(concept)
        found[owner, concept.id] = FactShown(
            label=text_of(concept.title, reader.language),
            about=reader.names.get(owner, "") if concept.subject == "person" else "",
            value=word("values", "hidden", reader.language)
            if hidden
            else shown(fact["value"], words, reader.language),
            source=source_name(fact["source"], reader.language),
            learned=day(_day_of(fact["recorded_at"]), reader.language),
            basis=fact["basis"],
        )
    return tuple(found.values())


def measured(value: Any, unit: str, language: str) -> str:
    """A value a rule worked out, with its unit: kroner, a share as per cent, hours.

    >>> measured("0.3", "share", "nb").replace(chr(160), " ")
    '30 %'
    """
    if isinstance(value, bool):
        return word("values", "yes" if value else "no", language)
    if unit == "date":
        return day(date.fromisoformat(str(value)), language)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if unit.startswith("NOK"):
        return kroner(amount, language)
    if unit == "share":
        return format_percent(amount, locale=locale_of(language))
    name = text_of(units()[unit], language) if unit in units() else unit
    return f"{format_decimal(amount, locale=locale_of(language))} {name}".strip()


def _day_of(moment: Any) -> date:
    return local_date(moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment)))
