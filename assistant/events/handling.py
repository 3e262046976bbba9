"""The handlers of event work: ask the registers first, then do all that follows in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog

from assistant.casework.case_rows import case_by_id
from assistant.config import Clock, local_date
from assistant.events.cloudevents import IncomingEvent, MalformedEvent
from assistant.events.following import Following, all_people, people_without_contact
from assistant.events.gathering import Gathered, gather, income_said
from assistant.events.inbox import open_event, settle
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
from assistant.store import Database, Identities, Postpone, Transaction, enqueue
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
            "handle_event": self.handle_event,
            "refresh_person": self.refresh_person,
            "refresh_contacts": self.refresh_contacts,
            "fetch_income": self.fetch_income,
            "fetch_missing": self.fetch_missing,
            "fetch_for_case": self.fetch_for_case,
            "wake_determinations": self.wake_determinations,
            WAKE_MORE: self.wake_more,
            "rerun_rule": self.rerun_rule,
            "rerun_rule_for": self.rerun_rule_for,
        }

    async def handle_event(self, args: Mapping[str, Any]) -> None:
        inbox_id = args["inbox_id"]
        async with self.database.read() as tx:
            event, outcome = await open_event(tx, self.identities.keys, inbox_id)
        if outcome != "waiting":
            return
        try:
            gathered = await self._gather(event)
        except RegisterUnavailable as silent:
            raise _wait(silent) from silent
        except (NotFound, MalformedEvent) as refusal:
            log.warning("event.parked", inbox=inbox_id, type=event.type, reason=str(refusal))
            async with self.database.begin() as tx:
                await settle(tx, inbox_id, "parked", str(refusal), self.clock())
            return
        async with self.database.begin() as tx:
            _, outcome = await open_event(tx, self.identities.keys, inbox_id)
            if outcome != "waiting":
                return  # handled by another worker while we asked the registers
            now = self.clock()
            await self.following.record(tx, gathered.said, f"inbox:{inbox_id}", now, inbox_id)
            await settle(tx, inbox_id, gathered.outcome, gathered.note, now)
        log.info("event.handled", inbox=inbox_id, type=event.type, outcome=gathered.outcome)

    async def _gather(self, event: IncomingEvent) -> Gathered:
        async def income_matters(identifier: str) -> bool:
            async with self.database.read() as tx:
                person = await self.identities.find(tx, NATIONAL_ID, identifier)
                return person is not None and await self.following.income_matters(tx, person, self.clock())

        async def met(names: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
            async with self.database.read() as tx:
                return frozenset(await self.identities.find_all(tx, names))

        if event.type == REGISTER_FACTS:
            return await pushed(event, self.following.catalogue.model, self.registers, met)
        return await gather(event, self.registers, income_matters)

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

    async def fetch_income(self, args: Mapping[str, Any]) -> None:
        """Fetch the latest assessment: last year's, or the year's before where last year's is not made yet."""
        person_id = args["subject_id"]
        async with self.database.read() as tx:
            if not await self.following.income_matters(tx, person_id, self.clock()):
                return
        number = await self._national_id(person_id)
        try:
            said = await income_said(self.registers, number, income_years(local_date(self.clock())))
        except RegisterUnavailable as silent:
            raise _wait(silent) from silent
        async with self.database.begin() as tx:
            now = self.clock()
            await self._log_fetch(tx, person_id)
            await self.following.record(tx, said, f"income:{person_id}", now)

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
        try:
            said = {one: await income_said(self.registers, number, years) for one, number in numbers.items()}
        except RegisterUnavailable as silent:
            raise _wait(silent) from silent
        async with self.database.begin() as tx:
            now = self.clock()
            for one, statements in said.items():
                await self._log_fetch(tx, one)
                await self.following.record(tx, statements, f"income:{one}", now)
            if opened is not None:
                await enqueue(tx, "decide_case", {"case_id": case_id}, now=now, key=opened.person_id)

    async def _log_fetch(self, tx: Transaction, person_id: str) -> None:
        use = Use(
            person_id,
            "service",
            "varde",
            "fetched",
            PURPOSE,
            self.registers.tax_provenance.basis,
            ("person.assessed_income",),
        )
        await log_usage(tx, [use], self.clock())

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
