"""What a case worker says when a decision is reversed without an appeal, and how it may lack something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.casework.case_rows import Decision
from assistant.casework.looking_anew import judged_income_of
from assistant.casework.outcome import Outcome
from assistant.casework.reconsidering import Ground
from assistant.casework.ruling import CaseworkError, Ruling


class NotOpen(CaseworkError):
    """It has been settled, or moved on, in the meantime."""


class NotHeard(CaseworkError):
    """The person must be notified and heard first; `until` is the last day to answer, None: not notified yet."""

    def __init__(self, until: date | None) -> None:
        super().__init__(f"the person has until {until} to answer" if until else "send advance notice first")
        self.until = until


class ReversalIncomplete(CaseworkError):
    """What the case worker wrote lacks something: `field` of the form and `fault` say what.

    reason: missing. ground: missing, arrived (a notice of the decision has been sent). valid_from: not_offered.
    outcome: undetermined (nobody can tell the fee: wait for the facts, or let it be). notice: cannot (the person
    cannot be told here).
    """

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"the reversal's {field} is {fault.replace('_', ' ')}")
        self.field = field
        self.fault = fault


@dataclass(frozen=True)
class Reversing:
    """A case worker's reversal: on which ground (§ 35), why, and from when it counts.

    `approved_by`: the second pair of eyes, where the municipality wants one.
    """

    by: str
    reason: str
    ground: Ground
    valid_from: date
    approved_by: str = ""

    def ruling(self, made: Decision, outcome: Outcome) -> Ruling:
        """What the reversal of a decision comes to as a ruling: what another looks at, and when it takes two."""
        return Ruling(
            outcome,
            self.reason.strip(),
            self.by,
            household_income=judged_income_of(made),
            valid_from=self.valid_from,
            approved_by=self.approved_by,
        )
