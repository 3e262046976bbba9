"""Those who walk through the stories: residents, staff, and other systems, each over the real network."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from page_reading import Page, plain, read_page
from yarl import URL

from assistant.demo.world import BILLER

PATIENCE = 20.0  # seconds


@dataclass
class Person:
    """Somebody at a browser that runs no scripts: keeps cookies, follows links, fills in forms."""

    base: str
    key: str
    http: aiohttp.ClientSession = field(repr=False)
    at: Page | None = field(default=None, repr=False)
    _lines: itertools.count[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    login = "/login"
    home = "/me"

    @classmethod
    @asynccontextmanager
    async def at_the_door(cls, base: str, key: str) -> AsyncIterator[Self]:
        """A browser with nobody logged in."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=timeout) as http:
            yield cls(base, key, http)

    @classmethod
    @asynccontextmanager
    async def logged_in(cls, base: str, key: str) -> AsyncIterator[Self]:
        async with cls.at_the_door(base, key) as person:
            await person.log_in()
            yield person

    async def log_in(self) -> Page:
        """By the provider's page, choosing oneself on it, and back."""
        chosen = await self.open(f"{self.login}?{urlencode({'next': self.home})}")
        form = chosen.forms[0]
        mine = next((button for button in form.buttons if button.value == self.key), None)
        assert mine is not None, f"the provider knows no {self.key!r}"
        there = URL(str(self._from)).join(URL(form.action))
        async with self.http.post(there, data=form.filled(mine, {})) as response:
            return await self._read(response)

    _from: URL | None = None

    async def open(self, path: str, status: int = 200) -> Page:
        async with self.http.get(self._url(path)) as response:
            page = await self._read(response)
        assert page.status == status, (page.status, path, page.text[:1500])
        return page

    async def follow(self, label: str) -> Page:
        assert self.at is not None
        return await self.open(self.at.link(label))

    async def press(self, button: str, status: int = 200, **answers: str) -> Page:
        """Fill in the form the button stands in, and press it."""
        assert self.at is not None
        form, pressed = self.at.form(button)
        page = await self.post(form.action, form.filled(pressed, answers))
        assert page.status == status, (page.status, form.action, page.text[:1500])
        return page

    async def post(self, path: str, fields: Mapping[str, str], *, forged: bool = False) -> Page:
        origin = "https://evil.example" if forged else self.base
        headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site" if forged else "same-origin"}
        async with self.http.post(self._url(path), data=dict(fields), headers=headers) as response:
            return await self._read(response)

    async def json(self, path: str, status: int = 200) -> Any:
        async with self.http.get(self._url(path)) as response:
            assert response.status == status, (response.status, await response.text())
            return await response.json()

    async def _read(self, response: aiohttp.ClientResponse) -> Page:
        self.at = read_page(response.status, response.url.path, await response.text())
        self._from = response.url
        return self.at

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.base + path

    def line_id(self) -> str:
        return f"{self.key}-{next(self._lines)}"


class Resident(Person):
    @asynccontextmanager
    async def chatting(self, since: int = 0) -> AsyncIterator[Chat]:
        """The chat, as the widget opens it."""
        async with self.http.ws_connect(f"{self.base}/chat?since={since}", origin=self.base) as socket:
            chat = Chat(self, socket)
            await chat.frame("ready")
            chat.keep((await chat.frame("history"))["lines"])
            yield chat


class Staff(Person):
    login = "/login/staff"
    home = "/desk"

    async def open_case(self, path: str, *, facts: bool = False) -> Page:
        """Open a page of a case; at the door, say that it is to handle it, and whether its facts are needed."""
        page = await self.open(path)
        if not page.path.endswith("/open"):
            return page
        return await self.press("Åpne saken", reason="handle", **({"facts": "yes"} if facts else {}))


