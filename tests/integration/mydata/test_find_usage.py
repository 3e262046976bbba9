"""The open data-tracker protocol, service version 2: the examples of its description, and nobody else's log."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from desk_of_town import TRACKER
from place_town import NUMBERS, Town

from assistant.twin import Use, log_usage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

USAGE = {
    "logtime": "2021-01-31T10:20:30",
    "action": "Isiku ees- ja perenime päring",
    "receiverCode": "12345678",
    "receiverName": "TEHIK",
    "receiverSystem": "Terviseportaal",
}
"""The example of the schema `Usage` in the protocol's description."""
REQUIRED = {"logtime", "action", "receiverCode", "receiverSystem"}
PERIOD = {"periodStart": "2021-01-31T10:20:30", "periodEnd": "2021-01-31T10:20:30"}
HEARTBEAT = {"status": "OK", "message": "API is ready"}


async def ask(
    town: Town, path: str, person: str | None = None, token: str = TRACKER, **query: Any
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    if person is not None:
        headers["X-Road-UserId"] = person
    async with aiohttp.ClientSession(headers=headers) as http:
        response = await http.get(town.base + path, params=query)
        return response.status, await response.json()


def is_shaped_as(example: dict[str, str], answered: dict[str, Any]) -> bool:
    return answered.keys() <= example.keys() and all(isinstance(answered[name], str) for name in answered)


async def test_the_answers_have_the_shapes_of_the_description(entitled: Town) -> None:
    siri = f"NO{NUMBERS['siri']}"
    status, answer = await ask(entitled, "/v2/findUsage", siri)
    assert status == 200
    assert answer.keys() == {"totalUsages", "usages"}
    assert answer["totalUsages"] == len(answer["usages"]) > 3
    for one in answer["usages"]:
        assert is_shaped_as(USAGE, one)
        assert one.keys() >= REQUIRED
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["logtime"])
        datetime.fromisoformat(one["logtime"])
        assert one["receiverName"] == "Vardevik kommune"
    times = [one["logtime"] for one in answer["usages"]]
    assert times == sorted(times, reverse=True), "the later is first"
    assert await ask(entitled, "/v2/heartbeat") == (200, HEARTBEAT)
    status, period = await ask(entitled, "/v2/usagePeriod", siri)
    assert status == 200
    assert is_shaped_as(PERIOD, period)
    assert "periodStart" in period
    # Limit, offset and period; the count of all is not moved by the first two.
    total = answer["totalUsages"] + 1  # the first answer is itself an entry
    _, page = await ask(entitled, "/v2/findUsage", siri, limit=2, offset=1)
    assert (page["totalUsages"], len(page["usages"])) == (total, 2)
    _, none = await ask(entitled, "/v2/findUsage", siri, periodEnd="2021-01-31T10:20:30")
    assert none == {"totalUsages": 0, "usages": []}
    _, every = await ask(entitled, "/v2/findUsage", siri, periodStart="2021-01-31T10:20:30")
    assert every["totalUsages"] == total + 2


async def test_what_does_not_fit_is_refused_and_no_number_is_taken_from_an_address(entitled: Town) -> None:
    siri = f"NO{NUMBERS['siri']}"
    for wrong in (
        {"limit": "0"},
        {"limit": "many"},
        {"limit": "10001"},
        {"offset": "-1"},
        {"periodStart": "yesterday"},
        {"userCode": siri},
        {"userCode": NUMBERS["siri"]},
        {"userCode": entitled.ids["per"]},
    ):
        status, answer = await ask(entitled, "/v2/findUsage", siri, **wrong)
        assert status == 400, wrong
        assert NUMBERS["siri"] not in str(answer)
    assert (await ask(entitled, "/v2/findUsage", siri, userCode=entitled.ids["siri"]))[0] == 200
    assert (await ask(entitled, "/v2/findUsage"))[0] == 400
    assert (await ask(entitled, "/v2/findUsage", "EE12345678901"))[0] == 400
    assert await ask(entitled, "/v2/findUsage", "NO01010112345") == (200, {"totalUsages": 0, "usages": []})


async def test_only_the_trackers_token_and_the_person_get_in(entitled: Town) -> None:
    siri = f"NO{NUMBERS['siri']}"
    assert (await ask(entitled, "/v2/findUsage", siri, token="a guess"))[0] == 401
    assert (await ask(entitled, "/v2/findUsage", siri, token="another"))[0] == 403
    per = await entitled.browser("per")
    own = await (await per.http.get(entitled.base + "/v2/findUsage")).json()
    assert own["totalUsages"] > 0
    # The header of another is nothing to a person who is logged in, and the id of another is not there.
    headers = {"X-Road-UserId": siri}
    same = await (await per.http.get(entitled.base + "/v2/findUsage", headers=headers)).json()
    assert same["totalUsages"] == own["totalUsages"] + 1
    denied = await per.http.get(entitled.base + f"/v2/findUsage?userCode={entitled.ids['siri']}")
    assert denied.status == 404
    assert {use["actor"] for use in await entitled.uses("siri", "denied")} == {entitled.ids["per"]}


async def test_what_law_keeps_back_is_not_handed_over(entitled: Town) -> None:
    now = entitled.assistant.clock()
    async with entitled.assistant.database.begin() as tx:
        hidden = Use(
            entitled.ids["siri"],
            "staff",
            "Secret Service",
            "read",
            "secret",
            "§ 1",
            ("case",),
            withheld="§ 1",
            shown_from=now + timedelta(days=9),
        )
        await log_usage(tx, [hidden], now)
    _, answer = await ask(entitled, "/v2/findUsage", f"NO{NUMBERS['siri']}")
    assert "Secret" not in str(answer)
    assert answer["totalUsages"] == len(answer["usages"])
    disclosed = await entitled.uses("siri", "disclosed")
    assert [use["actor"] for use in disclosed] == ["data_tracker"]
