"""The channel that docs/channels.md shows works as it stands there: installed, chosen, listed and sent through."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from assistant.cli import main
from assistant.config import Config
from assistant.guidance.channels import make_channels
from assistant.store import IdentityKeys
from channels import Accepted, Failed, Outgoing, Refused
from channels.chat import ChatChannel
from tests.unit.channels.packages_of_others import installed_package

PAGE = (Path(__file__).parents[3] / "docs" / "channels.md").read_text()
CHAPTER = PAGE[PAGE.index("## A channel of your own") :]
PROJECT, SETTINGS = re.findall(r"```toml\n(.+?)```", CHAPTER, re.DOTALL)
(SOURCE,) = re.findall(r"```python\n(.+?)```", CHAPTER, re.DOTALL)
MESSAGE = Outgoing(
    "0b0e", "01019012345", "nb", "Vedtak", "Du har fått …", "https://varde.example/me", whole=True
)


@pytest.fixture
def package(tmp_path: Path) -> Iterator[None]:
    project = tomllib.loads(PROJECT)["project"]
    with installed_package(
        tmp_path, project["name"], project["entry-points"]["varde.channels"], town_post=SOURCE
    ):
        yield


@pytest.mark.usefixtures("package")
async def test_it_is_sent_through_under_the_messages_own_name() -> None:
    got: list[tuple[str, str, object]] = []
    answers = iter([201, 422, 503])

    async def take(request: web.Request) -> web.Response:
        headers = request.headers
        got.append((headers["Authorization"], headers["Idempotency-Key"], await request.json()))
        return web.Response(status=next(answers))

    app = web.Application()
    app.router.add_post("/messages", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    values = tomllib.loads(SETTINGS)
    values["channel"]["town_post"] = {"url": f"http://{host}:{port}/messages", "token": "t"}
    config = Config.model_validate(values)
    try:
        async with aiohttp.ClientSession() as http:
            channel = make_channels(config, ChatChannel(), config.clock, http, IdentityKeys.generate())["sms"]
        results = [await channel.send(MESSAGE) for _ in range(3)]
        assert [type(result) for result in results] == [Accepted, Refused, Failed]
    finally:
        await runner.cleanup()
    assert isinstance(await channel.send(MESSAGE), Failed), "nobody answers any more"
    assert got[0] == got[1] == ("Bearer t", "0b0e", got[0][2])
    assert got[0][2] == {
        "to": "01019012345",
        "title": "Vedtak",
        "text": "Du har fått …",
        "link": "https://varde.example/me",
    }
    assert channel.can_carry(MESSAGE) is None
    assert channel.can_carry(replace(MESSAGE, body="a" * 10_001)) is not None


@pytest.mark.usefixtures("package")
def test_it_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "varde.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    assert main(["channels"]) == 0
    listed = capsys.readouterr().out
    said = "the matter itself, at most 10000 characters; costs 1.20 NOK a message; reports nothing later"
    assert f"sms: {said} (town_post.TownPost)" in listed.splitlines()


def test_what_the_page_says_our_own_channels_are_is_what_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["channels"]) == 0
    assert f"$ varde channels\n{capsys.readouterr().out}```" in PAGE


def test_one_that_is_not_installed_is_told_of_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "varde.toml").write_text('[sms]\nthrough = "town_post"\n')
    monkeypatch.chdir(tmp_path)
    assert main(["channels"]) == 1
    assert capsys.readouterr().err.startswith(
        "varde channels: sms.through: no channel 'town_post' is installed"
    )
