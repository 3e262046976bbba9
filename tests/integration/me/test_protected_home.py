"""A home that is protected: the guardian who lives elsewhere is told nothing that could lead there."""

from __future__ import annotations

import pytest
from place_town import FOLK, Browser, Town, person, says

SHORT_FORM_ON = "sqlite"

RULES = "/api/v1/determinations"


async def tells_of(town: Town, browser: Browser, path: str) -> bool:
    """Does it say what holds for Emil: what the rules found, where his place is?"""
    found = await browser.page(path)
    return "Steinrøysa" in found or "kindergarten.monthly_fee" in found or "✓" in found


@pytest.mark.parametrize("path", ["/me", "/me/data", RULES])
@pytest.mark.parametrize("protected", [["siri", "emil"], ["siri"], ["emil"]])
async def test_what_is_known_of_the_child_is_for_the_home_alone(
    entitled: Town, path: str, protected: list[str]
):
    omar, siri = await entitled.browser("omar"), await entitled.browser("siri")
    assert await tells_of(entitled, omar, path)
    for name in protected:
        await entitled.tell(FOLK, says(person(name), address_protection="strengtFortrolig"))
    assert not await tells_of(entitled, omar, path)
    assert await tells_of(entitled, siri, path)


@pytest.mark.parametrize("path", ["/me", "/me/data", RULES])
async def test_nor_is_it_told_where_the_register_keeps_the_address_itself_back(entitled: Town, path: str):
    omar = await entitled.browser("omar")
    withheld = says(person("siri"), address_key=None, address_protection="strengtFortrolig")
    await entitled.tell(FOLK, [*withheld, *says(person("emil"), address_key=None)])
    assert not await tells_of(entitled, omar, path)


async def test_what_the_interface_tells_is_in_the_log(entitled: Town):
    omar = await entitled.browser("omar")
    before = len(await entitled.uses("emil"))
    await omar.page(RULES)
    assert [use["actor"] for use in (await entitled.uses("emil"))[before:]] == [entitled.ids["omar"]]
