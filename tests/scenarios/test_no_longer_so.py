"""What waits to be told, out of tact or for a mail server, is told only if it is still so when it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from living import Happening, Life, Story, Told
from sqlalchemy import select

from assistant.demo.mailbox import Mailbox
from assistant.guidance import StillSending, delivery_rows, rows
from assistant.store import Database
from assistant.store.tables import guidance, message
from rules import Catalogue

SHORT_FORM_ON = "postgresql"

BENEFIT, GRANT = "having_a_child.parental_benefit", "having_a_child.lump_sum_grant"
NAMING = "having_a_child.name_choice"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with Mailbox(tmp_path / "mailbox") as opened:
        yield opened


def happening(on: str, of: str, by: str = "population_register", **what: Any) -> Happening:
    return Happening(date.fromisoformat(on), "", by, of, **what)


def dies(on: str, of: str) -> Happening:
    return happening(on, of, corrects={"death_date": date.fromisoformat(on), "residence_status": "dead"})


def story(
    who: Mapping[str, Mapping[str, Any]], *happens: Happening, ends: date, begins: date = date(2026, 5, 1)
) -> Story:
    return Story("", begins, ends, who, happens, (), {}, "")


def told_of(told: list[Told]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(one.on), one.to, one.rules) for one in told]


def married(name: str, spouse: str, born: str, **more: Any) -> dict[str, dict[str, Any]]:
    known = {"birth_date": date.fromisoformat(born), "address_key": "home", "marital_status": "married"}
    return {name: {**known, "spouse": spouse, "children": [], "wards": [], **more}}


EVA_AND_ARNE = {
    **married(
        "Eva",
        "Arne",
        "1992-08-20",
        mother_of=[],
        income_months_of_last_ten=10,
        income_basis=450000,
        insured_since=date(1992, 8, 20),
    ),
    **married("Arne", "Eva", "1990-01-30"),
}


def expecting(on: str, due_on: date | None) -> Happening:
    return happening(on, "Eva", "person", says={"expected_child_due_on": due_on})


@pytest.mark.parametrize("taken_back", [False, True])
async def test_what_waits_out_a_grief_is_told_only_if_it_is_still_so(
    taken_back: bool, database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    """Eva's husband dies; she says she is expecting, and then that she is not."""
    after = [expecting("2026-08-25", None)] if taken_back else []
    life = Life(
        story(
            EVA_AND_ARNE,
            dies("2026-08-18", "Arne"),
            expecting("2026-08-20", date(2027, 2, 20)),
            *after,
            ends=date(2026, 12, 1),
        ),
        database,
        catalogue,
        mailbox,
    )
    told = [one for one in told_of(await life.play()) if BENEFIT in one[2] or GRANT in one[2]]
    # The second is the deadline that nears.
    expected = [("2026-09-01", "Eva", (BENEFIT,)), ("2026-10-30", "Eva", (BENEFIT,))]
    assert told == ([] if taken_back else expected)


MARIT_AND_HERS: Mapping[str, Mapping[str, Any]] = {
    "Marit": {
        "birth_date": date(1990, 1, 1),
        "address_key": "home",
        "marital_status": "unmarried",
        "spouse": None,
        "wards": ["Ola", "Nora"],
        "mother_of": ["Ola", "Nora"],
    },
    "Ola": {
        "birth_date": date(2020, 4, 4),
        "address_key": "home",
        "parents": ["Marit"],
        "guardians": ["Marit"],
        "shared_residence": [],
    },
    "Nora": {"birth_date": date(2026, 5, 20), "comes_later": True},
}
NORA_IS_BORN = happening(
    "2026-05-20",
    "Nora",
    says={
        "birth_date": date(2026, 5, 20),
        "address_key": "home",
        "name": None,
        "parents": ["Marit"],
        "guardians": ["Marit"],
        "shared_residence": [],
    },
)


