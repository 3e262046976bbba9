"""The population register (Folkeregisteret): its feed of events, and a person as it now stands.

Interface: github.com/Skatteetaten/folkeregisteret-api-dokumentasjon, consumers' services. The base URL ends
in the rights package: `…/folkeregisteret/offentlig-med-hjemmel/api`. People are looked up by POST, in bulk,
also when it is only one: so no identity number stands in a URL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from assistant.registers.errors import MalformedAnswer, NotFound
from assistant.registers.reading import Fields
from assistant.registers.transport import Transport

REGISTER = "population_register"
SCOPE = "folkeregister:deling/offentligmedhjemmel"
FEED_PAGE = 1000  # fixed by the register
RETRY_AFTER_UNIT = 0.001  # seconds: "minimum antall ms. angitt i Retry-After-header", its table of refusals


@dataclass(frozen=True)
class FeedEvent:
    """One line of the feed: something about a person has changed."""

    sequence: int
    identifier: str = field(repr=False)
    type: str
    event_document: str
    person_document: str
    entered_at: datetime | None
    body: Mapping[str, Any] = field(repr=False)  # the line as it came


@dataclass(frozen=True)
class FeedPage:
    """Events from a position on. `not_modified`: nothing since the ETag that was sent."""

    events: tuple[FeedEvent, ...]
    etag: str | None = None
    not_modified: bool = False

    def next_position(self, position: int) -> int:
        """The sequence number to ask for next."""
        return max((event.sequence + 1 for event in self.events), default=position)


@dataclass(frozen=True)
class EntityChange:
    """What happened to one part of a person: `registrereNy`, `korrigere` or `annullere`.

    `korrigereHistorisk` is documented and, it says there, not in use.
    """

    entity: str
    change: str


@dataclass(frozen=True)
class EventDocument:
    """What an event was about. Values are not taken from it but from the person document after it: that is
    how corrections and annulments come out right by themselves."""

    id: str
    identifier: str = field(repr=False)
    type: str
    entered_at: datetime | None
    changes: tuple[EntityChange, ...]


@dataclass(frozen=True)
class PersonDocument:
    """A person as the register has it now, with history; `content` as it came."""

    identifier: str = field(repr=False)
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PopulationClient:
    """Questions to the population register. Errors: those of `assistant.registers.errors`."""

    transport: Transport

    async def feed(self, position: int, etag: str | None = None) -> FeedPage:
        """The events from the sequence number `position` on (at most 1000), if any is new since `etag`."""
        task = "event feed"
        answer = await self.transport.get(
            "/v1/hendelser/feed/", task, query={"seq": str(position)}, etag=etag
        )
        if answer.status == 304:
            return FeedPage((), etag, not_modified=True)
        return FeedPage(read_feed(answer.body), answer.etag)

    async def event(self, document_id: str) -> EventDocument:
        """What one event was about. `document_id` is the feed's `hendelsesdokument`."""
        task = "event document"
        answer = await self.transport.get(f"/v1/hendelser/{quote(document_id, safe='')}", task)
        document = read_event_document(answer.body)
        if document.id != document_id:
            raise MalformedAnswer(REGISTER, task, "dokumentidentifikator", "is not the document asked for")
        return document

    async def events(self, document_ids: Sequence[str]) -> tuple[EventDocument, ...]:
        """What several events were about."""
        task = "event documents"
        answer = await self.transport.post(
            "/v1/hendelser/bulkoppslag/", task, {"dokumentidentifikator": list(document_ids)}
        )
        found = answer.body
        if isinstance(found, Mapping):
            found = found.get("oppslag")
        if not isinstance(found, list):
            raise MalformedAnswer(REGISTER, task, "", "the answer is not a list")
        documents = tuple(read_event_document(one) for one in found)
        if any(one.id not in document_ids for one in documents):
            raise MalformedAnswer(REGISTER, task, "dokumentidentifikator", "is not a document asked for")
        return documents

    async def person(self, identifier: str) -> PersonDocument:
        """A person as the register has it now. Raises NotFound for a number the register does not know."""
        for document in await self.persons([identifier]):
            return document
        raise NotFound(REGISTER, "person document")

    async def persons(self, identifiers: Sequence[str]) -> tuple[PersonDocument, ...]:
        """Several persons; those the register does not know are left out."""
        task = "person documents"
        answer = await self.transport.post(
            "/v1/personer/bulkoppslag/", task, {"foedselsEllerDNummer": list(identifiers)}
        )
        found = []
        for one in Fields.of(REGISTER, task, answer.body).parts("oppslag"):
            content = one.part_or_none("folkeregisterperson")
            if content is not None:
                found.append(_person(one, content, identifiers))
        return tuple(found)


def _person(one: Fields, content: Fields, asked: Sequence[str]) -> PersonDocument:
    """A person of those asked about, whose document says so itself: any of the numbers the person has had."""
    identifier = one.text("foedselsEllerDNummer")
    if identifier not in asked:
        raise one.fault("foedselsEllerDNummer", "is not a person asked about")
    numbers = [
        number.text_or_none("foedselsEllerDNummer") for number in content.parts("identifikasjonsnummer")
    ]
    if numbers and identifier not in numbers:
        raise content.fault("identifikasjonsnummer", "holds other numbers than the one asked about")
    return PersonDocument(identifier, content.values)


def read_feed(answer: Any) -> tuple[FeedEvent, ...]:
    """A page of the feed, in the order of its sequence numbers."""
    task = "event feed"
    if not isinstance(answer, list):
        raise MalformedAnswer(REGISTER, task, "", "the answer is not a list")
    lines = Fields(REGISTER, task, {"feed": answer}).parts("feed")
    return tuple(sorted((_feed_event(line) for line in lines), key=lambda event: event.sequence))


def read_feed_event(line: Mapping[str, Any]) -> FeedEvent:
    """One line of the feed."""
    return _feed_event(Fields(REGISTER, "event feed", line))


def _feed_event(line: Fields) -> FeedEvent:
    event = line.part("hendelse")
    # The feed's examples write both `hendelsetype` and `hendelsestype`.
    kind = event.text_or_none("hendelsetype") or event.text("hendelsestype")
    return FeedEvent(
        sequence=line.whole("sekvensnummer"),
        identifier=event.text("folkeregisteridentifikator"),
        type=kind,
        event_document=event.text("hendelsesdokument"),
        person_document=event.text_or_none("persondokument") or "",
        entered_at=event.moment_or_none("ajourholdstidspunkt"),
        body=line.values,
    )


def read_event_document(answer: Any) -> EventDocument:
    """An event document: whom it is about and which parts were registered, corrected or annulled."""
    document = Fields.of(REGISTER, "event document", answer)
    event = document.part("hendelse")
    changes = tuple(
        EntityChange(one.text("entitet"), one.text("entitetsendring"))
        for one in event.parts("egenskapshendelse")
    )
    return EventDocument(
        id=document.text("dokumentidentifikator"),
        identifier=event.text("folkeregisteridentifikator"),
        type=event.text_or_none("hendelsestype") or event.text("hendelsetype"),
        entered_at=event.moment_or_none("ajourholdstidspunkt"),
        changes=changes,
    )
