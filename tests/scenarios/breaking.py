"""A town whose people get kindergarten places, while everything that can break is broken at random moments.

The world outside (registers, mail server, SMS gateway) stands in the test's own process and misbehaves there; the
workers are forked, killed and paused. Each citizen has one child, and is told once in the chat and once by a notice.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from demo_under_test import Records
from pydantic import SecretStr
from receiving_end import Received, Tally, tally
from scenery import EVERYBODY, TODAY
from sqlalchemy import insert, select, update
from workers_forked import Fault, Nursery, Worker

from assistant.config import AT_ANY_TIME, Config, EmailSettings, SmsSettings, local_date
from assistant.demo.happenings import Stage
from assistant.demo.inhabitants import Municipality, Place
from assistant.demo.mailbox import Mailbox
from assistant.demo.mailbox import Misbehaviour as MailMischief
from assistant.demo.mailbox import Mischief as MailFault
from assistant.demo.settling import settle
from assistant.demo.sms_gateway import Misbehaviour as SmsMischief
from assistant.demo.sms_gateway import Mischief as SmsFault
from assistant.demo.sms_gateway import SmsGatewayServer
from assistant.demo.world import SETTINGS
from assistant.registers.national_id import synthetic_ids
from assistant.registers.simulators import Simulators
from assistant.registers.simulators.serving import GAP
from assistant.registers.simulators.serving import Fault as RegisterFault
from assistant.registers.simulators.together import start_all
from assistant.store import Database
from assistant.store.migrate import upgrade
from assistant.store.tables import feed_pointer, inbox, job, message, municipality

TOKEN = "token-of-the-test"
READY_SECONDS = 60.0
REGISTER_FAULTS: tuple[RegisterFault, ...] = ("busy", "broken", "garbage")
MAIL_FAULTS: tuple[MailFault, ...] = ("drop", "take_and_drop", "refuse_for_now")
SMS_FAULTS: tuple[SmsFault, ...] = ("busy", "unavailable", "take_and_fail")
THE_FAMILY = EVERYBODY.family_of("ingrid")  # one adult with a small income, one child


@dataclass
class Town:
    """`move_in` brings so many citizens to the registers, `gets_place` has the next one's child accepted."""

    simulators: Simulators
    mailbox: Mailbox
    gateway: SmsGatewayServer
    config: Config
    citizens: int = 0
    expected: Received = field(default_factory=Counter)

    def __post_init__(self) -> None:
        parent, child = THE_FAMILY.parents[0], THE_FAMILY.children[0]
        self._adults, self._children = synthetic_ids(parent.born), synthetic_ids(child.born)
        self._records = Records(self.config.database)
        self._stage = Stage(self.simulators, EVERYBODY)

    def move_in(self, count: int) -> None:
        """Every second one has only a telephone."""
        first = self.citizens
        families = []
        for number in range(first, first + count):
            home = replace(THE_FAMILY.parents[0].home, house=str(100 + number))
            who, small = f"citizen{number}", f"child{number}"
            parent = replace(
                THE_FAMILY.parents[0],
                key=who,
                identifier=next(self._adults),
                first=f"Innbygger{number}",
                home=home,
            )
            child = replace(
                THE_FAMILY.children[0],
                key=small,
                identifier=next(self._children),
                first=f"Barn{number}",
                home=home,
            )
            families.append(replace(THE_FAMILY, parents=(parent,), children=(child,), places=()))
        town = Municipality(EVERYBODY.number, EVERYBODY.name, TODAY, tuple(families))
        settle(self.simulators, town, first_index=2 * first)
        for number, family in enumerate(families, start=first):
            if number % 2:
                self.simulators.contact.put(
                    family.parents[0].identifier,
                    mobile=f"+474{number:07}",
                    confirmed_at=self.config.clock(),
                )
        everybody = (*self._stage.municipality.families, *families)
        self._stage = Stage(self.simulators, replace(town, families=everybody))
        self.citizens += count

    def gets_place(self, number: int) -> None:
        """The story goes on for one of them, and says what they are to receive."""
        place = Place(f"VB-{number}", f"child{number}", "Fjærebukta barnehage", TODAY)
        self._stage.accept_place(place, self.config.clock())
        who = f"citizen{number}"
        way = ("sms", f"+474{number:07}") if number % 2 else ("email", f"{who}@vardevik.example")
        self.expected += Counter({way: 1, ("chat", who): 1})

    def received(self) -> Received:
        """What lies in mailboxes and on telephones, and what the chat shows."""
        found: Received = Counter(("email", mail.recipient) for mail in self.mailbox.listed())
        found += Counter(("sms", text.recipient) for text in self.gateway.outbox())
        return found + self._in_the_chat()

    def _in_the_chat(self) -> Received:
        rows = self._records.rows(message, message.c.channel == "chat", message.c.state == "sent")
        return Counter(("chat", "citizen" + row["title"].split()[0].removeprefix("Barn")) for row in rows)

    def handed_twice(self) -> int:
        repeats = sum(mail.times - 1 for mail in self.mailbox.listed())
        return repeats + sum(text.times - 1 for text in self.gateway.outbox())

    def is_settled(self) -> bool:
        """Every feed is read to its end, every event handled, nothing left to do and nothing parked."""
        waiting = self._records.count(inbox, inbox.c.outcome == "waiting")
        return self.is_idle() and not waiting and not self._records.count(job, job.c.state == "parked")

    def is_idle(self) -> bool:
        """Nothing goes on by itself any more."""
        read = {row["feed"]: row["position"] for row in self._records.rows(feed_pointer)}
        registers = {
            "population_register": self.simulators.population,
            "tax_administration": self.simulators.tax,
            "kindergarten_system": self.simulators.kindergarten,
        }
        for feed, register in registers.items():
            numbers = [place for place, line in enumerate(register.kept.values["feed"], start=1) if line]
            if numbers and read.get(feed, 1) <= numbers[-1]:
                return False
        return not self._records.count(job, job.c.task != "poll_feed", job.c.state != "parked")

    def left(self) -> str:
        jobs = Counter((row["task"], row["state"], row["error"][:80]) for row in self._records.rows(job))
        return f"{dict(jobs)}; received {self.received().total()} of {self.expected.total()}"

    async def let_time_pass(self) -> None:
        """What failed so often that it is tried again in an hour is tried again now."""
        database = Database(self.config.database)
        async with database.begin() as tx:
            paused = (job.c.state == "todo") & (job.c.error != "")
            await tx.execute(update(job).where(paused).values(run_at=self.config.clock()))
        await database.close()

    async def try_parked_again(self) -> int:
        """What whoever looks after it does."""
        parked = self._records.rows(job, job.c.state == "parked")
        if parked:
            database = Database(self.config.database)
            async with database.begin() as tx:
                again = update(job).where(job.c.state == "parked")
                await tx.execute(again.values(state="todo", attempts=0))
            await database.close()
        return len(parked)

    def close(self) -> None:
        self._records.close()


