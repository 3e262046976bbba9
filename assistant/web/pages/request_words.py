"""A request about data in words, for the person who sent it and for the one who answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant.config import local_date
from assistant.mydata import DataRequest
from assistant.mydata.asking import ARTICLE
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.wording import shown, source_name
from rules import Catalogue


@dataclass(frozen=True)
class RequestLine:
    """A request in a list. `label` names the fact that is meant; empty where none is. Keys are of texts."""

    id: str
    number: int
    kind: str
    kind_key: str
    label: str
    held: str
    should_be: str
    source: str
    theme: str
    status: str
    status_key: str
    received_on: date
    due_on: date
    is_open: bool
    law: str


def line(asked: DataRequest, catalogue: Catalogue, language: str) -> RequestLine:
    about = asked.about
    concept = catalogue.model.concepts.get(str(about.get("concept", "")))
    return RequestLine(
        id=asked.id,
        number=asked.number,
        kind=asked.kind,
        kind_key=f"mydata.kind_{asked.kind}",
        label=text_of(concept.title, language) if concept else "",
        held=_value(catalogue, str(about.get("concept", "")), about.get("held"), language)
        if "held" in about
        else "",
        should_be=_value(catalogue, str(about.get("concept", "")), about["value"], language)
        if "value" in about
        else str(about.get("should_be", "")),
        source=source_name(str(about["source"]), language) if about.get("source") else "",
        theme=str(about.get("theme", "")),
        status=asked.status,
        status_key=f"mydata.status_{asked.kind}_{asked.status}"
        if (asked.kind, asked.status) in SAID_OTHERWISE
        else f"mydata.status_{asked.status}",
        received_on=local_date(asked.received_at),
        due_on=asked.due_on,
        is_open=asked.is_open,
        law=ARTICLE[asked.kind],
    )


SAID_OTHERWISE = frozenset({("question", "granted"), ("erasure", "granted")})
"""What is answered or done rather than granted."""

CODED = frozenset({"person.address_key"})


def _value(catalogue: Catalogue, concept_id: str, value: Any, language: str) -> str:
    concept = catalogue.model.concepts.get(concept_id)
    if value is None or concept_id in CODED:
        return ""
    return shown(value, words_of(concept), language) if concept else str(value)


def themes(catalogue: Catalogue) -> tuple[str, ...]:
    """The themes of the catalogue: the first part of its rules' names."""
    return tuple(sorted({rule.partition(".")[0] for rule in catalogue.rules}))
