"""Web push to a push service that is busy, away or done with a browser; each message encrypted, and sent by us."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.hooks.sending import Sender
from channels import Accepted, Failed, Outgoing, Refused
from channels.installed import faults_of
from channels.push import PushChannel, PushSettings
from channels.push_crypto import VapidKey
from tests.integration.channels.push_service import PushService, push_service

KEY = VapidKey.generate()
NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service(KEY.public) as running:
        yield running


class Forgetting(list[str]):
    async def forget(self, browser_id: str) -> None:
        self.append(browser_id)


@pytest.fixture
def forgotten() -> Forgetting:
    return Forgetting()


@pytest.fixture
def channel(forgotten: Forgetting) -> PushChannel:
    settings = PushSettings(KEY, "mailto:varde@kommune.example")
    return PushChannel(settings, Sender(this_machine=True, seconds=2).send, forgotten.forget, lambda: NOW)


def notice(*browsers: dict[str, str]) -> Outgoing:
    listed = [{"id": f"b{number}", **one} for number, one in enumerate(browsers, 1)]
    return Outgoing("m1", json.dumps(listed), "nb", "Du har en melding", "Du har en melding fra Eksempel.")


async def test_each_browser_shows_it_and_nobody_on_the_way_reads_it(
    service: PushService, channel: PushChannel
) -> None:
    message = notice(service.browser("phone"), service.browser("desk"))
    assert await channel.send(message) == Accepted("2")
    assert [name for name, _ in service.shown] == ["phone", "desk"]
    shown = service.shown[0][1]
    assert shown | {"tag": ""} == {"title": message.title, "body": message.body, "lang": "nb", "tag": ""}
    assert not any(b"melding" in body for body in service.bodies)
    sent = service.headers[0]
    assert (sent["Content-Encoding"], sent["TTL"], sent["sub"]) == (
        "aes128gcm",
        "86400",
        "mailto:varde@kommune.example",
    )
    assert int(sent["exp"]) == int((NOW + timedelta(hours=12)).timestamp())
    assert sent["Topic"] == shown["tag"]
    assert not faults_of(channel)


async def test_the_same_message_takes_the_place_of_itself(service: PushService, channel: PushChannel) -> None:
    message = notice(service.browser("phone"))
    await channel.send(message)
    await channel.send(message)
    await channel.send(replace(message, id="m2"))
    topics = [sent["Topic"] for sent in service.headers]
    assert topics[0] == topics[1] != topics[2]
    assert all(len(topic) <= 32 for topic in topics)  # RFC 8030 section 5.4


@pytest.mark.parametrize(
    ("answers", "kind", "gone"),
    [
        ([(404, {})], Refused, ["b1"]),
        ([(410, {})], Refused, ["b1"]),
        ([(429, {"Retry-After": "120"})], Failed, []),
        ([(503, {})], Failed, []),
        ([(401, {})], Failed, []),
        ([(413, {})], Refused, []),
        ([(307, {"Location": "http://127.0.0.1:1/"})], Refused, []),
    ],
)
async def test_what_a_push_service_says(
    service: PushService,
    channel: PushChannel,
    forgotten: Forgetting,
    answers: list[tuple[int, dict[str, str]]],
    kind: type,
    gone: list[str],
) -> None:
    service.answers = answers
    result = await channel.send(notice(service.browser("phone")))
    assert type(result) is kind
    assert forgotten == gone
    if isinstance(result, Failed):
        assert result.retry_after == (120 if "120" in str(answers) or result.retry_after else None)
        assert service.base not in result.reason


async def test_one_browser_that_takes_it_is_enough_and_one_that_is_gone_is_forgotten(
    service: PushService, channel: PushChannel, forgotten: Forgetting
) -> None:
    service.answers = [(410, {}), (503, {}), (201, {})]
    message = notice(*(service.browser(name) for name in ("old", "busy", "new")))
    assert await channel.send(message) == Accepted("1")
    assert forgotten == ["b1"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/push",
        "https://[::1]/push",
        "https://169.254.169.254/latest",
        "https://0x7f.1/push",
        "http://push.example/push",
        "https://localhost/push",
    ],
)
async def test_nothing_is_sent_inside(service: PushService, forgotten: Forgetting, endpoint: str) -> None:
    channel = PushChannel(PushSettings(KEY, ""), Sender(seconds=2).send, forgotten.forget, lambda: NOW)
    result = await channel.send(notice({**service.browser("phone"), "endpoint": endpoint}))
    assert isinstance(result, Failed)
    assert endpoint not in result.reason
    assert service.headers == []
