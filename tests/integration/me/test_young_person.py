"""From the age of 15 a young person's illness is their own: not on a parent's page, nor in the interface."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from place_town import FOLK, TODAY, Town, person, says

from assistant.twin import Provenance, Span

SHORT_FORM_ON = "sqlite"

TOLD = Provenance("person", "personvernforordningen artikkel 6")
PATHS = ["/me", "/me/data", "/api/v1/determinations"]


async def fall_ill(town: Town, age: int) -> None:
    """Emil is so old, tells of an illness that will last, and of a child he expects; the morning comes."""
    born = date(TODAY.year - age, 1, 1)
    await town.tell(FOLK, says(person("emil"), birth_date=born.isoformat(), death_date=None))
    facts = says(person("emil"), says_long_illness=Span(True, TODAY))
    await town.tell(TOLD, facts)
    following = town.assistant.parts.processes.recording
    tomorrow = TODAY + timedelta(days=1)
    async with town.assistant.database.begin() as tx:
        await following.wake(tx, town.ids["emil"], tomorrow, town.assistant.clock())  # type: ignore[attr-defined]
    await town.settle()


def tells(page: str) -> bool:
    words = ("Grunnstønad", "illness_and_care.basic", "varig sykdom", "lasting illness", "Basic benefit")
    return any(word in page for word in words)


@pytest.mark.parametrize("path", PATHS)
async def test_a_parent_does_not_read_of_the_illness_of_one_who_is_fifteen(entitled: Town, path: str):
    await fall_ill(entitled, 16)
    for parent in ("siri", "omar"):
        assert not tells(await (await entitled.browser(parent)).page(path))


@pytest.mark.parametrize("path", PATHS)
async def test_the_young_person_does(entitled: Town, path: str):
    await fall_ill(entitled, 16)
    assert tells(await (await entitled.browser("emil")).page(path))
