"""The vehicle register over real HTTP: the very request that is described, and what becomes of bad answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from assistant.config import Config, VehicleRegisterSettings
from assistant.registers import (
    MalformedAnswer,
    NotConnected,
    NotFound,
    RegisterRefused,
    Registers,
    RegisterUnavailable,
)
from assistant.registers.simulators import Simulators

EXAMPLE = Path(__file__).parents[2] / "unit" / "registers" / "examples" / "vehicle_look_up.json"
BASE = "/ws/no/vegvesen/kjoretoy/felles/datautlevering/enkeltoppslag"


@dataclass
class Documented:
    """A server that answers with the example, byte for byte, and keeps what it was asked."""

    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.raw_path, dict(request.headers)))
        headers = {"Content-Type": "application/json", **self.headers}
        return web.Response(status=self.status, body=self.body or EXAMPLE.read_bytes(), headers=headers)


@pytest.fixture
async def documented() -> Documented:
    return Documented()


@pytest.fixture
async def registers(documented: Documented, session: aiohttp.ClientSession) -> AsyncIterator[Registers]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", documented.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    settings = VehicleRegisterSettings(
        base_url=f"http://127.0.0.1:{runner.addresses[0][1]}{BASE}",
        timeout_seconds=1,
        api_key=SecretStr("our-key"),
    )
    yield Registers.from_config(Config(vehicle_register=settings), session)
    await runner.cleanup()


async def test_the_request_is_the_one_that_is_described(documented: Documented, registers: Registers) -> None:
    found = await registers.vehicle.vehicle("xx 00000")

    method, path, headers = documented.asked[0]
    assert (method, path) == ("GET", f"{BASE}/kjoretoydata?kjennemerke=XX00000")
    assert headers["SVV-Authorization"] == "Apikey our-key"
    assert "Authorization" not in headers
    assert found.inspection_due_on == date(2027, 5, 20)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, b'{"kjoretoydataListe": [', MalformedAnswer),
        (200, b"<html>", MalformedAnswer),
        (200, b'{"kjoretoydataListe": []}', NotFound),
        (200, b'{"kjoretoydataListe": [{"kjoretoyId": {"kjennemerke": "YY11111"}}]}', MalformedAnswer),
        (404, b"{}", NotFound),
        (403, b"{}", RegisterRefused),
        (500, b"{}", RegisterUnavailable),
        (429, b"{}", RegisterUnavailable),
    ],
)
async def test_bad_answers_are_refused_each_as_what_it_is(
    documented: Documented, registers: Registers, status: int, body: bytes, fault: type[Exception]
) -> None:
    documented.status, documented.body, documented.headers = status, body, {"Retry-After": "17"}
    with pytest.raises(fault) as refused:
        await registers.vehicle.vehicle("XX00000")
    assert "XX00000" not in str(refused.value)
    assert "YY11111" not in str(refused.value)
    assert "our-key" not in str(refused.value)
    if status == 429:
        assert getattr(refused.value, "retry_after", None) == 17


async def test_the_simulator_takes_no_other_key(
    simulators: Simulators, session: aiohttp.ClientSession
) -> None:
    simulators.vehicle.put("VV 10001", date(2020, 5, 20), inspection_due_on=date(2027, 5, 20))
    config = simulators.configured(Config())
    right = Registers.from_config(config, session)
    other = config.vehicle_register.model_copy(update={"api_key": SecretStr("another")})
    wrong = Registers.from_config(config.model_copy(update={"vehicle_register": other}), session)

    assert (await right.vehicle.vehicle("VV10001")).inspection_due_on == date(2027, 5, 20)
    with pytest.raises(NotFound):
        await right.vehicle.vehicle("VV99999")
    with pytest.raises(RegisterRefused):
        await wrong.vehicle.vehicle("VV10001")


async def test_without_an_address_it_says_which_setting_is_missing(session: aiohttp.ClientSession) -> None:
    with pytest.raises(NotConnected, match=r"set vehicle_register\.base_url in varde\.toml"):
        await Registers.from_config(Config(), session).vehicle.vehicle("XX00000")