@asynccontextmanager
async def town(folder: Path, database_url: str = "") -> AsyncIterator[Town]:
    """The world outside, and a migrated database that knows the municipality."""
    moved = (TODAY - local_date(datetime.now(UTC))).days
    (folder / "varde").mkdir(parents=True)
    async with (
        start_all() as simulators,
        Mailbox(folder / "mailbox") as mailbox,
        SmsGatewayServer(folder / "sms.json", TOKEN) as gateway,
    ):
        config = simulators.configured(Config()).model_copy(
            update={
                "data_dir": folder / "varde",
                "database_url": database_url,
                "municipality": EVERYBODY.number,
                "clock_days": moved,
                "poll_seconds": 0.3,
                "email": EmailSettings(host="127.0.0.1", port=mailbox.port),
                "sms": SmsSettings(gateway_url=gateway.url, token=SecretStr(TOKEN)),
                "notices": AT_ANY_TIME,
            }
        )
        database = Database(config.database)
        await upgrade(database)
        async with database.begin() as tx:
            if await tx.first(select(municipality.c.number)) is None:
                named = {"number": EVERYBODY.number, "name": EVERYBODY.name, "settings": dict(SETTINGS)}
                await tx.execute(insert(municipality).values(named))
        await database.close()
        made = Town(simulators, mailbox, gateway, config)
        try:
            yield made
        finally:
            made.close()


