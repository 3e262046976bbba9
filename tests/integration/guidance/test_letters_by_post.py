"""Letters by post: who is reserved gets one by machine; who must not have their address printed never does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from guidance_town import Town
from sqlalchemy import select, update

from assistant.guidance import switches
from assistant.guidance.posting import Posting
from assistant.store import Work
from assistant.store.tables import delivery, guidance
from channels.letter import LetterChannel, PrintFolder
from tests.pdf_reading import unpacked

HOME = "Storgata 1, 0001 Sted"
RESERVED = {"reserved": True, "address": HOME}


@pytest.fixture
def folder(town: Town, tmp_path: Path) -> Path:
    (folder := tmp_path / "print").mkdir()
    object.__setattr__(town.guidance, "posts_letters", True)
    channel = LetterChannel(PrintFolder(folder, "Eksempel kommune\nPostboks 1, 0001 Sted"), town.now)
    posting = Posting(town.database, town.guidance, channel, town.now)
    town.work = Work(town.database, {"deliver": town.delivery.deliver, **posting.handlers()}, town.now)
    return folder


async def post_to(town: Town, **kari: Any) -> list[str]:
    await town.family(kari=kari)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    return [state for channel, state, _ in await town.messages("Kari") if channel == "letter"]


def papers(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.pdf"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def outcomes(town: Town) -> list[str]:
    async with town.database.read() as tx:
        found = await tx.all(select(delivery.c.outcome, delivery.c.detail).order_by(delivery.c.at))
    return [row["outcome"] for row in found if row["detail"] in ("print_folder", "print_house")]


async def test_who_is_reserved_gets_a_letter_in_the_print_folder(town: Town, folder: Path) -> None:
    assert await post_to(town, **RESERVED) == ["sent"]
    (paper,) = papers(folder)
    ((_, _, title),) = await town.messages("Kari")
    assert title.encode().decode("latin-1") in unpacked(paper.read_bytes())
    assert "Kari" not in "".join(names(folder))
    assert await outcomes(town) == ["accepted"]
    async with town.database.read() as tx:
        assert await town.guidance.to_tell_by_hand(tx, "9999") == []


@pytest.mark.parametrize(
    "kari",
    [
        {"reserved": True, "address": None},
        {"reserved": True, "address": HOME, "address_protection": "confidential"},
        {"reserved": True, "address": HOME, "address_protection": None},
        {"reserved": True},
    ],
    ids=["no dwelling", "protected", "protection unknown", "address unknown"],
)
async def test_what_no_machine_may_print_stays_with_people(
    town: Town, folder: Path, kari: dict[str, Any]
) -> None:
    assert await post_to(town, **kari) == ["manual"]
    assert names(folder) == []


async def test_where_the_other_parent_is_hidden_a_human_judges(town: Town, folder: Path) -> None:
    await town.family(kari=RESERVED, ola={"address_protection": "confidential", "address_key": "elsewhere"})
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert [state for _, state, _ in await town.messages("Kari")] == ["manual"]
    assert names(folder) == []


@pytest.mark.parametrize("happens", ["dies", "taken_back"])
async def test_what_is_no_longer_to_be_said_is_not_posted(town: Town, folder: Path, happens: str) -> None:
    await town.family(kari=RESERVED)
    await town.plan(await town.change())
    async with town.database.begin() as tx:
        if happens == "dies":
            await town._state(tx, town.ids["Kari"], {"death_date": "2026-08-31"})
        else:
            await tx.execute(update(guidance).values(withdrawn_at=town.moment))
    await town.work.run_until_idle()
    assert [state for channel, state, _ in await town.messages("Kari") if channel == "letter"] == [
        "withdrawn"
    ]
    assert names(folder) == []


async def test_a_full_disk_loses_nothing(town: Town, folder: Path) -> None:
    away = folder.rename(folder.with_name("away"))  # noqa: ASYNC240
    assert await post_to(town, **RESERVED) == ["manual"]
    away.rename(folder)
    town.later(minutes=16)
    await town.work.run_until_idle()
    assert [state for _, state, _ in await town.messages("Kari")] == ["sent"]
    assert len(papers(folder)) == 1


async def test_a_letter_waits_while_letters_are_stopped_and_goes_when_they_are_let_go(
    town: Town, folder: Path
) -> None:
    key = switches.key_of(channel="letter")
    async with town.database.begin() as tx:
        await switches.stop(tx, key, "feil i malen", "Dina (dina)", town.moment)
    assert await post_to(town, **RESERVED) == ["manual"]
    assert names(folder) == []
    async with town.database.begin() as tx:
        await switches.go(tx, key, "Dina (dina)", town.moment)
    starting = switches.StartingAgain(town.database, town.now).handlers()
    town.work = Work(town.database, {**town.work.handlers, **starting}, town.now)
    await town.work.run_until_idle()
    assert len(papers(folder)) == 1


@pytest.mark.parametrize(("said", "state"), [("printed", "sent"), ("refused", "manual")])
async def test_what_the_print_house_says_is_kept_and_the_papers_are_gone(
    town: Town, folder: Path, said: str, state: str
) -> None:
    await post_to(town, **RESERVED)
    (paper,) = papers(folder)
    paper.with_suffix(f".{said}").touch()
    await town.work.handlers["read_letter_receipts"]({})
    assert [state for _, state, _ in await town.messages("Kari")] == [state]
    assert await outcomes(town) == [said]
    assert names(folder) == [".taken"]