@dataclass
class Chat:
    """An open chat: says lines, presses buttons, and keeps what is shown."""

    resident: Resident
    socket: aiohttp.ClientWebSocketResponse = field(repr=False)
    lines: list[Mapping[str, Any]] = field(default_factory=list)

    def keep(self, lines: list[Mapping[str, Any]]) -> None:
        known = {line["id"] for line in self.lines}
        self.lines += [line for line in lines if line["id"] not in known]

    async def frame(self, kind: str) -> dict[str, Any]:
        """The next frame of that type. What lines come before it are kept."""
        while True:
            received = await asyncio.wait_for(self.socket.receive(), PATIENCE)
            if received.type is not aiohttp.WSMsgType.TEXT:
                raise ConnectionResetError(f"the chat closed: {received.type.name} {received.extra or ''}")
            found: dict[str, Any] = json.loads(received.data)
            if found["type"] == kind:
                return found
            assert found["type"] != "refused", found
            self.keep(found.get("lines", []))

    async def say(self, text: str, line: str = "") -> list[dict[str, Any]]:
        """Write a line; the parts of the answer."""
        return await self._ask({"type": "line", "text": text}, line)

    async def press(self, action: str, label: str, line: str = "", **values: str) -> list[dict[str, Any]]:
        return await self._ask({"type": "press", "action": action, "label": label, "values": values}, line)

    async def push(self, button: Mapping[str, Any], line: str = "") -> list[dict[str, Any]]:
        """Press a button that is shown."""
        return await self.press(button["action"], button["label"], line, **button["values"])

    async def answer(self, step: Mapping[str, Any], line: str = "", **values: str) -> dict[str, Any]:
        """Answer a step of an errand; what comes after it."""
        asked = {"errand": step["errand"], "step": step["step"]["id"], **values}
        return (await self.press("answer", "Svar", line, **asked))[-1]

    async def send(self, frame: Mapping[str, Any], line: str) -> None:
        await self.socket.send_json({**frame, "client_id": line})

    async def _ask(self, frame: Mapping[str, Any], line: str) -> list[dict[str, Any]]:
        line = line or self.resident.line_id()
        await self.send(frame, line)
        acked = await self.frame("ack")
        assert acked["client_id"] == line
        lines = (await self.frame("lines"))["lines"]
        self.keep(lines)
        return [part for one in lines if one["author"] == "assistant" for part in one["content"]["parts"]]

    def answered(self, line: str) -> list[dict[str, Any]] | None:
        """The parts of the answer to a line that was sent before, if it is here."""
        for place, one in enumerate(self.lines):
            if one["client_id"] == line:
                for after in self.lines[place + 1 :]:
                    if after["author"] == "assistant" and "parts" in after["content"]:
                        parts: list[dict[str, Any]] = after["content"]["parts"]
                        if not any(part["type"] == "guidance" for part in parts):
                            return parts
        return None

    def shown(self, kind: str) -> list[dict[str, Any]]:
        """The parts of that kind in all the assistant has said."""
        parts = [part for line in self.lines for part in line["content"].get("parts", ())]
        return [part for part in parts if part["type"] == kind]

    async def told(self, title: str) -> dict[str, Any]:
        """Wait for a message with that in its title."""
        while True:
            for part in self.shown("guidance"):
                if title in plain(part["title"]):
                    return part
            self.keep((await self.frame("lines"))["lines"])


def button(part: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    """The button of a shown part that does something."""
    found: Mapping[str, Any]
    for found in part["buttons"]:
        if found["action"] == action or (not action and found["href"]):
            return found
    raise AssertionError(f"no button {action!r}: {part['buttons']}")


@dataclass
class Machine:
    """Another system: the biller with its token, or a sender of events."""

    base: str
    http: aiohttp.ClientSession = field(repr=False)

    @classmethod
    @asynccontextmanager
    async def connected(cls, base: str) -> AsyncIterator[Self]:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http:
            yield cls(base, http)

    async def get(self, path: str, token: str = BILLER, **headers: str) -> tuple[int, str]:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.get(self.base + path, headers=given | headers) as response:
            return response.status, await response.text()

    async def get_json(self, path: str) -> Any:
        status, text = await self.get(path)
        assert status == 200, (status, text)
        return json.loads(text)

    async def tell(self, event: Any, content_type: str = "application/cloudevents+json") -> tuple[int, Any]:
        """POST an event; `event` as bytes is sent as it stands."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"Content-Type": content_type}
        async with self.http.post(f"{self.base}/events", data=body, headers=headers) as response:
            return response.status, await response.json()


def event(id: str, type: str, data: Any, source: str = "//kindergarten.vardevik.example") -> dict[str, Any]:
    """A CloudEvent in structured mode."""
    return {"specversion": "1.0", "id": id, "source": source, "type": type, "data": data}