@dataclass
class Breaker:
    """Kills `kills` times with `workers` at work, and sees to it that the story goes on meanwhile."""

    town: Town
    nursery: Nursery
    seed: int
    kills: int
    workers: int = 1
    fault: Fault = "none"
    pauses: int = 0
    faults: int = 0
    running: list[Worker] = field(default_factory=list)

    async def go(self, citizens: int) -> Tally:
        """To the end of the story for everybody, and how it ended."""
        chance = random.Random(self.seed)
        self.running = [self._start() for _ in range(self.workers)]
        try:
            coming = iter(range(citizens))
            for nth in range(self.kills):
                self._goes_on(coming, citizens * (nth + 1) // self.kills)
                self._misbehave(chance)
                victim = chance.randrange(self.workers)
                if chance.random() < 0.8:  # else already as it starts
                    await self._at_work(self.running[victim])
                await asyncio.sleep(chance.uniform(0.0, 1.2))
                if chance.random() < 0.2:
                    await self._pause(self.running[victim], chance)
                self.strike(victim)
            self._goes_on(coming, citizens)
            parked = await self._to_the_end()
        finally:
            for worker in self.running:
                worker.kill()
        return tally(
            self.town.expected,
            self.town.received(),
            handed_twice=self.town.handed_twice(),
            kills=self.kills,
            pauses=self.pauses,
            faults=self.faults,
            parked=parked,
        )

    def strike(self, victim: int) -> None:
        """Kill one and start another in its place."""
        self.running[victim].kill()
        self.running[victim] = self._start()

    def _start(self) -> Worker:
        return self.nursery.start(self.town.config, self.fault)

    async def _at_work(self, worker: Worker) -> None:
        async with asyncio.timeout(READY_SECONDS):
            while not worker.is_at_work:  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.02)

    def _goes_on(self, coming: Iterator[int], until: int) -> None:
        while len(self.town.expected) // 2 < until and (number := next(coming, None)) is not None:
            self.town.move_in(1)
            self.town.gets_place(number)

    async def _pause(self, worker: Worker, chance: random.Random) -> None:
        """Sometimes longer than its lease: another does its job then, and it wakes in the middle of it."""
        worker.pause()
        self.pauses += 1
        await asyncio.sleep(chance.choice((0.2, 2.5)) if self.workers > 1 else 0.2)
        worker.go_on()
        await asyncio.sleep(chance.uniform(0.0, 0.5))

    def _misbehave(self, chance: random.Random) -> None:
        """One of the others fails too, about every second time."""
        simulators = self.town.simulators
        registers = (simulators.population, simulators.tax, simulators.kindergarten)
        register = chance.choice(registers)
        for one in registers:
            one.feed_fault = None
        match chance.randrange(10):
            case 0:
                register.feed_fault = "repeats"
            case 1:
                register.feed_fault = "disordered"
            case 2:
                register.feed_fault = "short"
            case 3:
                register.kept.values["feed"].append(GAP)
            case 4:
                register.misbehave(chance.choice(REGISTER_FAULTS), times=2, retry_after="1")
            case 5:
                self.town.mailbox.misbehaviour = MailMischief(chance.choice(MAIL_FAULTS))
            case 6:
                self.town.gateway.misbehaviour = SmsMischief(chance.choice(SMS_FAULTS), seconds=1)
            case _:
                return
        self.faults += 1

    async def _to_the_end(self) -> int:
        seconds = 180 + self.town.citizens  # on a busy machine
        deadline, parked = time.monotonic() + seconds, 0
        while not self.town.is_settled():
            assert time.monotonic() < deadline, self.town.left()
            await asyncio.sleep(0.1)
            if self.town.is_idle():
                parked += await self.town.try_parked_again()
            if time.monotonic() > deadline - seconds / 2:
                await self.town.let_time_pass()
        return parked
