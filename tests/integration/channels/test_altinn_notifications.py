"""Notices through Altinn: the documented order, once, with nothing in it but that there is a message."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import aiohttp
import pytest

from assistant.config import AltinnSettings, Config
from assistant.guidance.channels import make_channels
from assistant.registers import MaskinportenTokens
from assistant.registers.altinn import EXCHANGE, NOTIFICATIONS, AltinnTokens
from assistant.registers.simulators import AltinnSimulator, Simulators, start_all
from assistant.registers.simulators.altinn import fault_in
from assistant.store import IdentityKeys
from channels import Accepted, Failed, Outgoing, Refused, Reminder
from channels.altinn import ORDERS, AltinnChannel, AltinnOrders, NoToken, order
from channels.chat import ChatChannel
from channels.sms import SmsChannel
from tests.integration.registers.replaying import Reply, example, replaying
from tests.unit.registers.documents import MOTHER

NOW = datetime(2026, 9, 1, tzinfo=UTC)
KEYS = IdentityKeys.generate()
MESSAGE = Outgoing(
    id="0b0e8a8a-7a2e-4d0c-9df3-222222222222",
    recipient=MOTHER,
    language="nb",
    title="Du har en melding fra Eksempel kommune",
    body="Du har en melding fra Eksempel kommune. Logg inn for å lese den.\x07",
    link="https://varde.example/me",
)
REMINDER = Reminder(7, "https://varde.example/altinn/unread/0b0e8a8a-7a2e-4d0c-9df3-222222222222")


def clock() -> datetime:
    return NOW


async def token() -> str:
    return "altinns-token"


def recipe() -> dict[str, Any]:
    """The published order for § 8, with its placeholders filled in and the association by its old name left out."""
    text = example("altinn_7_section_8_recipe.txt").decode().partition("body:json ")[2]
    body = text[text.index("{") + 1 : text.rindex("}")]
    filled = {
        "{{random_idempotency_id}}": MESSAGE.id,
        "{{process.env.TESTDATA_TENOR_SET_1_PERSON}}": MOTHER,
        "{{process.env.TESTDATA_URL_CONDITION_FALSE}}": "https://varde.example/altinn/unread/1",
    }
    for placeholder, value in filled.items():
        body = body.replace(placeholder, value)
    made: dict[str, Any] = json.loads(body)
    assert set(made.pop("associationDialogporten")) == {"dialogueId", "transmissionId"}
    return made


async def test_the_order_is_the_published_recipe_for_section_8_byte_for_byte() -> None:
    published = recipe()
    first = published["recipient"]["recipientPerson"]
    second = published["reminders"][0]["recipient"]["recipientPerson"]
    reminder = Reminder(
        7,
        "https://varde.example/altinn/unread/1",
        second["emailSettings"]["subject"],
        second["emailSettings"]["body"],
    )
    message = Outgoing(
        MESSAGE.id,
        MOTHER,
        "nb",
        first["emailSettings"]["subject"],
        first["emailSettings"]["body"],
        reminder=reminder,
    )
    # The recipe's own text of the reminder's SMS lacks a space that its email has; ours is the same in both.
    second["smsSettings"]["body"] = second["emailSettings"]["body"]

    async with replaying(Reply(b'{"notificationOrderId":"n-1"}', 201)) as replayed:
        settings = AltinnOrders(replayed.url, "test sender", "urn:altinn:resource:te_svc123")
        channel = AltinnChannel("email", settings, token, clock)
        result = await channel.send(message)
        await channel.close()

    (asked,) = replayed.asked
    assert asked.line == "POST /notifications/api/v1/future/orders HTTP/1.1"
    assert asked.header("Content-Type") == "application/json"
    assert asked.header("Authorization") == "Bearer altinns-token"
    assert asked.body == _bytes(published)
    assert result == Accepted("n-1")


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def test_every_name_in_our_order_is_documented() -> None:
    def names(value: Any, path: str = "") -> set[str]:
        if isinstance(value, dict):
            return {f"{path}.{key}" for key in value} | {
                name for key, one in value.items() for name in names(one, f"{path}.{key}")
            }
        return {name for one in value for name in names(one, path)} if isinstance(value, list) else set()

    documented = names(json.loads(example("altinn_7_order.json"))) | names(recipe())
    ours = order(
        replace(MESSAGE, reminder=REMINDER), AltinnOrders("", "Varde", "urn:altinn:resource:x"), "sms"
    )

    assert names(ours) <= documented
    assert fault_in(ours) == ""
    assert fault_in(json.loads(example("altinn_7_order.json"))) != ""  # its values are the word "string"


def test_it_says_that_there_is_a_message_and_nothing_else() -> None:
    person = order(MESSAGE, AltinnOrders(""), "email")["recipient"]["recipientPerson"]
    text = "Du har en melding fra Eksempel kommune. Logg inn for å lese den.\nhttps://varde.example/me"

    assert person["smsSettings"]["body"] == person["emailSettings"]["body"] == text
    assert person["emailSettings"]["subject"] == MESSAGE.title
    assert (person["ignoreReservation"], person["channelSchema"]) == (False, "EmailPreferred")
    for keyword in ("$recipientName$", "$recipientNumber$"):
        with pytest.raises(ValueError, match="take it out of the template"):
            order(replace(MESSAGE, body=f"Hei {keyword}"), AltinnOrders(""), "sms")


def test_without_a_reminder_there_is_none_and_with_one_it_despises_no_condition() -> None:
    assert "reminders" not in order(MESSAGE, AltinnOrders(""), "email")
    (second,) = order(replace(MESSAGE, reminder=REMINDER), AltinnOrders(""), "email")["reminders"]

    assert (second["delayDays"], second["conditionEndpoint"]) == (7, REMINDER.condition_url)
    person = second["recipient"]["recipientPerson"]
    assert (person["ignoreReservation"], person["channelSchema"]) == (True, "SmsPreferred")


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with start_all(timeout_seconds=0.5) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def channel(simulators: Simulators, http: aiohttp.ClientSession) -> AsyncIterator[AltinnChannel]:
    config = _through_altinn(simulators, "email")
    made = make_channels(config, ChatChannel(), clock, http, KEYS)["email"]
    assert isinstance(made, AltinnChannel)
    yield made
    await made.close()


def _through_altinn(simulators: Simulators, *names: Literal["email", "sms"]) -> Config:
    config = simulators.configured(Config())
    through = {name: getattr(config, name).model_copy(update={"through": "altinn"}) for name in names}
    return config.model_copy(update=through)


async def test_sent_twice_it_is_one_order(simulators: Simulators, channel: AltinnChannel) -> None:
    assert await channel.send(MESSAGE) == Accepted(MESSAGE.id)
    assert await channel.send(MESSAGE) == Accepted(MESSAGE.id)

    (taken,) = simulators.altinn.orders()
    assert taken["idempotencyId"] == MESSAGE.id
    assert simulators.altinn.asked == [f"GET {EXCHANGE}", f"POST {ORDERS}", f"POST {ORDERS}"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("busy", Failed("Altinn Notifications could not take it now (429)", retry_after=7.0)),
        ("broken", Failed("Altinn Notifications could not take it now (500)")),
        ("not_found", Refused("Altinn Notifications refused it (404)")),
        ("unauthorised", Failed("Altinn Notifications could not take it now (401)")),
        ("redirect", Failed("Altinn Notifications could not take it now (302)")),
        ("garbage", Accepted("")),
    ],
)
async def test_an_altinn_in_trouble_is_a_result_and_the_next_try_arrives_once(
    simulators: Simulators, channel: AltinnChannel, fault: Any, expected: Failed | Refused | Accepted
) -> None:
    assert isinstance(await channel.send(replace(MESSAGE, id="another")), Accepted)
    simulators.altinn.misbehave(fault, retry_after="7" if fault == "busy" else None)

    assert await channel.send(MESSAGE) == expected
    assert isinstance(await channel.send(MESSAGE), Accepted)
    assert len(simulators.altinn.orders()) == 2


async def test_silence_and_no_token_are_waited_out(simulators: Simulators, channel: AltinnChannel) -> None:
    simulators.maskinporten.misbehave("broken")
    without = await channel.send(MESSAGE)
    simulators.altinn.misbehave("broken")
    unchanged = await channel.send(MESSAGE)
    simulators.altinn.misbehave("silent")
    silent = await channel.send(MESSAGE)

    for result in (without, unchanged, silent):
        assert isinstance(result, Failed)
        assert MOTHER not in result.reason
    assert simulators.altinn.orders() == []


async def test_the_exchanged_token_is_kept_with_maskinportens(
    simulators: Simulators, http: aiohttp.ClientSession
) -> None:
    maskinporten = MaskinportenTokens(simulators.settings["maskinporten"], http)
    tokens = AltinnTokens(simulators.settings["altinn"], http, maskinporten)

    first = await tokens.token(NOTIFICATIONS)
    assert await tokens.token(NOTIFICATIONS) == first
    assert await tokens.token(NOTIFICATIONS, fresh=True) != first
    assert simulators.altinn.asked == [f"GET {EXCHANGE}"] * 2


@pytest.mark.parametrize("answer", ["", '""', "<html>\nfeil</html>"])
async def test_what_is_no_token_is_refused(http: aiohttp.ClientSession, answer: str) -> None:
    async def send(reply: Reply) -> Any:
        async with replaying(reply) as replayed:
            tokens = AltinnTokens(AltinnSettings(base_url=replayed.url), http, _Maskinporten())
            return await tokens.token(NOTIFICATIONS)

    with pytest.raises(Exception, match="is not a token"):
        await send(Reply(answer.encode(), content_type="text/plain"))
    assert await send(Reply(b'"a.b.c"')) == "a.b.c"


class _Maskinporten:
    async def token(self, scope: str, *, fresh: bool = False) -> str:
        return "m"


async def test_a_channel_without_a_token_does_not_ask(simulators: Simulators) -> None:
    async def none() -> str:
        raise NoToken("Maskinporten is away")

    channel = AltinnChannel("sms", AltinnOrders(simulators.settings["altinn"].base_url), none, clock)
    assert await channel.send(MESSAGE) == Failed("no token for Altinn: Maskinporten is away")
    await channel.close()


async def test_each_way_is_chosen_for_itself(simulators: Simulators, http: aiohttp.ClientSession) -> None:
    channels = make_channels(_through_altinn(simulators, "email"), ChatChannel(), clock, http, KEYS)

    assert isinstance(channels["email"], AltinnChannel)
    assert isinstance(channels["sms"], SmsChannel)
    unset = _through_altinn(simulators, "sms").model_copy(update={"altinn": AltinnSettings()})
    with pytest.raises(ValueError, match=r"sms\.through is altinn: set altinn\.base_url"):
        make_channels(unset, ChatChannel(), clock, http, KEYS)


async def test_the_simulator_forgets_nothing_and_asks_for_a_token_of_its_own(
    simulators: Simulators, http: aiohttp.ClientSession, tmp_path: Any
) -> None:
    base = simulators.settings["altinn"].base_url
    shown = await MaskinportenTokens(simulators.settings["maskinporten"], http).token(NOTIFICATIONS)
    for bearer in ("", "altinn-", shown):  # Maskinporten's own is not enough for an order
        headers = {"Authorization": f"Bearer {bearer}"}
        async with http.post(
            f"{base}{ORDERS}", json=order(MESSAGE, AltinnOrders(base), "sms"), headers=headers
        ) as no:
            assert no.status == 401
    kept = AltinnSimulator(path=tmp_path / "altinn.json")
    kept.kept.values["orders"]["a"] = {"idempotencyId": "a"}
    kept.kept.save()
    assert AltinnSimulator(path=tmp_path / "altinn.json").orders() == [{"idempotencyId": "a"}]
