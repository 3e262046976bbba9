"""What the API answers: one model a shape. Amounts are exact decimals as text, NOK; days are ISO 8601."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from assistant.casework.status import Status

Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""NOK, exact."""

MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LawOut(_Answer):
    act: str
    section: str
    url: str = ""
    title: str = ""


class ConditionOut(_Answer):
    id: str
    holds: bool | None = Field(description="null: nobody has told us enough")
    text: dict[str, str]
    law: list[LawOut]


class DeterminationOut(_Answer):
    """What a rule says about you or a child of yours, now."""

    id: str
    rule: str
    title: dict[str, str]
    rule_version: str
    subject: str
    on: date
    answer: Literal["yes", "no", "undetermined"]
    values: dict[str, Any]
    missing: list[str]
    conditions: list[ConditionOut]
    law: list[LawOut]
    changes_on: date | None
    made_at: datetime


class DeterminationsOut(_Answer):
    determinations: list[DeterminationOut]


class MessageOut(_Answer):
    channel: str
    language: str
    title: str
    body: str
    state: str
    sent_at: datetime | None
    read_at: datetime | None


class GuidanceOut(_Answer):
    """What the assistant wants you to know, and the messages that say so."""

    id: str
    kind: str
    rule: str
    subject: str
    created_at: datetime
    expires_on: date | None
    messages: list[MessageOut]


class GuidanceListOut(_Answer):
    guidance: list[GuidanceOut]


class ProcessOut(_Answer):
    """An errand you have begun."""

    id: str
    definition: str
    subject: str
    municipality: str
    status: str
    case: str | None
    opened_at: datetime
    changed_at: datetime


class ProcessesOut(_Answer):
    processes: list[ProcessOut]


class ReasonOut(_Answer):
    id: str
    text: dict[str, str]
    law: list[LawOut]


class CaseOut(_Answer):
    """A case you have with the municipality."""

    id: str
    number: int
    kind: str
    title: dict[str, str]
    subject: str
    municipality: str
    status: Status
    needs_case_worker_because: list[ReasonOut]
    received_at: datetime
    due_on: date
    decisions: list[str]


class CasesOut(_Answer):
    cases: list[CaseOut]


class DecisionOut(_Answer):
    """An administrative decision. `to` is the last day it holds."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: str
    case: str
    outcome: Literal["granted", "refused"]
    automatic: bool
    decided_at: datetime
    from_: date = Field(alias="from")
    to: date
    full_fee: Amount | None
    monthly_fee: Amount | None
    language: str


class DecisionsOut(_Answer):
    decisions: list[DecisionOut]


class DecisionWithLetterOut(DecisionOut):
    letter: str = Field(description="The letter, as an HTML article in the language it was written in")


class FlagOut(_Answer):
    """The least a biller needs. A flag that `replaces` another makes that one void. `to` is the last day."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    sequence: int
    id: str
    municipality: str
    subject: str
    place_number: str
    fee: str
    monthly_amount: Amount
    currency: Literal["NOK"]
    from_: date = Field(alias="from")
    to: date
    replaces: str | None
    created_at: datetime


class FlagsOut(_Answer):
    flags: list[FlagOut]
    next_since: int = Field(description="Ask with since=this next time")
    more: bool = Field(description="There are more now: ask again at once")


class FlagsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: int = Field(0, ge=0, le=2**53, description="The last sequence number you have")
    limit: int = Field(500, ge=1, le=500, description="At most so many flags")


class InvoiceLineOut(_Answer):
    place_number: str
    fee_before: Amount
    fee_after: Amount
    food: Amount
    total: Amount
    flag: str | None


class CorrectionOut(_Answer):
    """A month that is over turned out otherwise: bill the difference, or pay it back where it is negative."""

    place_number: str
    month: str
    before: Amount
    after: Amount
    difference: Amount
    flag: str | None


class KindergartenOut(_Answer):
    """`total` is the sum of the lines' totals and the corrections' differences."""

    kindergarten: str
    fee_before: Amount
    fee_after: Amount
    food: Amount
    corrected: Amount
    total: Amount
    lines: list[InvoiceLineOut]
    corrections: list[CorrectionOut]


class InvoiceBasisOut(_Answer):
    """What to bill in a month, by kindergarten. NOK a month; food is never reduced."""

    municipality: str
    month: str
    currency: Literal["NOK"]
    total: Amount
    kindergartens: list[KindergartenOut]


class InvoiceQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: str = Field(pattern=MONTH.pattern, description="The month, as 2026-08")
    format: Literal["json", "csv"] | None = Field(None, description="Instead of an Accept header")
