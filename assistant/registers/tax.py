"""The tax administration (Skatteetaten): the summed tax basis of a person and year, and the feed of new ones.

Interface: github.com/Skatteetaten/api-dokumentasjon, "Summert skattegrunnlag API" and "Hendelser". The base
URL ends in `/api/formueinntekt`. The documented address of a basis holds the identity number; it is never
logged or told here, and a proxy on the way must not log it either (docs/registers.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from assistant.config import IncomeForm
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
NO_BASIS = ("SSG-007", "SSG-008")  # nobody by that number; nothing for that person and year
NO_EVENTS = "FA-005"  # the feed's way of saying that nothing is there from that position on


@dataclass(frozen=True)
class TaxBasis:
    """A person's summed tax basis for an income year.

    `shielded`: a protected person, no amounts are used. `form`: in which documented form it was asked for.
    `adds_up`: whether the sums of the answer agree with its parts. `calculated`: the amount (NOK) the one who
    answered has itself made of the posts, where it tells one.
    """

    identifier: str = field(repr=False)
    income_year: int
    stage: str
    shielded: bool
    posts: tuple[Post, ...] = field(repr=False)
    settled_on: date | None = None
    registered_at: datetime | None = None
    form: IncomeForm = "own"
    adds_up: bool = True
    calculated: Decimal | None = field(default=None, repr=False)


class IncomeSource(Protocol):
    """Where a person's tax basis is asked for, in whichever of the documented forms."""

    async def basis(self, identifier: str, year: int) -> TaxBasis:
        """The basis for an income year: of the assessment, or of the draft where there is none.

        Raises NoAssessment where there is neither, Gone where it was taken back.
        """


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
        return await first_stage(lambda stage: self.basis_at(stage, identifier, year), REGISTER, year)

    async def basis_at(self, stage: str, identifier: str, year: int) -> TaxBasis:
        """The basis of one stage: `oppgjoer` or `utkast`."""
        task = f"tax basis for {year}, {stage}"
        path = f"/summertskattegrunnlag/{stage}/{RIGHTS_PACKAGE}/{year}/{identifier}"
        with no_assessment_told(REGISTER, task):
            answer = await self.transport.get(path, task)
        return asked_for(read_basis(answer.body, task), identifier, year, REGISTER, task)

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


async def first_stage(ask: Callable[[str], Awaitable[TaxBasis]], register: str, year: int) -> TaxBasis:
    """The assessment, or the draft where there is none (both allowed by `kommuneForeldrebetaling`)."""
    refusal: NoAssessment | None = None
    for stage in STAGES:
        try:
            return await ask(stage)
        except NoAssessment as none_yet:
            refusal = refusal or none_yet
    raise refusal or NoAssessment(register, f"tax basis for {year}")


@contextmanager
def no_assessment_told(register: str, task: str) -> Iterator[None]:
    """Turn "not found" with one of the tax administration's codes for it into NoAssessment."""
    try:
        yield
    except Gone:
        raise
    except NotFound as none:
        if none.code in NO_BASIS:
            raise NoAssessment(register, task, none.code) from None
        raise


def asked_for(basis: TaxBasis, identifier: str, year: int, register: str, task: str) -> TaxBasis:
    """The basis, when it is that of the person and year asked about; refused where it is another's."""
    if basis.identifier != identifier:
        raise MalformedAnswer(register, task, "personidentifikator", "is not the person asked about")
    if basis.income_year != year:
        raise MalformedAnswer(register, task, "inntektsaar", "is not the year asked about")
    return basis


def read_basis(
    answer: Any, task: str = "tax basis", register: str = REGISTER, form: IncomeForm = "own"
) -> TaxBasis:
    """A summed tax basis, in version 1 (`kategori` a list) or 2 (`kategori` a text)."""
    basis = Fields.of(register, task, answer)
    posts = [_post(one) for name in ("grunnlag", "svalbardGrunnlag") for one in basis.parts(name)]
    return TaxBasis(
        identifier=basis.text("personidentifikator"),
        income_year=basis.year("inntektsaar"),
        stage=stage_of(basis),
        shielded=basis.flag("skjermet", default=False),
        posts=tuple(posts),
        settled_on=basis.day_or_none("skatteoppgjoersdato"),
        registered_at=registered_at(basis),
        form=form,
    )


def stage_of(basis: Fields) -> str:
    """`oppgjoer` or `utkast`; the forms differ in capitals. Refused: a stage we may not use."""
    stage = (basis.text_or_none("stadie") or STAGES[0]).lower()
    if stage not in STAGES:
        raise basis.fault("stadie", f"is neither {' nor '.join(STAGES)}")
    return stage


def registered_at(basis: Fields) -> datetime | None:
    """When the register entered it, under any of the names its documents use."""
    return next((moment for moment in map(basis.moment_or_none, REGISTERED_AT) if moment is not None), None)


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
