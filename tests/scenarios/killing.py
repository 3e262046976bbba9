"""A story that goes on whatever happens to the process, and two ways to kill the process meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from demo_under_test import DemoProcess
from scenery import NOON, scenery
from walking import Resident, button

from assistant.store.tables import case, chat_line, decision, inbox, job

Result = TypeVar("Result")

AWAY = (aiohttp.ClientError, ConnectionError, TimeoutError, OSError)

TOWN = scenery(
    "ingrid",
    "sofie",
    reach={"sofie": {"mobile": "+4740000999", "language": "nb", "confirmed_at": NOON}},
)
STEPS: Sequence[dict[str, str]] = (
    {},
    {"cohabitant": "no"},
    {"income_drop": "no"},
    {"duration": "whole_stay"},
    {},
)
STORY_SECONDS = 300.0


async def live_through(demo: DemoProcess) -> None:
    """Nora gets a place; Ingrid applies in the chat and gets her decision; Daniel's assessment is corrected.

    Everybody tries again until they get an answer, as people and browsers do.
    """
    async with asyncio.timeout(STORY_SECONDS), Resident.at_the_door(demo.base, "ingrid") as ingrid:
        await settled(demo)
        await insist(ingrid.log_in)
        step = (await press(ingrid, "k-apply", action="apply"))[-1]
        for number, answers in enumerate(STEPS, start=1):
            asked = {"errand": step["errand"], "step": step["step"]["id"]}
            step = (await press(ingrid, f"k-{number}", action="answer", **asked, **answers))[-1]
        assert step["type"] == "summary", step
        receipt = (await press(ingrid, "k-submit", action="submit", errand=step["errand"]))[-1]
        assert receipt["type"] == "receipt", receipt
        await settled(demo)
        await insist(lambda: let_happen(ingrid, "okoro_income_corrected"))
        await settled(demo)
        await insist(lambda: reads_the_decision(ingrid))


async def insist(do: Callable[[], Awaitable[Result]]) -> Result:
    """Try until it is answered."""
    while True:
        try:
            return await do()
        except AWAY:
            await asyncio.sleep(0.1)


async def settled(demo: DemoProcess) -> None:
    """Nothing is left to do, and somebody is there to say so."""
    deadline = time.monotonic() + STORY_SECONDS
    while not (demo.is_running and demo.has_database and demo.is_settled()):
        assert time.monotonic() < deadline, demo.waiting()
        await asyncio.sleep(0.05)


async def press(resident: Resident, line: str, **pressed: str) -> list[dict[str, Any]]:
    """Press a button in the chat under a name of its own, and again under that name until it is answered."""

    async def once() -> list[dict[str, Any]]:
        async with resident.chatting() as chat:
            known = chat.answered(line)
            if known is not None:
                return known
            values = dict(pressed)
            action = values.pop("action")
            if action == "apply":
                told = await chat.told("Nora ser ut til å ha rett til")
                values |= button(told, "apply")["values"]
            return await chat.press(action, action, line, **values)

    return await insist(once)


async def let_happen(person: Resident, step: str) -> None:
    page = await person.open("/demo")
    if any(one.value == step for form in page.forms for one in form.buttons):
        token = page.token
        await person.post("/demo/story", {"csrf": token, "step": step})


async def reads_the_decision(resident: Resident) -> None:
    await resident.open("/me")
    await resident.follow("Les vedtaket")
    async with resident.chatting() as chat:
        await chat.told("Søknaden din er innvilget")


# ---- killing ------------------------------------------------------------------------------------------


@dataclass
class Killer:
    """Kills the process and starts it again; `killed` says in what state it was found each time."""

    demo: DemoProcess
    killed: list[str] = field(default_factory=list)

    async def strike(self, why: str) -> None:
        self.demo.kill()
        self.killed.append(f"{why} [{self.at_hand()}]")
        await self.demo.start()

    def at_hand(self) -> str:
        """What the dead process left behind."""
        if not self.demo.has_database:
            return "no database yet"
        doing = [row["task"] for row in self.demo.records.rows(job, job.c.state == "doing")]
        left = self.demo.records.count(job)
        events = self.demo.records.count(inbox, inbox.c.outcome == "waiting")
        return f"doing {', '.join(sorted(doing)) or 'nothing'}; {left} jobs and {events} events left"


Point = tuple[str, Callable[[DemoProcess], Any]]


def doing(task: str) -> Callable[[DemoProcess], Any]:
    return lambda demo: demo.records.count(job, job.c.task == task, job.c.state == "doing")


POINTS: Sequence[Point] = (
    ("an event is stored", lambda demo: demo.records.count(inbox, inbox.c.outcome == "waiting")),
    ("an event is being handled", doing("handle_event")),
    ("an income is being fetched", doing("fetch_income")),
    ("a message is being delivered", doing("deliver")),
    ("the mail server has just taken an email", lambda demo: list((demo.data / "mailbox").glob("*.eml"))),
    (
        "she is half-way through the errand",
        lambda demo: demo.records.count(chat_line, chat_line.c.client_id == "k-3"),
    ),
    ("the application is submitted", lambda demo: demo.records.count(case)),
    ("the decision is being made", doing("decide_case")),
    ("the decision is made", lambda demo: demo.records.count(decision)),
    (
        "a tax assessment is told of",
        lambda demo: demo.records.count(inbox, inbox.c.source == "feed:tax_administration"),
    ),
)


@dataclass
class KillsAtPoints(Killer):
    """At each of the points in turn, the moment it is reached; at a later one where it went by unseen."""

    points: Sequence[Point] = POINTS

    async def go(self) -> None:
        for index, (name, _) in enumerate(self.points):
            await self.demo.until(lambda index=index: self.has_come_to(index), name, look_every=0.001)
            await self.strike(name)

    def has_come_to(self, index: int) -> bool:
        return self.demo.has_database and any(reached(self.demo) for _, reached in self.points[index:])


@dataclass
class KillsAtRandom(Killer):
    """`times` times, a moment after it is up or already while it starts."""

    seed: int = 0
    times: int = 8

    async def go(self) -> None:
        chance = random.Random(self.seed)
        for _ in range(self.times):
            early = chance.random() < 0.2
            wait = chance.uniform(0.3, 2.5) if early else chance.uniform(0.0, 2.0)
            if early:
                self.demo.kill()
                self.demo.spawn()
            await asyncio.sleep(wait)
            await self.strike(f"{'starting' if early else 'up'} for {wait:.2f} s")


async def live_through_killed(demo: DemoProcess, killer: KillsAtPoints | KillsAtRandom) -> None:
    """The story to its end, and every kill done before that."""
    kills = asyncio.create_task(killer.go())
    try:
        await live_through(demo)
        if not kills.done():
            assert not isinstance(killer, KillsAtPoints), (
                f"never reached: {killer.points[len(killer.killed)][0]}"
            )
            await kills
            await live_through(demo)  # whatever the last kills left undone
        await kills
    finally:
        kills.cancel()
