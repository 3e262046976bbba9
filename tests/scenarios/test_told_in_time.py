"""Short lives that show when something is told: not before the condolence, nor on one morning only, nor for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from living import NIGHT, Life, Story, Told
from sqlalchemy import select

from assistant.config import OSLO
from assistant.demo.mailbox import Mailbox
from assistant.events import wake_determinations
from assistant.store import Database
from assistant.store.tables import determination, due, guidance
from rules import Catalogue

SHORT_FORM_ON = "postgresql"

Play = Callable[[str], Awaitable[tuple[Life, list[Told]]]]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
async def play(tmp_path: Path, database: Database, catalogue: Catalogue) -> AsyncIterator[Play]:
    async with Mailbox(tmp_path / "mailbox") as mailbox:

        async def played(text: str) -> tuple[Life, list[Told]]:
            file = tmp_path / "story.yaml"
            file.write_text(f"story: a short life\n{text}\ntold: []\n", encoding="utf-8")
            life = Life(Story.read(file), database, catalogue, mailbox)
            return life, await life.play()

        yield played


def of(told: list[Told], rule: str) -> list[tuple[str, str]]:
    """When, and to whom, one rule was told of."""
    return [(one.on.isoformat(), one.to) for one in told if rule in one.rules]


async def looks(life: Life) -> dict[tuple[str, str], date]:
    """Whose day is still to come: by name, and the rule or what else is waited for."""
    names = {one: name for name, one in life.ids.items()}
    async with life.database.read() as tx:
        rows = await tx.all(select(due))
    return {
        (names[row["subject_id"]], row["ref"].partition(":")[0] if row["what"] == "determination" else row["what"]):
        row["due_on"] for row in rows
    }  # fmt: skip


# ---- no deadline before the condolence

SPOUSES = """
begins: 2026-05-01
ends: {ends}
who:
  Solveig: {birth_date: 1969-08-25, address_key: home, marital_status: married, married_on: 1990-06-01, spouse: Arne, children: [], wards: [], joint_estate: true}
  Arne: {birth_date: 1967-01-30, address_key: home, marital_status: married, spouse: Solveig, children: [], wards: []}
happens:
"""  # noqa: E501
DIED_LONG_AGO = "  - {on: 2026-08-10, what: found dead, by: population_register, of: Arne, corrects: {death_date: 2026-06-20, residence_status: dead}}"  # noqa: E501
LIVES = "  - {on: 2026-08-10, what: it was another, by: population_register, of: Arne, corrects: {death_date: null, residence_status: resident}}"  # noqa: E501


async def test_a_death_told_of_late_is_condoled_before_any_deadline(play: Play) -> None:
    _, told = await play(SPOUSES.replace("{ends}", "2026-08-20") + DIED_LONG_AGO)
    assert {(one.on, one.title.split(".")[0]) for one in told} == {(date(2026, 8, 11), "Vi kondolerer")}
    assert of(told, "death_and_inheritance.undivided_estate") == [("2026-08-11", "Solveig")]


async def test_of_a_death_taken_back_the_same_day_not_even_a_deadline_is_told(play: Play) -> None:
    life, told = await play(SPOUSES.replace("{ends}", "2026-08-20") + f"{DIED_LONG_AGO}\n{LIVES}")
    assert told == []
    async with life.database.read() as tx:  # nor written down, to be sent the next minute
        assert await tx.all(select(guidance.c.kind).where(guidance.c.kind == "deadline_near")) == []


MOVED = """
begins: 2026-06-01
ends: 2026-07-20
who:
  Kari: {birth_date: 1990-01-15, address_key: home, marital_status: unmarried, spouse: null, children: [], wards: []}
happens:
  - {on: 2026-07-01, what: moves and says so, by: person, of: Kari, says: {moved_on: DAY, address_valid_from: 2020-01-01}}
"""  # noqa: E501


async def test_a_deadline_that_is_near_is_told_in_the_morning_and_looked_at_once(play: Play) -> None:
    life, told = await play(MOVED.replace("DAY", "2026-07-01"))
    assert of(told, "moving_and_housing.moving_notice") == [("2026-07-02", "Kari")]
    assert [day for day in life.days if day > date(2026, 7, 2)] == []  # not each night until its day


@pytest.mark.parametrize(
    ("moved_on", "told_on"),
    [("2026-06-25", "2026-07-02"), ("2026-06-24", "2026-07-01"), ("2026-06-23", "2026-07-01")],
)
async def test_a_deadline_with_no_whole_day_left_is_told_at_once(
    play: Play, moved_on: str, told_on: str
) -> None:
    _, told = await play(MOVED.replace("DAY", moved_on))
    assert of(told, "moving_and_housing.moving_notice") == [(told_on, "Kari")]


# ---- what a life event brings is offered while it is fresh

BIRTH = """
begins: 2026-08-01
ends: 2026-10-10
who:
  Ingrid: {birth_date: 1994-03-10, address_key: home, marital_status: unmarried, spouse: null, children: [], wards: [], mother_of: []}
  Nora: {comes_later: true}
happens:
  - {on: 2026-09-12, what: born, by: population_register, of: Nora, says: {birth_date: 2026-09-12, address_key: home, name: Nora Nordmann, parents: [Ingrid], shared_residence: []MORE}}
