"""The chat over its WebSocket: guidance, why, the whole errand, lines sent twice, and what is hostile."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from place_town import PLACES, TAX, Browser, Town, income, place
from sqlalchemy import func, select

from assistant.store.tables import chat_line, message, process

SHORT_FORM_ON = "postgresql"


class Chat:
    """A widget without a screen: sends frames, and keeps what comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.last = 0

    async def frame(self, kind: str) -> dict[str, Any]:
        """The next frame of that type; those before it are let go."""
        while True:
            found: dict[str, Any] = await asyncio.wait_for(self.socket.receive_json(), 10)
            for line in found.get("lines", ()):
                self.last = max(self.last, line["id"])
            if found["type"] == kind:
                return found

    async def _ask(self, frame: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The parts of the reply to a frame."""
        client_id = frame.get("client_id", uuid.uuid4().hex)
        await self.socket.send_json({**frame, "client_id": client_id})
        acked = await self.frame("ack")
        assert acked["client_id"] == client_id
        lines = (await self.frame("lines"))["lines"]
        return [part for line in lines if line["author"] == "assistant" for part in line["content"]["parts"]]

    async def say(self, text: str) -> list[dict[str, Any]]:
        return await self._ask({"type": "line", "text": text})

    async def press(self, action: str, label: str = "x", **values: str) -> list[dict[str, Any]]:
        return await self._ask({"type": "press", "action": action, "label": label, "values": values})

    async def answer(self, step: Mapping[str, Any], **values: str) -> dict[str, Any]:
        parts = await self.press("answer", errand=step["errand"], step=step["step"]["id"], **values)
        return parts[-1]


@asynccontextmanager
async def chatting(browser: Browser, since: int = 0) -> AsyncIterator[tuple[Chat, list[dict[str, Any]]]]:
    socket = await browser.chat(since)
    chat = Chat(socket)
    await chat.frame("ready")
    lines = (await chat.frame("history"))["lines"]
    try:
        yield chat, lines
    finally:
        await socket.close()


def parts_of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    found = [part for line in lines for part in line["content"].get("parts", ())]
    return [part for part in found if part["type"] == kind]


async def test_the_whole_errand_in_the_chat(entitled: Town):
    siri = await entitled.browser("siri")
    async with chatting(siri) as (chat, lines):
        assert "Vardevik kommune" in parts_of(lines, "text")[0]["text"]
        guidance = parts_of(lines, "guidance")
        assert guidance
        invitation = next(b for part in guidance for b in part["buttons"] if b["action"] == "apply")

        reasons = await chat.say("Hvorfor får jeg dette?")
        conditions = next(part for part in reasons if part["type"] == "conditions")
        assert any("§ 3b" in law["name"] for c in conditions["conditions"] for law in c["law"])
        facts = next(part for part in reasons if part["type"] == "facts")
        assert {"Skatteetaten"} <= {fact["source"] for fact in facts["facts"]}

        step = (await chat.press("apply", "Søk nå", **invitation["values"]))[-1]
        assert (step["type"], step["step"]["id"]) == ("question", "explain")
        step = (await chat.say("neste"))[-1]
        assert step["step"]["id"] == "household"
        step = (await chat.say("ja"))[-1]
        assert step["step"]["fields"][1]["error"]
        step = (await chat.say("tilbake"))[-1]
        step = (await chat.say("neste"))[-1]
        step = (await chat.say("nei"))[-1]
        assert step["step"]["id"] == "income_drop"
        step = await chat.answer(step)
        step = await chat.answer(step, duration="whole_stay")
        assert step["type"] == "confirm"
        fact = next(f for f in step["step"]["facts"] if f["label"].startswith("Inntekt"))
        step = await chat.answer(step, correct=fact["key"], should_be="150 000", reason="Jeg har sluttet")
        assert next(f for f in step["step"]["facts"] if f["correction"])["correction"] == "150 000"
        step = await chat.answer(step, undo=fact["key"])
        step = (await chat.say("det stemmer"))[-1]
        assert step["type"] == "summary"
        still = (await chat.say("ja"))[-1]
        assert still["type"] == "summary"  # a "yes" is not enough to send
        receipt = (await chat.say("send søknaden"))[-1]
        assert receipt["type"] == "receipt"

        await entitled.settle()
        told = parts_of((await chat.frame("lines"))["lines"], "guidance")
        links = [button["href"] for part in told for button in part["buttons"] if button["href"]]
        assert links
        letter = await siri.page(links[0])
        assert "Emil Steen" in letter


async def test_guidance_comes_the_moment_it_is_there_and_is_read_once(town: Town):
    siri = await town.browser("siri")
    async with chatting(siri) as (chat, lines):
        assert not parts_of(lines, "guidance")
        await town.tell(PLACES, place())
        await town.tell(TAX, income("siri", 180_000))
        [*_, guidance] = parts_of((await chat.frame("lines"))["lines"], "guidance")
        await chat.socket.send_json({"type": "read", "message": guidance["message"]})
        await chat.say("takk")
    async with town.assistant.database.read() as tx:
        question = select(message.c.read_at).where(message.c.id == guidance["message"])
        assert await tx.scalar(question) is not None


async def test_a_line_sent_again_is_one_line_and_one_answer(entitled: Town):
    siri = await entitled.browser("siri")
    async with chatting(siri) as (chat, _):
        step = (await chat.press("apply"))[-1]
        step = await chat.answer(step)
        step = await chat.answer(step, cohabitant="no")
        back = {"type": "press", "action": "back", "label": "Tilbake", "client_id": "same"}
        back["values"] = {"errand": step["errand"]}
        last = chat.last
        await chat.socket.send_json(back)
        await chat.frame("ack")
    async with chatting(siri, last) as (chat, lines):
        assert len(lines) == 2  # what was said while the connection was away
        await chat.socket.send_json(back)
        await chat.frame("ack")
        step = (await chat.press("continue", errand=step["errand"]))[-1]
        assert step["step"]["id"] == "household"  # one step back, not two
    async with entitled.assistant.database.read() as tx:
        mine = chat_line.c.person_id == entitled.ids["siri"]
        assert await tx.scalar(select(func.count()).where(mine, chat_line.c.client_id == "same")) == 1
        assert await tx.scalar(select(func.count()).where(mine, chat_line.c.client_id == "reply:same")) == 1
        assert await tx.scalar(select(func.count()).select_from(process)) == 1


async def test_what_was_begun_on_the_pages_goes_on_in_the_chat(entitled: Town):
    siri = await entitled.browser("siri")
    await siri.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"])
    await siri.send(siri.at, step="explain", action="next")
    socket = await siri.chat()
    chat = Chat(socket)
    step = (await chat.frame("open"))["content"]["parts"][0]
    assert step["step"]["id"] == "household"
    step = await chat.answer(step, cohabitant="no")
    assert step["step"]["id"] == "income_drop"
    await socket.close()
    assert "Har inntekten falt?" in await siri.page(siri.at)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "line", "client_id": "a b", "text": "hei"},
        {"type": "line", "client_id": "reply:x", "text": "hei"},
        {"type": "line", "client_id": "x"},
        {"type": "line", "client_id": "x", "text": "  "},
        {"type": "dance", "client_id": "x"},
        {"type": "press", "client_id": "x", "action": "fly", "label": "", "values": {}},
        {"type": "press", "client_id": "x", "action": "answer", "label": "", "values": {"errand": 1}},
        {"type": "press", "client_id": "x", "action": "why", "label": 3},
        {"type": "press", "client_id": "x", "action": "why", "values": {str(n): "x" for n in range(21)}},
        {},
    ],
)
async def test_a_frame_that_cannot_be_taken_is_refused_and_the_talk_goes_on(entitled: Town, frame: Any):
    siri = await entitled.browser("siri")
    async with chatting(siri) as (chat, _):
        await chat.socket.send_json(frame)
        assert (await chat.frame("refused"))["text"]
        assert (await chat.say("hei"))[0]["type"] == "text"


async def test_hostile_lines_are_kept_as_plain_text_without_numbers(entitled: Town):
    siri = await entitled.browser("siri")
    async with chatting(siri) as (chat, _):
        for text in (
            "<img src=x onerror=alert(1)>",
            "x" * 5000,
            "\u202e\x1b[31m hei",
            "mitt nummer er 178854 96359",
            "'; drop table chat_line; --",
        ):
            parts = await chat.say(text)
            assert parts[0]["type"] in ("text",)
    async with entitled.assistant.database.read() as tx:
        rows = await tx.all(select(chat_line.c.content).where(chat_line.c.author == "person"))
    kept = [row["content"]["text"] for row in rows]
    assert "<img src=x onerror=alert(1)>" in kept
    assert max(map(len, kept)) <= 2000
    assert not any("96359" in text or "\x00" in text or "\u202e" in text for text in kept)


async def test_anothers_errand_is_not_there_in_the_chat_either(entitled: Town):
    siri, per = await entitled.browser("siri"), await entitled.browser("per")
    await siri.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"])
    errand = siri.at.rpartition("/")[2]
    async with chatting(per) as (chat, lines):
        assert not parts_of(lines, "guidance")
        for action in ("answer", "back", "submit", "continue", "change", "withdraw"):
            parts = await chat.press(action, errand=errand, step="explain", sure="yes")
            assert parts == [{"type": "text", "text": "Det finner jeg ikke."}]
        parts = await chat.press("apply", child=entitled.ids["emil"], process="apply_reduced_fee")
        assert parts == [{"type": "text", "text": "Det finner jeg ikke."}]
    assert {use["actor"] for use in await entitled.uses("siri", "denied")} == {entitled.ids["per"]}
    assert "Lavere betaling" in await siri.page(siri.at)


async def test_a_stranger_is_asked_to_log_in(entitled: Town):
    stranger = await entitled.browser()
    socket = await stranger.chat()
    assert (await socket.receive_json())["type"] == "login_required"
    await socket.send_json({"type": "line", "client_id": "x", "text": "hei"})
    await socket.receive()
    assert socket.close_code == 4401
