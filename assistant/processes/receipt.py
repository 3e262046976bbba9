"""The receipt of a sent errand: its number, when it came, when an answer is due, what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.config import local_date
from assistant.processes.definition import ProcessDefinition
from assistant.processes.picture import text_of
from assistant.processes.wording import day, word


@dataclass(frozen=True)
class Receipt:
    """`status`: received (being decided by machine), manual (with a case worker) or decided."""

    text: str
    number: int
    status: str
    status_text: str
    received: str
    due: str

    def as_json(self) -> dict[str, Any]:
        return dict(self.__dict__)


def receipt_of(definition: ProcessDefinition, case: Mapping[str, Any], language: str) -> Receipt:
    """The receipt for a case row."""
    status = str(case["status"])
    return Receipt(
        text=text_of(definition.receipt, language),
        number=case["number"],
        status=status,
        status_text=word("case_status", status, language),
        received=day(local_date(case["received_at"]), language),
        due=day(case["due_on"], language),
    )
