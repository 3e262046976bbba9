"""How somebody wants to be told, theme by theme: at once or gathered, by which channel, in which language. Pure.

What law demands is not kept back and not kept to the page: its notice goes to an address of the register (email or
mobile, eForvaltningsforskriften § 8 third paragraph), of which the person may choose one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from assistant.config import OSLO, NoticeSettings, local_date
from assistant.guidance.people import Person
from assistant.guidance.tact import Telling, may_push
from assistant.guidance.timing import is_day_off
from assistant.guidance.wishes import is_statutory

Pace = Literal["at_once", "daily", "weekly"]
PACES: tuple[Pace, ...] = get_args(Pace)

Via = Literal["", "email", "sms", "push", "page"]
"""Which notice: as the register has an address for, that one, in the browsers they have switched it on in, or none:
only on the page and in the chat."""

VIAS: tuple[Via, ...] = get_args(Via)

Tongue = Literal["", "nb", "nn", "en"]
"""The language messages are written in; '': the one the contact register has."""

TONGUES: tuple[Tongue, ...] = get_args(Tongue)


@dataclass(frozen=True)
class ToldHow:
    """What a person has chosen for a theme; the defaults are what holds where they have chosen nothing."""

    pace: Pace = "at_once"
    via: Via = ""
    language: Tongue = ""
    set_at: datetime | None = None


AS_EVERYBODY = ToldHow()


def wanted(kept: Mapping[str, ToldHow], theme: str) -> ToldHow:
    return kept.get(theme, AS_EVERYBODY)


def in_their_language(person: Person, want: ToldHow) -> Person:
    """The person with the language they chose, before the one the register has."""
    return replace(person, language=want.language or person.language)


def as_wanted(how: Telling, person: Person, want: ToldHow, kind: str) -> Telling:
    """The ways that are open, with the notice they chose of those that are.

    Where their choice has no address, the other stands in: nobody is left untold for having chosen.
    """
    if how.notice is None:
        return how
    if want.via == "page" and not is_statutory(kind):
        return replace(how, channels=("chat",), because=("only_on_the_page",))
    address = {"email": person.email, "sms": person.mobile}.get(want.via, "")
    return replace(how, channels=("chat", want.via)) if address else how


def by_open_addresses(how: Telling, person: Person) -> Telling:
    """The ways that are open where some of the person's addresses take no notice now: the other one, or none."""
    address = {"email": person.email, "sms": person.mobile}
    if how.notice is None or address.get(how.notice, "?"):
        return how
    other = next((name for name, value in address.items() if value), None)
    if other is None:
        return replace(how, channels=("chat",), because=("not_theirs",))
    return replace(how, channels=("chat", other))


def in_browsers(how: Telling, want: ToldHow, kind: str, browsers: int) -> Telling:
    """The same with the notice in the browsers they have switched it on in, unless they chose another.

    What law wants sent goes to an address of the register all the same (eForvaltningsforskriften § 8).
    """
    if not browsers or want.via not in ("", "push") or is_statutory(kind) or not may_push(how):
        return how
    return replace(how, channels=("chat", "push"), because=())


def is_urgent(kind: str, content: Mapping[str, Any]) -> bool:
    """Whether a notice is never kept back to be gathered: law demands it, or it tells of a deadline.

    >>> [is_urgent(kind, {}) for kind in ("right_found", "decision_made")], is_urgent("x", {"deadline": "2026-12-01"})
    ([False, True], True)
    """
    return is_statutory(kind) or deadline_of(content) is not None


def deadline_of(content: Mapping[str, Any]) -> date | None:
    """The first of the last days to act that a guidance tells of.

    >>> deadline_of({"deadline": None, "items": [{"deadline": "2026-12-01"}, {"deadline": "2026-11-20"}]})
    datetime.date(2026, 11, 20)
    """
    told = [content.get("deadline"), *(item.get("deadline") for item in content.get("items", ()))]
    return min((date.fromisoformat(str(day)) for day in told if day), default=None)


def gathered_at(written: datetime, pace: Pace, notices: NoticeSettings) -> datetime:
    """When what was written then is told of with the rest: the next moment of gathering, or at once.

    Every day at `gather_at`, Norwegian time; by the week, on Mondays; on a day off, on the next that is not.
    """
    if pace == "at_once":
        return written
    day = local_date(written)
    step = timedelta(days=1 if pace == "daily" else 7)
    day -= timedelta(days=0 if pace == "daily" else day.weekday())
    while (at := _gathering_of(day, notices)) < written:
        day += step
    return at


def _gathering_of(day: date, notices: NoticeSettings) -> datetime:
    while notices.days_off and is_day_off(day):
        day += timedelta(days=1)
    return datetime.combine(day, notices.gather_at, OSLO)
