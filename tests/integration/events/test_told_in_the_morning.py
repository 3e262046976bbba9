"""What a life event brings is told the morning after, once, and not where it had not happened after all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house

from assistant.events import wake_determinations
from assistant.guidance import Guidance
from assistant.registers.simulators import documents
from assistant.registers.simulators.documents import Document
from assistant.store.tables import due, guidance, job, life_event, message

SHORT_FORM_ON = "postgresql"

BIRTH, MORNING = date(2026, 11, 2), date(2026, 11, 3)  # the day the register tells of it, and the next
OF_THE_CHILD = [
    "having_a_child.child_benefit",
    "having_a_child.name_choice",
    "having_a_child.parental_responsibility",
]
OF_PARENTS = ["ill_child.care_days"]
OF_THE_MOTHER = ["having_a_child.parental_benefit", "having_a_child.lump_sum_grant"]
TOLD_OF_A_BIRTH = {
    ("sofie", "baby"): OF_THE_CHILD,
    ("daniel", "baby"): OF_THE_CHILD,
    ("sofie", "sofie"): OF_PARENTS + OF_THE_MOTHER,
    ("daniel", "daniel"): OF_PARENTS,
}


@pytest.fixture
async def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Sofie and Daniel, their daughter Ada, and a boy the register has just told of."""
    async with open_house(tmp_path, database_url, ["sofie"], monkeypatch) as opened:
        await opened.listen()
        before = set(opened.simulators.population.kept.values["persons"])
        await opened.play("baby_born")
        (number,) = set(opened.simulators.population.kept.values["persons"]) - before
        opened.ids["baby number"] = number
        yield opened


def number_of(house: House, name: str) -> str:
    number: str = house.ids.get(f"{name} number") or house.story.municipality.person(name).identifier
    return number


async def names(house: House) -> dict[str, str]:
    """Our ids of those in the family, and what they are called here."""
    async with house.database.read() as tx:
        return {
            str(await house.assistant.parts.identities.find(tx, "national_id", number_of(house, name))): name
            for name in ("sofie", "daniel", "ada", "baby")
        }


async def registered(house: House, name: str, change: Callable[[Document], Document]) -> None:
    """The register changes somebody's document, and its feed tells."""
    register, number = house.simulators.population, number_of(house, name)
    register.emit(number, change(register.person(number)), "endringIPerson", house.clock(), save=False)
    await house.listen()


async def wake(house: House, on: date, times: int = 1) -> None:
    """The clock's work in the night to a day."""
    house.clock.now += timedelta(days=(on - house.clock.now.date()).days)
    for _ in range(times):
        async with house.database.begin() as tx:
            await wake_determinations(tx, house.clock())
    await house.assistant.work.run_until_idle()


async def told(house: House) -> dict[tuple[str, str], list[str]]:
    """To whom and about whom, with the rules told of; each no more than once."""
    called = await names(house)
    found: dict[tuple[str, str], list[str]] = {}
    for row in await house.rows(guidance, kind="life_event"):
        if row["withdrawn_at"] is None:
            key = (called[row["person_id"]], called[row["subject_id"]])
            assert key not in found, f"{key} is told twice"
            found[key] = [item["rule"] for item in row["content"]["items"]]
    return found


async def sent(house: House) -> int:
    """How many messages have been handed over; each channel has had each of them once."""
    rows = await house.rows(message, state="sent")
    assert {mail.times for mail in house.mailbox.listed()} <= {1}
    assert len(house.mailbox.listed()) == len([row for row in rows if row["channel"] == "email"])
    return len(rows)


async def waiting(house: House) -> set[str]:
    """About whom something is to be told in a coming morning."""
    called = await names(house)
    return {called[row["subject_id"]] for row in await house.rows(due, what="brought")}


async def standing(house: House) -> set[tuple[str, str]]:
    called = await names(house)
    rows = [row for row in await house.rows(life_event) if row["annulled_at"] is None]
    return {(row["kind"], called[row["subject_id"]]) for row in rows} - {
        ("kindergarten_place_accepted", "ada"),
        ("income_assessed", "sofie"),
        ("income_assessed", "daniel"),
    }


async def test_a_birth_is_told_of_the_morning_after_and_once(house: House) -> None:
    assert await told(house) == {}
    assert await waiting(house) == {"baby", "sofie", "daniel"}
    await wake(house, BIRTH)
    assert await told(house) == {}
    await wake(house, MORNING)
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await sent(house) == 6  # four messages in the chat, and one notice by email to each of the two
    assert await waiting(house) == set()
    for later in range(1, 8):
        await wake(house, MORNING + timedelta(days=later))
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await sent(house) == 6


async def test_a_clock_that_wakes_twice_tells_once(house: House) -> None:
    await wake(house, MORNING, times=2)
    await wake(house, MORNING, times=2)
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await sent(house) == 6


async def test_a_morning_that_was_missed_is_told_of_the_next_time_the_clock_runs(house: House) -> None:
    await wake(house, MORNING + timedelta(days=3))
    assert await told(house) == TOLD_OF_A_BIRTH


