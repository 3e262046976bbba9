"""What a decision comes to, by machine or by a case worker, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.casework.running_year import Fee

Outcome = Literal["granted", "refused"]


@dataclass(frozen=True)
class Conclusion:
    """Granted or refused, the fee, and what a case worker adds. Empty `decided_by`: the machine."""

    outcome: Outcome
    fee: Fee
    decided_by: str = ""
    reason: str = ""
    judged_income: Decimal | None = None  # NOK a year

    @property
    def automatic(self) -> bool:
        return not self.decided_by
