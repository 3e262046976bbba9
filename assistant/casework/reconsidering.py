"""A decision rests on what is now known to be otherwise: what changed, what to propose, in whose favour. Pure.

What the law says, and what it leaves to judgement:

* forvaltningsloven § 35 first paragraph a: a change that harms nobody whom the decision is directed at or directly
  benefits may be made without an appeal. Where no discretion is used either, a machine may make it
  (FOR-2005-12-16-1478 § 3e last paragraph).
* § 35 first paragraph b and c, and fifth paragraph: a change to somebody's harm takes that the decision has not been
  notified, that it must be held invalid, or that another act or the decision itself allows it. Whether a decision
  that rests on a wrong fact is invalid, the law does not say: a case worker judges it and names the ground.
* § 16: who is to have less is notified and heard first, within "en nærmere angitt frist": how long, the law does not
  say, so the municipality may choose.
* §§ 3b and 3c of the regulation: a rise in income does not reduce the support in the running year. An income that is
  corrected for the very year that was counted is not a rise; whether it may count back in time is judged too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, get_args

from assistant.casework.period import Period, next_month
from assistant.store.columns import to_json
from assistant.twin import FactChange, Span
from assistant.twin.household import DERIVED_FROM

Favour = Literal["for", "against"]
State = Literal["found", "noticed", "answered", "reversed", "dropped"]
How = Literal["corrected", "annulled", "settled", "new"]
Ground = Literal["favour", "not_arrived", "invalid", "other_law"]

OPEN: tuple[State, ...] = ("found", "noticed", "answered")
GROUNDS_AGAINST: tuple[Ground, ...] = ("invalid", "not_arrived", "other_law")
"""What may open a change to somebody's harm (§ 35 first paragraph c and b, fifth paragraph)."""

GROUNDS: tuple[Ground, ...] = get_args(Ground)

NOTICE_SETTING = "advance_notice_days"
NOTICE_DAYS = 21
"""How long a person has to answer where the municipality has not chosen: ours, for the law gives no number."""

FAMILY = DERIVED_FROM["person.household"] | DERIVED_FROM["person.sibling_number"]
"""Concepts that decide who is in the household and which child is number one: read by no path of their own."""

DRAFT, ASSESSMENT = "utkast", "oppgjoer"
"""The stages of an income, in the register's words: what was counted may have been a draft (§ 3e)."""


class NoticeDaysWrong(ValueError):
    """The municipality's setting is no number of days; the message names it and the way out."""


@dataclass(frozen=True)
class Terms:
    """What the rules say is to be paid. Amounts are NOK a month without food; None: not known."""

    answer: str  # yes, no, undetermined
    fee: Decimal | None
    full_fee: Decimal | None

    @property
    def outcome(self) -> str:
        return {"yes": "granted", "no": "refused"}.get(self.answer, "undetermined")


@dataclass(frozen=True)
class ChangedFact:
    """A fact as a decision used it, and as it is known now. `after_known`: somebody says what it is now."""

    subject: str
    path: str
    concept: str
    how: How
    before: Any
    after: Any
    after_known: bool
    source: str
    fact_before: str
    fact_after: str
    learned_at: str  # ISO 8601, when the new value was recorded

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Proposal:
    """What a decision would be, made on what is known now. Amounts are NOK a month; `valid_to` exclusive."""

    outcome_before: str
    outcome_after: str  # also 'undetermined'
    fee_before: Decimal
    fee_after: Decimal | None
    full_fee: Decimal | None
    valid_from: date
    valid_to: date

    @property
    def difference(self) -> Decimal | None:
        """More to pay (positive) or less (negative), NOK a month."""
        return None if self.fee_after is None else self.fee_after - self.fee_before

    @property
    def favour(self) -> Favour:
        """In the person's favour only where it is certain: less to pay, or a right that is there after all."""
        if self.difference is None:
            return "against"
        if self.difference == 0:
            return "for" if self.outcome_after == "granted" else "against"
        return "for" if self.difference < 0 else "against"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Proposal:
        """Read back from a row."""

        def amount(name: str) -> Decimal | None:
            return None if kept[name] is None else Decimal(str(kept[name]))

        return cls(
            outcome_before=kept["outcome_before"],
            outcome_after=kept["outcome_after"],
            fee_before=amount("fee_before") or Decimal(0),
            fee_after=amount("fee_after"),
            full_fee=amount("full_fee"),
            valid_from=date.fromisoformat(str(kept["valid_from"])),
            valid_to=date.fromisoformat(str(kept["valid_to"])),
        )


def terms_of(records: Iterable[Mapping[str, Any]], decides: Collection[str], amount: str) -> Terms:
    """The terms that kept determinations came to: granted if one of the rights is there."""
    by_rule = {record["rule"]: record for record in records}
    answers = [by_rule[rule]["answer"] for rule in decides if rule in by_rule]
    answer = "yes" if "yes" in answers else ("undetermined" if "undetermined" in answers else "no")
    values = by_rule[amount]["values"] if amount in by_rule else {}
    full, monthly = (
        None if values.get(name) is None else Decimal(str(values[name]))
        for name in ("full_fee", "monthly_fee")
    )
    return Terms(answer, {"yes": monthly, "no": full}.get(answer), full)