"""  # noqa: E501
BENEFIT = "having_a_child.child_benefit"


def later(day: str, facts: str) -> str:
    return f"  - {{on: {day}, what: registered, by: population_register, of: Nora, corrects: {{{facts}}}}}\n"


async def test_who_has_parental_responsibility_may_be_registered_days_after_the_birth(play: Play) -> None:
    life, told = await play(BIRTH.replace("MORE", "") + later("2026-09-14", "guardians: [Ingrid]"))
    assert of(told, BENEFIT) == [("2026-09-15", "Ingrid")]
    assert ("Nora", "brought") not in await looks(life)


async def test_what_was_no_the_first_morning_is_told_when_it_becomes_yes(play: Play) -> None:
    born = BIRTH.replace("MORE", ", guardians: [Ingrid], residence_status: birth_registered")
    _, told = await play(born + later("2026-09-15", "residence_status: resident"))
    assert of(told, BENEFIT) == [("2026-09-16", "Ingrid")]
    assert of(told, "having_a_child.parenthood") == [("2026-09-13", "Ingrid")]  # and not once more


async def test_after_two_weeks_it_is_no_news(play: Play) -> None:
    _, told = await play(BIRTH.replace("MORE", "") + later("2026-09-26", "guardians: [Ingrid]"))
    assert of(told, BENEFIT) == []


async def test_what_may_be_somebodys_is_not_told_again_when_it_is(play: Play) -> None:
    """Days off with an ill child are for those in work: nobody knows whether she is, and then she says so."""
    born = BIRTH.replace("MORE", ", guardians: [Ingrid]")
    works = "  - {on: 2026-09-15, what: has work, by: person, of: Ingrid, says: {in_work: true}}"
    life, told = await play(born + works)
    assert of(told, "ill_child.care_days") == [("2026-09-13", "Ingrid")]
    async with life.database.read() as tx:
        answers = await tx.all(
            select(determination.c.answer)
            .where(determination.c.rule == "ill_child.care_days")
            .order_by(determination.c.made_at)
        )
    assert [row["answer"] for row in answers] == ["undetermined", "yes"]


# ---- a birthday on its right day


async def test_who_turns_out_to_be_sixteen_is_eighteen_on_the_day_and_not_before(play: Play) -> None:
    life, told = await play("""
begins: 2026-05-01
ends: 2028-07-30
who:
  Per: {birth_date: 2008-06-15, address_key: home, marital_status: unmarried, spouse: null, children: [], wards: [], finished_lower_secondary: true, student: false, citizenship: norwegian}
happens:
  - {on: 2026-06-15, what: corrected, by: population_register, of: Per, corrects: {birth_date: 2010-06-15}}
""")  # noqa: E501
    assert [one.on for one in told if one.title.startswith("Du er 18")] == [date(2028, 6, 16)]
    assert ("Per", "turned_18", True) in await life.life_events()


async def test_who_was_told_so_two_years_early_is_told_again_on_the_day(play: Play) -> None:
    _, told = await play("""
begins: 2026-05-01
ends: 2028-07-30
who:
  Per: {birth_date: 2008-06-15, address_key: home, marital_status: unmarried, spouse: null, children: [], wards: [], finished_lower_secondary: true, student: false, citizenship: norwegian}
happens:
  - {on: 2026-06-20, what: corrected, by: population_register, of: Per, corrects: {birth_date: 2010-06-15}}
""")  # noqa: E501
    assert [one.on for one in told if one.title.startswith("Du er 18")] == [
        date(2026, 6, 16),
        date(2028, 6, 16),
    ]


# ---- nobody is woken for ever, nor for nothing


async def test_the_dead_and_those_who_grow_up_are_left_in_peace(play: Play) -> None:
    life, _ = await play("""
begins: 2026-06-01
ends: 2028-01-01
who:
  Marit: {birth_date: 1980-01-01, address_key: home, marital_status: married, spouse: Jon, wards: [Ola], passport_issued_on: 2018-01-01}
  Jon: {birth_date: 1980-01-01, address_key: home, marital_status: married, spouse: Marit, wards: [Ola], joint_estate: true, married_on: 2010-01-01, had_child_with_spouse: true, passport_issued_on: 2018-01-01}
  Ola: {birth_date: 2009-01-15, address_key: home, parents: [Marit, Jon], guardians: [Marit, Jon], shared_residence: [], deferred_school_start: false}
happens:
  - {on: 2026-08-01, what: dies, by: population_register, of: Marit, corrects: {death_date: 2026-08-01, residence_status: dead}}
""")  # noqa: E501
    assert {key: day for key, day in (await looks(life)).items() if day <= date(2028, 1, 1)} == {}
    async with life.database.read() as tx:
        rows = await tx.all(
            select(determination.c.rule).where(
                determination.c.subject_id == life.ids["Marit"], determination.c.current
            )
        )
    assert "identity.passport" not in {row["rule"] for row in rows}
    for night in range(3):
        life.moment = datetime.combine(date(2028, 1, 2) + timedelta(days=night), NIGHT, OSLO)
        async with life.database.begin() as tx:
            await wake_determinations(tx, life.moment)
            assert [job for job in tx.jobs if job["task"] == "wake_determinations"] == []


async def test_nobody_is_woken_for_a_duty_of_which_nothing_is_known(play: Play) -> None:
    life, _ = await play("""
begins: 2026-06-01
ends: 2026-06-10
who:
  Marit: {birth_date: 1990-01-01, address_key: home, marital_status: unmarried, spouse: null, wards: [Nora], self_employed: false, tax_return_delivered_for: 2025}
  Nora: {birth_date: 2025-03-10, address_key: home, spouse: null, parents: [Marit], guardians: [Marit], shared_residence: []}
happens: []
""")  # noqa: E501
    waiting = await looks(life)
    assert ("Nora", "work_and_tax.tax_return") not in waiting
    assert waiting["Marit", "work_and_tax.tax_return"] == date(2027, 1, 1)  # it is known to be hers then
