"""Tact as rules: whom not to disturb, what not to say, and when to wait; the first rule that holds decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from rules.determination import LawReference, Texts
from rules.feel import Expression, FeelError
from rules.feel.values import Context

Way = Literal["silent", "by_hand", "wait_until"]
WAYS: tuple[Way, ...] = ("silent", "by_hand", "wait_until")
"""Nothing is said; a human thinks of how to say it; it is said, but not before a day."""

TELL = "tell"


@dataclass(frozen=True)
class Party:
    """Somebody as tact sees them. None: nobody has told us, which is never taken for yes or no."""

    alive: bool | None = None
    resident: bool | None = None
    age: int | None = None  # whole years
    reserved: bool | None = None  # against electronic notices
    protected: bool | None = None  # address
    represented: bool | None = None  # an adult with a guardian (vergemål)
    lost_child_on: date | None = None  # the latest death of a child of theirs
    lost_spouse_on: date | None = None
    marital_status: str | None = None


@dataclass(frozen=True)
class Matter:
    """What is to be told. `party`: the person's own case, of which they have a right to hear."""

    rule: str = ""  # 'kindergarten.reduced_fee'
    kind: str = ""  # right, duty, benefit
    told: str = ""  # the kind of guidance: 'right_found', 'life_event', 'deadline_near' …
    party: bool = False
    about: str = ""  # what the rule calls its subject: 'child', 'resident'

    @property
    def theme(self) -> str:
        return self.rule.partition(".")[0]


@dataclass(frozen=True)
class Situation:
    """Who is to be told what about whom, on a day: what the rules of tact look at.

    `protected_elsewhere`: somebody the matter touches has a protected address and does not verifiably live with
    the person. `about_person`: it is about a human being, not a vehicle or an organisation.
    """

    today: date
    person: Party
    subject: Party
    matter: Matter
    own: bool = False  # the person is the subject
    about_person: bool = True
    protected_elsewhere: bool = False

    def scope(self) -> dict[str, Any]:
        """The names an expression may use, as FEEL values."""
        matter = Context({**_fields(self.matter), "theme": self.matter.theme})
        return {
            "today": self.today,
            "person": Context(_fields(self.person)),
            "subject": Context(_fields(self.subject)),
            "matter": matter,
            "own": self.own,
            "about_person": self.about_person,
            "protected_elsewhere": self.protected_elsewhere,
        }


NAMES = ("today", "person", "subject", "matter", "own", "about_person", "protected_elsewhere")


@dataclass(frozen=True)
class TactTest:
    """A situation the rules must answer as their author says, and why."""

    name: str
    situation: Situation
    expect: str  # 'tell', 'silent', 'by_hand', or the day waited for
    because: str
    line: int = 0


@dataclass(frozen=True)
class TactRule:
    """One rule of tact. `order` settles which of two that hold decides: the lowest."""

    id: str
    order: int
    title: Texts
    why: Texts
    way: Way
    when: Expression
    until: Expression | None = None  # of 'wait_until': the day
    law: tuple[LawReference, ...] = ()
    tests: tuple[TactTest, ...] = ()
    text: str = field(default="", repr=False)
    filename: str = ""


@dataclass(frozen=True)
class Verdict:
    """What tact says: which rule decided, in which way, and of waiting, till when."""

    rule: str
    way: Way
    until: date | None = None

    def __str__(self) -> str:
        return self.way if self.until is None else str(self.until)


def judge(rules: Iterable[TactRule], situation: Situation) -> Verdict | None:
    """The first rule that holds, in their order; None: it may be told now.

    Raises `FeelError` where an expression meets a limit. What waits for a day that has come is told.
    """
    scope = situation.scope()
    for rule in sorted(rules, key=lambda one: one.order):
        if _value(rule, rule.when, scope) is not True:
            continue
        if rule.way != "wait_until":
            return Verdict(rule.id, rule.way)
        until = _value(rule, rule.until, scope) if rule.until else None
        if isinstance(until, date) and until > situation.today:
            return Verdict(rule.id, rule.way, until)
    return None


def failures(rule: TactRule, rules: Iterable[TactRule]) -> Iterable[tuple[int, str]]:
    """The rule's own tests that come out otherwise, among all rules of tact: line and message."""
    known = [rule, *(one for one in rules if one.id != rule.id)]
    for test in rule.tests:
        try:
            found = judge(known, test.situation)
        except FeelError as error:
            yield test.line, f"test '{test.name}': {error.message}"
            continue
        said = TELL if found is None else str(found)
        if said != test.expect:
            by = f" by '{found.rule}'" if found else ""
            yield test.line, f"test '{test.name}': is {said}{by}, expected {test.expect}"


def _value(rule: TactRule, expression: Expression, scope: Mapping[str, Any]) -> Any:
    try:
        return expression.evaluate(scope)
    except FeelError as error:
        raise FeelError(f"tact {rule.id}: {error.message}", error.line, error.column) from error


def _fields(one: Party | Matter) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {
        name: Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in values.items()
    }
