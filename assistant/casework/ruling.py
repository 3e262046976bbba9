"""A case worker's ruling: granted or refused, with reasons, and what must be there before it can be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from assistant.casework.assessment import Assessment


class CaseworkError(Exception):
    """A case cannot be handled so; the message names the case and the way out."""


class NoSuchCase(CaseworkError):
    pass


class AlreadyDecided(CaseworkError):
    """Somebody, or the machine, has decided in the meantime."""


class SecondPersonNeeded(CaseworkError):
    """The municipality wants two people for such a ruling, and nobody else has approved it."""


class RulingIncomplete(CaseworkError):
    """A ruling lacks something: `field` of the form and `fault` say what.

    reason: missing. monthly_fee: missing (the rules give no fee: state it, or the income), above_price,
    negative. household_income: negative. outcome: no_place (a fee cannot be lowered where there is no
    place).
    """

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"the ruling's {field} is {fault.replace('_', ' ')}")
        self.field = field
        self.fault = fault


@dataclass(frozen=True)
class Ruling:
    """What a case worker has found.

    `household_income` (NOK a year): the income found to be right, where the register's is not; the rules
    then reckon with it. `monthly_fee` (NOK a month without food): stated where the rules cannot give it.
    `valid_from`: chosen where the law leaves the first month open. `approved_by`: the second pair of eyes, where
    the municipality wants one.
    """

    outcome: Literal["granted", "refused"]
    reason: str
    by: str
    household_income: Decimal | None = None
    monthly_fee: Decimal | None = None
    valid_from: date | None = None
    approved_by: str = ""


def checked_fee(assessment: Assessment, ruling: Ruling) -> Decimal:
    """The fee a grant gives, NOK a month: the stated one, else what the rules say.

    Raises `RulingIncomplete`.
    """
    if ruling.household_income is not None and ruling.household_income < 0:
        raise RulingIncomplete("household_income", "negative")
    if ruling.monthly_fee is None:
        if assessment.answer == "yes" and assessment.monthly_fee is not None:
            return assessment.monthly_fee
        raise RulingIncomplete("monthly_fee", "missing")
    if ruling.monthly_fee < 0:
        raise RulingIncomplete("monthly_fee", "negative")
    if assessment.full_fee is not None and ruling.monthly_fee > assessment.full_fee:
        raise RulingIncomplete("monthly_fee", "above_price")
    return ruling.monthly_fee
