"""An errand as it is kept and shown, what it cannot be, and what the room needs of those above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from assistant.casework.submission import Submission
from assistant.processes.receipt import Receipt
from assistant.processes.state import ProcessState
from assistant.processes.steps import Step, Upload
from assistant.store import Transaction
from assistant.twin import (
    Provenance,
    Statement,
)


class NotYours(LookupError):
    """The errand, or the child, is not this person's. `subject_id`: whose data was reached for."""

    def __init__(self, subject_id: str) -> None:
        super().__init__("no such errand for this person")
        self.subject_id = subject_id


class NotOpen(ValueError):
    """The errand is submitted or withdrawn: it can be read, not changed."""


class NotReady(ValueError):
    """A step before the summary is not answered; `step_of` shows which."""


@dataclass(frozen=True)
class Errand:
    """A process row. `status`: open, submitted, withdrawn or closed."""

    id: str
    definition: str
    person_id: str
    subject_id: str
    municipality: str
    state: ProcessState
    status: str
    case_id: str | None
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Shown:
    """An errand and what to show of it: a step while it is open, a receipt once it is sent."""

    errand: Errand
    title: str
    step: Step | None
    receipt: Receipt | None
    refused: bool = False  # the last answer was not taken: the step has its errors
    uploads: tuple[Upload, ...] = ()  # of a sent errand: what was sent with it, and more while it is handled


class CaseOpening(Protocol):
    """Where a submitted errand goes."""

    async def open_case(self, tx: Transaction, submission: Submission, now: datetime) -> str: ...


class Recording(Protocol):
    """Records what sources say, and does all that follows from it."""

    async def record(
        self,
        tx: Transaction,
        said: Sequence[tuple[Provenance, Sequence[Statement]]],
        cause: str,
        now: datetime,
    ) -> Any: ...


def errand_from(row: Mapping[str, Any]) -> Errand:
    fields = {name: row[name] for name in Errand.__dataclass_fields__ if name != "state"}
    return Errand(**fields, state=ProcessState.from_json(row["state"]))