def _facts(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """(subject, attribute) → the fact as used, those with a plain value."""
    return {
        (str(entry.get("subject") or ""), entry["path"].rpartition(".")[2]): entry
        for record in records
        for entry in record["facts"]
        if not isinstance(entry["value"], dict | list)
    }


def _how(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> How:
    if old is None:
        return "new"
    if new is None:
        return "annulled"
    stages = [str((entry.get("detail") or {}).get("stage", "")).lower() for entry in (old, new)]
    return "settled" if stages == [DRAFT, ASSESSMENT] else "corrected"


def changed_facts(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> tuple[ChangedFact, ...]:
    """What differs between the facts two sets of kept determinations used, each once, in the order of the paths."""
    old, new = _facts(before), _facts(after)
    found = []
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None and str(was["value"]) == str(now["value"]):
            continue
        known = was or now
        assert known is not None
        found.append(
            ChangedFact(
                subject=key[0],
                path=known["path"],
                concept=str(known.get("concept", "")),
                how=_how(was, now),
                before=None if was is None else was["value"],
                after=None if now is None else now["value"],
                after_known=now is not None,
                source=str((now or known).get("source", "")),
                fact_before=str((was or {}).get("fact", "")),
                fact_after=str((now or {}).get("fact", "")),
                learned_at=str((now or {}).get("recorded_at", "")),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.path, one.subject)))


def used_in(records: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    """(subject, concept) of every stated fact that kept determinations rest on."""
    return frozenset(
        (str(entry["subject"]), str(entry["concept"]))
        for record in records
        for entry in record["facts"]
        if entry.get("subject") and entry.get("concept")
    )


def _holding(spans: Iterable[Span], on: date) -> set[str]:
    return {
        to_json(span.value)
        for span in spans
        if (span.valid_from is None or span.valid_from <= on)
        and (span.valid_to is None or on < span.valid_to)
    }


def touches(change: FactChange, used: Collection[tuple[str, str]], on: date, is_open: bool) -> bool:
    """Whether a change may mean that a decision that began on a day rests on what was otherwise that day.

    What changes on a later day is no correction, and neither is what a source says for the first time of another
    income year: the latest assessment when one decided was the right one to use (§ 3e). It may be one where the
    decision is reconsidered already (`is_open`): what was taken back is said again.
    """
    before, after = _holding(change.before, on), _holding(change.after, on)
    if before == after:
        return False
    if change.concept in FAMILY:
        return True
    return (change.subject_id, change.concept) in used and (bool(before) or is_open)


def propose(decided: Mapping[str, Any], period: Period, outcome: str, now: Terms) -> Proposal:
    """The proposal, from a decision's content and what the rules say now.

    A refused person pays the full price; one whose fee nobody can tell any more gets no amount.
    """
    paid = decided["monthly_fee"] if outcome == "granted" else decided["full_fee"]
    return Proposal(
        outcome_before=outcome,
        outcome_after=now.outcome,
        fee_before=Decimal(str(paid or 0)),
        fee_after=now.fee,
        full_fee=now.full_fee,
        valid_from=period.valid_from,
        valid_to=period.valid_to,
    )


def digest_of(changed: Sequence[ChangedFact], proposal: Proposal) -> str:
    """The same facts leading to the same proposal are found once; said again later, they are another change."""
    said = [[one.subject, one.path, one.fact_before, one.fact_after, str(one.after)] for one in changed]
    return sha256(to_json([sorted(said), proposal.as_json()]).encode()).hexdigest()


def versions_differ(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a rule has another text now than when one decided: then it is not the facts alone that differ."""
    old, new = ({record["rule"]: record["rule_version"] for record in records} for records in (before, after))
    return old != new


def why_a_human(
    proposal: Proposal, *, automatic: bool, judged: bool, other_rules: bool, asked: Sequence[str]
) -> tuple[str, ...]:
    """Why a person must settle it: ids of `reasons.yaml`, or those `asked` by the rules; none: a machine may.

    `automatic`: a machine made the decision. `judged`: a case worker found the income to be another than the
    register's. `asked`: what the rules themselves leave to a person.
    """
    found = []
    if proposal.outcome_after == "undetermined" or proposal.fee_after is None:
        found.append("reconsider_undetermined")
    elif proposal.favour == "against":
        found.append("reconsider_against")
    if not automatic or judged:
        found.append("reconsider_judged")
    if other_rules:
        found.append("reconsider_other_rules")
    return (*found, *asked)


def ground_of(name: str) -> Ground:
    """The ground of a name. Raises `KeyError`."""
    return {str(one): one for one in GROUNDS}[name]


def notice_days(settings: Mapping[str, Any]) -> int:
    """How many days a person has to answer an advance notice. Raises `NoticeDaysWrong`.

    >>> notice_days({}), notice_days({"advance_notice_days": 14})
    (21, 14)
    """
    days = settings.get(NOTICE_SETTING, NOTICE_DAYS)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 366:
        raise NoticeDaysWrong(f"{NOTICE_SETTING} is {days!r}; set a whole number of days from 1 to 366")
    return days


def answer_by(sent_on: date, settings: Mapping[str, Any]) -> date:
    """The last day to answer: the time runs from the day the notice is sent (§ 16 first paragraph).

    >>> answer_by(date(2026, 12, 1), {})
    datetime.date(2026, 12, 22)
    """
    return sent_on + timedelta(days=notice_days(settings))


def is_heard(state: str, last_day: date | None, today: date) -> bool:
    """Whether the person has been heard: has answered, or has had the time the notice gave (§ 16)."""
    if state == "answered":
        return True
    return state == "noticed" and last_day is not None and today > last_day


def first_days(period: Period, today: date) -> tuple[date, ...]:
    """From when a change may count: the beginning, or only ahead, from the first of the coming month.

    The law we hold does not say that what was paid too little may be claimed back: a case worker chooses.
    """
    ahead = next_month(today)
    return (period.valid_from, ahead) if period.valid_from < ahead < period.valid_to else (period.valid_from,)
