"""The handlers of event work: ask the registers first, then do all that follows in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog

from assistant.casework.case_rows import case_by_id
from assistant.config import Clock, local_date
from assistant.events.cloudevents import IncomingEvent, MalformedEvent
from assistant.events.families import News
from assistant.events.following import Following, RecordedApart, all_people, people_without_contact
from assistant.events.gathering import Gathered, Said, assessed, each, gather, in_rounds, income_said
from assistant.events.inbox import Settled, open_events, settle, still_waiting
from assistant.events.pushed import pushed
from assistant.events.types import REGISTER_FACTS
from assistant.events.waking import WAKE_MORE, wake_determinations
from assistant.registers import (
    NotFound,
    Registers,
    RegisterUnavailable,
    statements_from_contact,
    statements_from_person_document,
)
from assistant.store import Database, Identities, Postpone, Together, enqueue
from assistant.twin import Use, log_usage

log = structlog.get_logger()

NATIONAL_ID = "national_id"
MOST_CONTACTS = 1000  # the contact register answers for at most so many persons at a time
AT_ONCE = 50  # people a transaction: others want to write too
PURPOSE = "to find rights and duties"


@dataclass(frozen=True)
class Handling:
    """One method a task. All are idempotent: the inbox says what is handled, facts replace themselves."""

    database: Database
    identities: Identities
    registers: Registers
    following: Following
    clock: Clock

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {
            "handle_event": Together(self.handle_events, AT_ONCE),
            "refresh_person": self.refresh_person,
            "refresh_contacts": self.refresh_contacts,
            "fetch_income": Together(self.fetch_incomes, AT_ONCE),
            "fetch_missing": self.fetch_missing,
            "fetch_for_case": self.fetch_for_case,
            "wake_determinations": self.wake_determinations,
            WAKE_MORE: self.wake_more,
            "rerun_rule": self.rerun_rule,
            "rerun_rule_for": self.rerun_rule_for,
        }

    async def handle_events(self, many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        """Ask the registers about each event, then do what follows from all of them in as few transactions as may be.

        For each None, or why it has to wait.
        """
        ids = [args["inbox_id"] for args in many]
        async with self.database.read() as tx:
            opened = await open_events(tx, self.identities.keys, ids)
        waiting = {
            one: event for one, (event, outcome) in zip(ids, opened, strict=True) if outcome == "waiting"
        }
        faults: dict[str, Exception] = {}
        for events in in_rounds(waiting):
            faults |= await self._handle(events)
        return [faults.get(one) for one in ids]

    async def _handle(self, events: Mapping[str, IncomingEvent]) -> Mapping[str, Exception]:
        """Handle events that do not hang on one another; why those that have to wait do."""
        matter = await self._incomes_that_matter(events.values())
        found = await each(events, lambda one: self._gather(one, events[one], matter))
        left = {one: said for one, said in found.items() if isinstance(said, Gathered)}
        faults = {one: said for one, said in found.items() if isinstance(said, Exception)}
        while left:
            handled = await self._record(left)
            for one, said in left.items():
                if one in handled:
                    log.info("event.handled", inbox=one, type=events[one].type, outcome=said.outcome)
            left = {one: said for one, said in left.items() if one not in handled}
        return faults

    async def _record(self, gathered: Mapping[str, Gathered]) -> frozenset[str]:
        """Record what was said, of each family that of one event; the inbox ids of those that are handled."""
        async with self.database.begin() as tx:
            # Others may have been handled while we asked the registers.
            waiting = await still_waiting(tx, list(gathered))
            now = self.clock()
            ids = [one for one in gathered if one in waiting and gathered[one].said]
            news = [News(gathered[one].said, f"inbox:{one}", one) for one in ids]
            recorded = await self.following.record_apart(tx, news, now) if news else RecordedApart()
            left = {one for place, one in enumerate(ids) if place not in recorded.places}
            done = [one for one in gathered if one in waiting and one not in left]
            await settle(tx, [Settled(one, gathered[one].outcome, gathered[one].note) for one in done], now)
        return frozenset(gathered.keys() - left)

    async def _gather(self, inbox_id: str, event: IncomingEvent, income_matters: Container[str]) -> Gathered:
        async def met(names: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
            async with self.database.read() as tx:
                return frozenset(await self.identities.find_all(tx, names))

        try:
            if event.type == REGISTER_FACTS:
                return await pushed(event, self.following.catalogue.model, self.registers, met)
            return await gather(event, self.registers, income_matters)
        except RegisterUnavailable as silent:
            raise _wait(silent) from silent
        except (NotFound, MalformedEvent) as refusal:
            log.warning("event.parked", inbox=inbox_id, type=event.type, reason=str(refusal))
            return Gathered(outcome="parked", note=str(refusal))

    async def _incomes_that_matter(self, events: Iterable[IncomingEvent]) -> frozenset[str]:
        """The identity numbers, of those assessed, of whoever has an income that some child's fee depends on."""
        numbers = {number for event in events if (number := assessed(event)) is not None}
        if not numbers:
            return frozenset()
        async with self.database.read() as tx:
            found = await self.identities.find_all(tx, [(NATIONAL_ID, number) for number in numbers])
            matter = await self.following.incomes_that_matter(tx, found.values(), self.clock())
        return frozenset(number for (_, number), person in found.items() if person in matter)

    async def refresh_person(self, args: Mapping[str, Any]) -> None:
        """Fetch a person's document anew from the population register."""
        person_id = args["subject_id"]
        try:
            document = await self.registers.population.person(await self._national_id(person_id))
        except RegisterUnavailable as silent:
            raise _wait(silent) from silent
        said = [(self.registers.population_provenance, statements_from_person_document(document))]
        async with self.database.begin() as tx:
            await self.following.record(tx, said, f"refresh:{person_id}", self.clock())

    async def refresh_contacts(self, args: Mapping[str, Any]) -> None:
        """Look people up in the contact and reservation register, a thousand at a time."""
        async with self.database.read() as tx:
            chosen = await (people_without_contact(tx) if args.get("only_new") else all_people(tx))
            numbers = {await self.identities.reveal(tx, one, NATIONAL_ID): one for one in chosen}
        every = list(numbers)
        for start in range(0, len(every), MOST_CONTACTS):
            try:
                found = await self.registers.contact.persons(every[start : start + MOST_CONTACTS])
            except RegisterUnavailable as silent:
                raise _wait(silent) from silent
            for first in range(0, len(found), AT_ONCE):
                some = found[first : first + AT_ONCE]
                statements = [statement for one in some for statement in statements_from_contact(one)]
                async with self.database.begin() as tx:
                    said = [(self.registers.contact_provenance, statements)]
                    await self.following.record(tx, said, "contacts", self.clock())

    async def fetch_incomes(self, many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        """Fetch people's latest assessment: last year's, or the year's before where last year's is not made yet.

        For each None, or why it has to wait.
        """
        people = [args["subject_id"] for args in many]
        async with self.database.read() as tx:
            matter = await self.following.incomes_that_matter(tx, people, self.clock())
            numbers = {
                one: await self.identities.reveal(tx, one, NATIONAL_ID) for one in people if one in matter
            }
        years = income_years(local_date(self.clock()))
        found = await each(numbers, lambda one: self._ask_income(numbers[one], years))
        left = {one: said for one, said in found.items() if not isinstance(said, Exception)}
        while left:
            news = [News(said, f"income:{one}", uses=(self._fetched(one),)) for one, said in left.items()]
            async with self.database.begin() as tx:
                recorded = await self.following.record_apart(tx, news, self.clock())
                done = [one for place, one in enumerate(left) if place in recorded.places]
            left = {one: said for one, said in left.items() if one not in done}
        faults = {one: said for one, said in found.items() if isinstance(said, Exception)}
        return [faults.get(one) for one in people]

    async def _ask_income(self, number: str, years: Sequence[int]) -> Said:
        try:
            return await income_said(self.registers, number, years)
        except RegisterUnavailable as silent:
            raise _wait(silent) from silent

    async def fetch_missing(self, args: Mapping[str, Any]) -> None:
        """Somebody has applied: fetch what their application needs."""
        async with self.database.begin() as tx:
            await self.following.fetch_missing(tx, args["subject_id"], self.clock())

    async def fetch_for_case(self, args: Mapping[str, Any]) -> None:
        """Ask anew for the incomes of the household of a case, then have it decided (§ 3e third paragraph)."""
        case_id = args["case_id"]
        async with self.database.read() as tx:
            opened = await case_by_id(tx, case_id)
            adults = (
                [] if opened is None else await self.following.household(tx, opened.subject_id, self.clock())
            )
            numbers = {one: await self.identities.reveal(tx, one, NATIONAL_ID) for one in adults}
        years = income_years(local_date(self.clock()))
        said = {one: await self._ask_income(number, years) for one, number in numbers.items()}
        async with self.database.begin() as tx:
            now = self.clock()
            for one, statements in said.items():
                await log_usage(tx, [self._fetched(one)], now)
                await self.following.record(tx, statements, f"income:{one}", now)
            if opened is not None:
                await enqueue(tx, "decide_case", {"case_id": case_id}, now=now, key=opened.person_id)

    def _fetched(self, person_id: str) -> Use:
        basis = self.registers.tax_provenance.basis
        return Use(person_id, "service", "varde", "fetched", PURPOSE, basis, ("person.assessed_income",))

    async def wake_determinations(self, args: Mapping[str, Any]) -> None:
        """Run again what changes today by itself."""
        subject_id, on = args["subject_id"], date.fromisoformat(args["on"])
        async with self.database.begin() as tx:
            await self.following.wake(tx, subject_id, on, self.clock())

    async def wake_more(self, args: Mapping[str, Any]) -> None:
        """Go on enqueuing those whose day has come, after the last that was enqueued."""
        async with self.database.begin() as tx:
            await wake_determinations(
                tx, self.clock(), date.fromisoformat(args["on"]), after=str(args["after"])
            )

    async def rerun_rule(self, args: Mapping[str, Any]) -> None:
        """A rule has a new version: run it again for everybody it was run for, one job a person."""
        rule_id = args["rule"]
        async with self.database.begin() as tx:
            now = self.clock()
            for subject_id in await self.following.determinations.subjects_of(tx, rule_id):
                await enqueue(
                    tx,
                    "rerun_rule_for",
                    {"rule": rule_id, "subject_id": subject_id, "cause": args["cause"]},
                    now=now,
                    key=subject_id,
                    queue="bulk",
                    receipt=f"rerun:{rule_id}:{subject_id}",
                )

    async def rerun_rule_for(self, args: Mapping[str, Any]) -> None:
        async with self.database.begin() as tx:
            await self.following.run_again(
                tx, args["subject_id"], [args["rule"]], args["cause"], self.clock()
            )

    async def _national_id(self, person_id: str) -> str:
        async with self.database.read() as tx:
            return await self.identities.reveal(tx, person_id, NATIONAL_ID)


def income_years(on: date) -> Sequence[int]:
    """The income years to ask for, the best first: the latest assessment counts (§ 3e second paragraph).

    Before 1 August last year's tax may not be settled yet, and the year before is then the latest there is.
    """
    return (on.year - 1, on.year - 2) if on.month < 8 else (on.year - 1,)


def _wait(silent: RegisterUnavailable) -> Postpone:
    return Postpone(str(silent), timedelta(seconds=silent.retry_after or 30))
