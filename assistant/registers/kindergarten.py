"""The municipality's kindergarten system: places, and a feed of what happened to them.

The interface is our own, small and documented in docs/registers.md; a supplier's system is connected by
serving it. It holds nothing a biller does not have: a place has a number, and no identity number is in a URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from assistant.registers.errors import MalformedAnswer
from assistant.registers.reading import Fields
from assistant.registers.transport import Transport

REGISTER = "kindergarten_system"
SCOPE = "kindergarten:places.read"
FEED_PAGE = 1000


@dataclass(frozen=True)
class PlaceEvent:
    """One line of the feed: a place was `accepted`, `changed`, `ended` or `annulled`."""

    sequence: int
    place_number: str
    type: str
    registered_at: datetime | None
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PlaceFeedPage:
    events: tuple[PlaceEvent, ...]

    def next_position(self, position: int) -> int:
        """The sequence number to ask for next."""
        return max((event.sequence + 1 for event in self.events), default=position)


@dataclass(frozen=True)
class Terms:
    """What applies to a place from a day on: hours a week, and NOK a month for the place and for food."""

    starts_on: date
    weekly_hours: Decimal
    price: Decimal
    food: Decimal


@dataclass(frozen=True)
class Place:
    """A child's place in a kindergarten. `ends_on` is the last day of it; None: until further.

    `covers_whole_stay`: the application asked for reduced fees as long as the child has a place (§ 3e third
    paragraph of the regulation on parents' payment); None: nobody asked, or it is not known.
    `deferred_school_start`: whether the child starts school a year later; None: not known.
    """

    number: str
    child: str = field(repr=False)
    kindergarten: str
    municipality: str
    starts_on: date
    ends_on: date | None
    accepted_on: date | None
    covers_whole_stay: bool | None
    terms: tuple[Terms, ...]
    deferred_school_start: bool | None = None
    annulled: bool = False


@dataclass(frozen=True)
class KindergartenClient:
    """Questions to the kindergarten system. Errors: those of `assistant.registers.errors`."""

    transport: Transport

    async def feed(self, position: int, count: int = FEED_PAGE) -> PlaceFeedPage:
        """At most `count` events from the sequence number `position` on."""
        query = {"from": str(position), "count": str(count)}
        answer = await self.transport.get("/v1/events", "event feed", query=query)
        lines = Fields.of(REGISTER, "event feed", answer.body).parts("events")
        events = sorted((_event(line) for line in lines), key=lambda event: event.sequence)
        return PlaceFeedPage(tuple(events))

    async def place(self, number: str) -> Place:
        """A place by its number. Raises NotFound, or Gone for one that was deleted."""
        answer = await self.transport.get(f"/v1/places/{quote(number, safe='')}", "place")
        place = read_place(answer.body)
        if place.number != number:
            raise MalformedAnswer(REGISTER, "place", "place_number", "is not the place asked about")
        return place


def read_place_event(line: Mapping[str, Any]) -> PlaceEvent:
    """One line of the feed."""
    return _event(Fields(REGISTER, "event feed", line))


def _event(line: Fields) -> PlaceEvent:
    return PlaceEvent(
        sequence=line.whole("sequence"),
        place_number=line.text("place_number"),
        type=line.text("type"),
        registered_at=line.moment_or_none("registered_at"),
        body=line.values,
    )


def read_place(answer: Any) -> Place:
    """A place as the system describes it."""
    place = Fields.of(REGISTER, "place", answer)
    child = place.part("child")
    starts = _day(place, "starts_on")
    terms = tuple(_terms(one) for one in place.parts("terms"))
    if not terms:
        raise place.fault("terms", "is empty: a place has a price from its first day")
    return Place(
        number=place.text("place_number"),
        child=child.text("national_id"),
        kindergarten=place.part("kindergarten").text("name"),
        municipality=place.text("municipality"),
        starts_on=starts,
        ends_on=place.day_or_none("ends_on"),
        accepted_on=place.day_or_none("accepted_on"),
        covers_whole_stay=_flag_or_none(place.part_or_none("application"), "covers_whole_stay"),
        terms=tuple(sorted(terms, key=lambda one: one.starts_on)),
        deferred_school_start=_flag_or_none(child, "deferred_school_start"),
        annulled=place.flag("annulled", default=False),
    )


def _terms(one: Fields) -> Terms:
    return Terms(
        starts_on=_day(one, "from"),
        weekly_hours=_positive(one, "weekly_hours"),
        price=_positive(one, "price"),
        food=_positive(one, "food"),
    )


def _flag_or_none(fields: Fields | None, name: str) -> bool | None:
    if fields is None or fields.values.get(name) is None:
        return None
    return fields.flag(name)


def _day(fields: Fields, name: str) -> date:
    day = fields.day_or_none(name)
    if day is None:
        raise fields.fault(name, "is missing")
    return day


def _positive(fields: Fields, name: str) -> Decimal:
    amount = fields.amount(name)
    if amount < 0:
        raise fields.fault(name, "is negative")
    return amount
