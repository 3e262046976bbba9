"""The chat tells who listens, and accepts what nobody hears: the message waits in the store."""

from __future__ import annotations

import asyncio

import pytest

from channels.chat import ChatChannel
from channels.interface import Accepted, Outgoing

HELLO = Outgoing("m1", "kari", "nb", "Hei", "Hei, Kari")


async def test_each_open_conversation_of_the_person_hears_it_and_nobody_elses() -> None:
    chat = ChatChannel()
    heard: list[tuple[str, str]] = []
    chat.listen("kari", lambda message: heard.append(("telephone", message.id)))
    chat.listen("kari", lambda message: heard.append(("laptop", message.id)))
    chat.listen("ola", lambda message: heard.append(("ola", message.id)))
    assert await chat.send(HELLO) == Accepted("m1")
    await asyncio.sleep(0)
    assert heard == [("telephone", "m1"), ("laptop", "m1")]


async def test_it_is_accepted_though_nobody_listens() -> None:
    assert await ChatChannel().send(HELLO) == Accepted("m1")


async def test_who_has_left_hears_nothing_more() -> None:
    chat = ChatChannel()
    heard: list[str] = []
    remove = chat.listen("kari", lambda message: heard.append(message.id))
    remove()
    remove()
    await chat.send(HELLO)
    await asyncio.sleep(0)
    assert heard == []
    assert chat.listening("kari") == 0


async def test_a_listener_that_breaks_silences_neither_the_sender_nor_the_others() -> None:
    chat = ChatChannel()
    heard: list[str] = []
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))

    def broken(message: Outgoing) -> None:
        raise RuntimeError("the socket is gone")

    chat.listen("kari", broken)
    chat.listen("kari", lambda message: heard.append(message.id))
    assert await chat.send(HELLO) == Accepted("m1")
    await asyncio.sleep(0)
    assert heard == ["m1"]
    assert len(reported) == 1


async def test_who_may_have_missed_something_is_told_to_look() -> None:
    chat = ChatChannel()
    heard: list[object] = []
    chat.listen("kari", lambda message: heard.append(("kari", message)))
    chat.listen("ola", lambda message: heard.append(("ola", message)))
    chat.tell("kari")
    chat.tell("nobody")
    await asyncio.sleep(0)
    assert heard == [("kari", None)]
    chat.tell_everybody()
    await asyncio.sleep(0.05)
    assert heard[1:] == [("kari", None), ("ola", None)]


async def test_a_thousand_conversations_do_not_look_at_the_same_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("channels.chat.LOOKS_PER_SECOND", 2)
    chat = ChatChannel()
    heard: list[int] = []
    for number in range(6):
        chat.listen(f"person-{number}", lambda _, number=number: heard.append(number))
    chat.tell_everybody()
    await asyncio.sleep(0.1)
    assert heard == [0]