def named(on: str, name: str | None) -> Happening:
    return happening(on, "Nora", corrects={"name": name})


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        ([], 1),
        ([named("2026-09-25", "Feil Navn")], 0),
        ([named("2026-09-25", "Feil Navn"), named("2026-09-27", None)], 1),
    ],
    ids=["near", "done meanwhile", "not done after all"],
)
async def test_a_deadline_that_waits_is_told_once_if_it_is_near_after_all(
    happens: list[Happening], told: int, database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    """Nora must have a name by 20 November; her mother is let be for a month after her brother's death."""
    life = Life(
        story(MARIT_AND_HERS, NORA_IS_BORN, dies("2026-09-15", "Ola"), *happens, ends=date(2027, 3, 1)),
        database,
        catalogue,
        mailbox,
    )
    found = [one for one in await life.play() if one.rules == (NAMING,) and one.on > date(2026, 9, 15)]
    assert [(one.on, one.by) for one in found] == [(date(2026, 10, 15), "chat + email")] * told


SOLVEIG_AND_ARNE = {
    **married("Solveig", "Arne", "1969-08-25", married_on=date(1990, 6, 1), joint_estate=True),
    **married("Arne", "Solveig", "1967-01-30"),
}


@pytest.mark.parametrize("died_on", ["2026-09-01", "2028-09-01"], ids=["the same year", "years later"])
async def test_a_death_is_told_of_though_a_mistaken_one_was(
    died_on: str, database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    life = Life(
        story(
            SOLVEIG_AND_ARNE,
            happening("2026-06-10", "Arne", corrects=dies("2026-06-09", "Arne").corrects),
            happening("2026-06-12", "Arne", corrects={"death_date": None, "residence_status": "resident"}),
            dies(died_on, "Arne"),
            ends=date(2029, 6, 1),
        ),
        database,
        catalogue,
        mailbox,
    )
    told = [(one.on, one.to, one.about, one.rules) for one in await life.play()]
    of_the_death = [
        (about, rules) for on, to, about, rules in told if to == "Solveig" and on <= date(2026, 6, 11)
    ]
    assert of_the_death
    morning = date.fromisoformat(died_on) + timedelta(days=1)
    again = [(about, rules) for on, to, about, rules in told if to == "Solveig" and on == morning]
    assert again == of_the_death


async def test_a_message_on_its_way_is_waited_for_before_its_deadline_is_taken_back(
    database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    life = Life(
        story(MARIT_AND_HERS, NORA_IS_BORN, dies("2026-09-15", "Ola"), ends=date(2026, 9, 21)),
        database,
        catalogue,
        mailbox,
    )
    await life.play()
    life.moment = datetime.combine(date(2026, 9, 25), life.moment.timetz())
    async with database.begin() as tx:
        email = await tx.scalar(
            select(message.c.id)
            .join(guidance, guidance.c.id == message.c.guidance_id)
            .where(
                message.c.state == "waiting",
                message.c.channel == "email",
                guidance.c.kind == "deadline_near",
                guidance.c.rule == NAMING,
            )
        )
        await delivery_rows.begin_delivery(tx, email, life.now())
    with pytest.raises(StillSending):
        await life._happens(named("2026-09-25", "Nora Nordmann"))
    life.moment += rows.IN_FLIGHT
    await life._happens(named("2026-09-25", "Nora Nordmann"))
    async with database.read() as tx:
        states = {row["state"] for row in await tx.all(select(message).where(message.c.id == email))}
    assert states == {"withdrawn"}


CASH, PLACE = "having_a_child.cash_for_care", "kindergarten.place"


@pytest.mark.parametrize("moves", [False, True])
async def test_what_is_told_together_is_judged_one_by_one_when_it_is_told(
    moves: bool, database: Database, catalogue: Catalogue, mailbox: Mailbox
) -> None:
    """Marit's husband dies the week before Nora is one; in her days of grief Nora moves to her father.

    What is for those Nora lives with is then not for Marit any more; the place in kindergarten still is.
    """
    nora = {"birth_date": date(2026, 5, 20), "address_key": "home", "parents": ["Marit", "Jon"]}
    who = {
        **married("Marit", "Per", "1990-01-01", wards=["Nora"], mother_of=["Nora"]),
        **married("Per", "Marit", "1990-01-30"),
        "Jon": {"birth_date": date(1990, 2, 1), "address_key": "his", "wards": ["Nora"], "mother_of": []},
        "Nora": {**nora, "guardians": ["Marit", "Jon"], "shared_residence": []},
    }
    move = [happening("2027-05-25", "Nora", says={"address_key": "his"})] if moves else []
    life = Life(
        story(who, dies("2027-05-15", "Per"), *move, begins=date(2027, 5, 1), ends=date(2027, 6, 1)),
        database,
        catalogue,
        mailbox,
    )
    told = [one for one in await life.play() if one.to == "Marit" and one.about == "Nora"]
    assert told_of(told) == [("2027-05-29", "Marit", (PLACE,) if moves else (CASH, PLACE))]
    cash = catalogue.rules[CASH].title["nb"]
    assert (cash in told[0].body) is not moves
    async with database.read() as tx:
        first = await tx.scalar(
            select(guidance.c.rule).where(
                guidance.c.person_id == life.ids["Marit"], guidance.c.subject_id == life.ids["Nora"]
            )
        )
    assert first == (PLACE if moves else CASH)  # so that the other can be kept anew, if it is so again
