"""The decision letter: what is decided, by which rules and facts, how it was reckoned, how to appeal.

Forvaltningsloven §§ 23 (in writing), 24 and 25 (reasons: rules, facts, what weighed), 27 (what the notice
says of appeal and documents), 29 (time limit). A grant might do without full reasons (§ 24); ours always
give them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.casework import wording
from rules.determination import LawReference, Texts


@dataclass(frozen=True)
class StatedFact:
    """A fact the decision rests on, as the receiver may see it: what, whose, value, source, when it came."""

    label: Texts
    about: str  # a name, or empty: the child
    value: Any
    unit: str
    source: str  # register id; empty: derived
    learned_on: date | None


@dataclass(frozen=True)
class Step:
    """One amount of the reckoning, under the name the rule gives it."""

    label: Texts
    value: Any
    unit: str


@dataclass(frozen=True)
class Ground:
    """One condition of a rule: it holds, does not, or nobody knows."""

    text: Texts
    holds: bool | None
    law: tuple[LawReference, ...]


@dataclass(frozen=True)
class AppliedRule:
    title: Texts
    summary: Texts
    answer: str
    law: tuple[LawReference, ...]
    grounds: tuple[Ground, ...]
    decides: bool = True  # a right that was applied for; False: only reckons the amount


@dataclass(frozen=True)
class AppealRight:
    """Where to appeal and within what time (ISO 8601 duration), as the rule has it."""

    to: str
    within: str


@dataclass(frozen=True)
class ChangedLine:
    """A fact that turned out otherwise, as the receiver may see it. `how`: corrected, annulled, settled, new."""

    label: Texts
    about: str
    how: str
    before: Any
    after: Any
    unit: str
    source: str
    learned_on: date | None


@dataclass(frozen=True)
class Reversed:
    """The decision that a letter reverses. `ground` is one of § 35's; `fee_before` NOK a month."""

    decided_on: date
    outcome_before: str
    fee_before: Decimal
    changed: Sequence[ChangedLine]
    hidden: bool
    ground: str
    noticed_on: date | None
    answer: str


@dataclass(frozen=True)
class Letter:
    """All that a letter says, before it is written in a language.

    Amounts are NOK a month; `valid_to` exclusive.
    """

    case_number: int
    municipality: str
    child: str
    errand: Texts
    outcome: str  # granted, refused
    kept: bool
    automatic: bool
    automation_law: LawReference
    decided_by: str
    decided_on: date
    applied_on: date
    valid_from: date
    valid_to: date
    full_fee: Decimal | None
    monthly_fee: Decimal | None
    whole_stay: bool
    reason: str
    judged_income: Decimal | None
    rules: Sequence[AppliedRule]
    facts: Sequence[StatedFact]
    hidden: bool
    steps: Sequence[Step]
    appeal: AppealRight
    reversed: Reversed | None = None


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("assistant.casework"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"law": wording.law, "of": wording.of, "name_of": wording.name_of, "value": wording.value}
    return made


def _rights(letter: Letter, language: str) -> str:
    """What is granted, by the names of the rights; all that was applied for where it is refused or judged."""
    granted = [rule.title for rule in letter.rules if rule.decides and rule.answer == "yes"]
    if letter.outcome == "refused" or not granted:
        return wording.of(letter.errand, language)
    return wording.listed([wording.begun_low(wording.of(title, language)) for title in granted], language)


def _says(letter: Letter, language: str) -> Mapping[str, str]:
    """The sentences that differ by outcome."""
    first = wording.day(letter.valid_from, language)
    last = wording.day(letter.valid_to - timedelta(days=1), language)
    errand = _rights(letter, language)
    if letter.reversed is not None:
        key = "reversed_free" if letter.monthly_fee == 0 else "reversed"
        return {
            "title": wording.letter_text("title_reversed", language, errand=errand),
            "decided": wording.letter_text(
                key,
                language,
                fee=wording.kroner(letter.monthly_fee or letter.full_fee or Decimal(0), language),
                before=wording.kroner(letter.reversed.fee_before, language),
                **{"from": first, "to": last},
            ),
        }
    if letter.outcome == "refused" or letter.monthly_fee is None or letter.full_fee is None:
        title = wording.letter_text("title_refused", language, errand=errand)
        return {
            "title": title,
            "decided": wording.letter_text("refused", language, **{"from": first, "to": last}),
        }
    key = "granted_free" if letter.monthly_fee == 0 else "granted"
    decided = wording.letter_text(
        key,
        language,
        fee=wording.kroner(letter.monthly_fee, language),
        full=wording.kroner(letter.full_fee, language),
        **{"from": first, "to": last},
    )
    title = wording.letter_text("title_kept" if letter.kept else "title_granted", language, errand=errand)
    return {"title": title, "decided": decided}


def write(letter: Letter, language: str) -> str:
    """The letter as an HTML article: headings from h2 down, no styles of its own, for screen and print."""

    def say(key: str, **values: str) -> str:
        return wording.letter_text(key, language, **values)

    return (
        _environment()
        .get_template("decision_letter.html")
        .render(
            letter=letter,
            language=language,
            says=_says(letter, language),
            t=say,
            kroner=lambda amount: wording.kroner(amount, language),
            day=lambda on: wording.day(on, language),
            within=wording.span(letter.appeal.within, language),
            last_day=letter.valid_to - timedelta(days=1),
        )
    )