async def test_work_that_is_done_twice_tells_once(house: House) -> None:
    """A paused worker wakes after its job was rescued, and does it a second time."""
    house.clock.now += timedelta(days=1)
    handler = house.assistant.work.handlers["wake_determinations"]
    for subject_id in [*await names(house), *await names(house)]:
        await handler({"subject_id": subject_id, "on": MORNING.isoformat()})
    await wake(house, MORNING)
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await sent(house) == 6


async def test_work_that_breaks_off_leaves_nothing_half_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after all is planned and before it is committed: nothing is told, and nothing forgotten."""
    breaks = {"left": 3}
    whole = Guidance.plan_for_deadlines

    async def breaking(self: Guidance, *given: Any) -> Any:
        if breaks["left"]:
            breaks["left"] -= 1
            raise ConnectionError("the database went away")
        return await whole(self, *given)

    monkeypatch.setattr(Guidance, "plan_for_deadlines", breaking)
    house.clock.now += timedelta(days=1)
    handler = house.assistant.work.handlers["wake_determinations"]
    for subject_id in await names(house):
        if breaks["left"]:
            with pytest.raises(ConnectionError):
                await handler({"subject_id": subject_id, "on": MORNING.isoformat()})
    assert breaks["left"] == 0
    assert (await told(house), await sent(house)) == ({}, 0)
    assert await waiting(house) == {"baby", "sofie", "daniel"}
    await wake(house, MORNING)
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await house.rows(job) == []


# ---- what had not happened


def without(number: str, *lists: str) -> Callable[[Document], Document]:
    """The document as it becomes when what it says of a child was entered by mistake."""

    def change(document: Document) -> Document:
        made = deepcopy(document)
        own = any(one["foedselsEllerDNummer"] == number for one in made["identifikasjonsnummer"])
        for name in lists:
            for element in made[name] or ():
                if own or number in (element.get("relatertPerson"), element.get("ansvarssubjekt")):
                    element["erGjeldende"] = False
        return made

    return change


FAMILY_TIES = ("familierelasjon", "foreldreansvar")


async def annul(house: House, who: Iterable[str]) -> None:
    for name in who:
        await registered(house, name, without(house.ids["baby number"], "foedsel", *FAMILY_TIES))


@pytest.mark.parametrize("order", ["baby sofie daniel", "sofie daniel baby"])
async def test_a_birth_that_is_taken_back_before_the_morning_is_told_to_nobody(
    house: House, order: str
) -> None:
    """The register tells of a child and of each parent by events of their own, in any order."""
    house.clock.forward(hours=3)
    await annul(house, order.split())
    assert await standing(house) == set()
    assert await waiting(house) == set()
    await wake(house, MORNING)
    assert (await told(house), await sent(house)) == ({}, 0)


async def test_who_was_registered_as_father_by_mistake_is_not_congratulated(house: House) -> None:
    house.clock.forward(hours=3)
    daniel = number_of(house, "daniel")

    def not_his(document: Document) -> Document:
        made = deepcopy(document)
        for name in FAMILY_TIES:
            for element in made[name]:
                if daniel in (element.get("relatertPerson"), element.get("ansvarlig")):
                    element["erGjeldende"] = False
        return made

    await registered(house, "daniel", without(house.ids["baby number"], *FAMILY_TIES))
    await registered(house, "baby", not_his)
    assert await standing(house) == {
        ("child_born", "baby"),
        ("became_parent", "sofie"),
        ("gave_birth", "sofie"),
    }
    await wake(house, MORNING)
    heard = await told(house)
    assert {to for to, _ in heard} == {"sofie"}
    assert set(heard) == {("sofie", "baby"), ("sofie", "sofie")}


async def test_a_birth_that_is_taken_back_and_stated_anew_is_told_of_once(house: House) -> None:
    house.clock.forward(hours=3)
    register = house.simulators.population
    as_it_was = {
        name: deepcopy(register.person(number_of(house, name))) for name in ("sofie", "daniel", "baby")
    }
    await annul(house, as_it_was)
    assert await waiting(house) == set()
    for name, document in as_it_was.items():
        await registered(house, name, lambda _, document=document: document)  # type: ignore[misc]
    assert await waiting(house) == {"baby", "sofie", "daniel"}
    await wake(house, MORNING)
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await sent(house) == 6


async def test_where_the_child_dies_before_the_morning_nobody_is_congratulated(house: House) -> None:
    house.clock.forward(hours=3)
    await registered(house, "baby", lambda document: documents.dead(document, BIRTH, BIRTH))
    assert await standing(house) == {("died", "baby"), ("child_died", "sofie"), ("child_died", "daniel")}
    for later in range(3):
        await wake(house, MORNING + timedelta(days=later))
    themes = {rule.partition(".")[0] for rules in (await told(house)).values() for rule in rules}
    assert themes == {"death_and_inheritance"}
    assert {about for _, about in await told(house)} == {"baby"}


async def test_a_birth_taken_back_after_it_was_told_of_is_told_of_no_more(house: House) -> None:
    await wake(house, MORNING)
    await annul(house, ["sofie", "daniel", "baby"])
    assert await standing(house) == set()
    await wake(house, MORNING + timedelta(days=1))
    assert await told(house) == TOLD_OF_A_BIRTH
    assert await sent(house) == 6
