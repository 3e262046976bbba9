"""The tax administration (Skatteetaten): the summed tax basis of a person and year, and the feed of new ones.

Interface: github.com/Skatteetaten/api-dokumentasjon, "Summert skattegrunnlag API" and "Hendelser". The base
URL ends in `/api/formueinntekt`. The documented address of a basis holds the identity number; it is never
logged or told here, and a proxy on the way must not log it either (docs/registers.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from assistant.registers.errors import Gone, MalformedAnswer, NoAssessment, NotFound
from assistant.registers.income import Post
from assistant.registers.reading import Fields
from assistant.registers.transport import Transport

REGISTER = "tax_administration"
SCOPE = "skatteetaten:summertskattegrunnlag"
RIGHTS_PACKAGE = "kommuneForeldrebetaling"
STAGES = ("oppgjoer", "utkast")  # the assessment; the draft, only where there is no assessment yet
# The documents and their examples spell it three ways, the last without its second s.
REGISTERED_AT = ("ajourholdstidspunkt", "registreringstidspunkt", "registreringstidpunkt")
NO_EVENTS = "FA-005"  # the feed's way of saying that nothing is there from that position on


@dataclass(frozen=True)
class TaxBasis:
    """A person's summed tax basis for an income year. `shielded`: a protected person, no amounts are used."""

    identifier: str = field(repr=False)
    income_year: int
    stage: str
    shielded: bool
    posts: tuple[Post, ...] = field(repr=False)
    settled_on: date | None = None
    registered_at: datetime | None = None


@dataclass(frozen=True)
class TaxEvent:
    """One line of the feed: there is a new or changed assessment of a person for a year."""

    sequence: int
    identifier: str = field(repr=False)
    income_year: int
    type: str
    registered_at: datetime | None
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class TaxFeedPage:
    events: tuple[TaxEvent, ...]

    def next_position(self, position: int) -> int:
        """The sequence number to ask for next."""
        return max((event.sequence + 1 for event in self.events), default=position)


@dataclass(frozen=True)
class TaxClient:
    """Questions to the tax administration. Errors: those of `assistant.registers.errors`."""

    transport: Transport

    async def basis(self, identifier: str, year: int) -> TaxBasis:
        """The basis for an income year: of the assessment, or of the draft where there is none.

        Raises NoAssessment where there is neither (SSG-007, SSG-008), Gone where it was taken back (SSG-011).
        """
        refusal: NoAssessment | None = None
        for stage in STAGES:
            try:
                return await self.basis_at(stage, identifier, year)
            except NoAssessment as none_yet:
                refusal = refusal or none_yet
        raise refusal or NoAssessment(REGISTER, f"tax basis for {year}")

    async def basis_at(self, stage: str, identifier: str, year: int) -> TaxBasis:
        """The basis of one stage: `oppgjoer` or `utkast`."""
        task = f"tax basis for {year}, {stage}"
        path = f"/summertskattegrunnlag/{stage}/{RIGHTS_PACKAGE}/{year}/{identifier}"
        try:
            answer = await self.transport.get(path, task)
        except Gone:
            raise
        except NotFound as none:
            if none.code in ("SSG-007", "SSG-008"):
                raise NoAssessment(REGISTER, task, none.code) from None
            raise
        basis = read_basis(answer.body, task)
        if basis.identifier != identifier:
            raise MalformedAnswer(REGISTER, task, "personidentifikator", "is not the person asked about")
        return basis

    async def feed(self, position: int, count: int = 1000) -> TaxFeedPage:
        """At most `count` events from the sequence number `position` on."""
        query = {"fraSekvensnummer": str(position), "antall": str(count)}
        try:
            answer = await self.transport.get("/skatteoppgjoer/hendelser/", "event feed", query=query)
        except NotFound as none:
            if none.code == NO_EVENTS:
                return TaxFeedPage(())
            raise
        return TaxFeedPage(read_tax_feed(answer.body))

    async def start(self, day: date) -> int:
        """The first sequence number of that day: where a reader who is new to the feed begins."""
        answer = await self.transport.get(
            "/skatteoppgjoer/hendelser/start", "start of the event feed", query={"dato": day.isoformat()}
        )
        return Fields.of(REGISTER, "start of the event feed", answer.body).whole("sekvensnummer")


def read_basis(answer: Any, task: str = "tax basis") -> TaxBasis:
    """A summed tax basis, in version 1 (`kategori` a list) or 2 (`kategori` a text)."""
    basis = Fields.of(REGISTER, task, answer)
    posts = [_post(one) for name in ("grunnlag", "svalbardGrunnlag") for one in basis.parts(name)]
    return TaxBasis(
        identifier=basis.text("personidentifikator"),
        income_year=basis.year("inntektsaar"),
        stage=(basis.text_or_none("stadie") or STAGES[0]).lower(),
        shielded=basis.flag("skjermet", default=False),
        posts=tuple(posts),
        settled_on=basis.day_or_none("skatteoppgjoersdato"),
        registered_at=next((m for m in map(basis.moment_or_none, REGISTERED_AT) if m is not None), None),
    )


def _post(one: Fields) -> Post:
    category = one.values.get("kategori")
    categories = category if isinstance(category, list) else [category]
    return Post(one.text("tekniskNavn"), one.amount("beloep"), tuple(str(c) for c in categories if c))


def read_tax_feed(answer: Any) -> tuple[TaxEvent, ...]:
    """A page of the feed, in the order of its sequence numbers."""
    lines = Fields.of(REGISTER, "event feed", answer).parts("hendelser")
    return tuple(sorted((_event(line) for line in lines), key=lambda event: event.sequence))


def read_tax_event(line: Mapping[str, Any]) -> TaxEvent:
    """One line of the feed."""
    return _event(Fields(REGISTER, "event feed", line))


def _event(line: Fields) -> TaxEvent:
    return TaxEvent(
        sequence=line.whole("sekvensnummer"),
        identifier=line.text("identifikator"),
        income_year=line.year("gjelderPeriode"),
        type=line.text_or_none("hendelsetype") or "NY",
        registered_at=line.moment_or_none("registreringstidspunkt"),
        body=line.values,
    )
