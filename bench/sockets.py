"""Many open chats in one process: what each costs in memory, and how long a person waits for an answer.

    python -m bench.sockets [--sockets 5000] [--active 200] [--seconds 20] [--database URL]

The baseline is a bare aiohttp socket that answers each line with a reply of the same length, in a process of its own,
opened and asked in the same way. Without `--database` it is an SQLite file that is thrown away; a PostgreSQL database
must be empty and is left with the made-up people in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import insert

from assistant import journal
from assistant.assembly import assemble, keep_for_good
from assistant.config import Config
from assistant.dialogue.parts import Text, say
from assistant.store import Database
from assistant.store.columns import new_id
from assistant.store.migrate import upgrade
from assistant.store.tables import chat_line, municipality, session, subject
from assistant.web.app import make_app
from assistant.web.server import serve_app
from assistant.web.sessions import token_hash

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
AT_ONCE = 50  # handshakes
WARM = 100  # sockets that are open before memory is measured: what is loaded once is loaded
THINKS = 5.0  # seconds between a person's lines
PATIENCE = 30.0
SAID = "hei"
REPLY = "x" * 700


@dataclass(frozen=True)
class Measured:
    """One kind of server: KB a socket, sockets opened a second, seconds until an answer, lines in which time."""

    kilobytes: float
    opened_a_second: float
    median_ms: float
    p99_ms: float
    lines: int
    lost: int


async def prepare(database_url: str, sockets: int, port: int) -> tuple[str, list[str]]:
    """Made-up people who are logged in and have been greeted; the address, and the token of each."""
    now, database = datetime.now(UTC), Database(database_url)
    await upgrade(database)
    tokens = [secrets.token_urlsafe(32) for _ in range(sockets)]
    people = [new_id() for _ in tokens]
    async with database.begin() as tx:
        await tx.execute(insert(municipality).values(number="9999", name="Vardevik", settings={}))
        await tx.execute(
            insert(subject), [{"id": person, "kind": "person", "created_at": now} for person in people]
        )
        await tx.execute(
            insert(session),
            [
                {
                    "token": token_hash(token),
                    "kind": "resident",
                    "person_id": person,
                    "municipality": "9999",
                    "roles": [],
                    "acr": "",
                    "csrf": secrets.token_urlsafe(32),
                    "language": "nb",
                    "created_at": now,
                    "seen_at": now,
                }
                for token, person in zip(tokens, people, strict=True)
            ],
        )
        await tx.execute(
            insert(chat_line),
            [
                {
                    "person_id": person,
                    "author": "assistant",
                    "content": say(Text(REPLY)).as_json(),
                    "client_id": "greeting:",
                    "at": now,
                }
                for person in people
            ],
        )
    await database.close()
    return f"http://{HOST}:{port}", tokens


async def serve_varde(settings: dict[str, Any]) -> None:
    """The site alone, without work or clock: `varde serve` on PostgreSQL."""
    journal.start()  # to standard error: standard output says that it serves
    config = Config.model_validate(settings)
    async with assemble(config) as assistant, serve_app(make_app(assistant.parts), HOST, config.port):
        keep_for_good()
        print("ready", flush=True)
        await asyncio.Event().wait()


async def serve_bare(settings: dict[str, Any]) -> None:
    async def chat(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=30, compress=False)
        await socket.prepare(request)
        await socket.send_json({"type": "ready"})
        await socket.send_json({"type": "history", "lines": []})
        async for received in socket:
            line = json.loads(received.data)
            await socket.send_json({"type": "ack", "client_id": line["client_id"], "reply": REPLY})
        return socket

    app = web.Application()
    app.router.add_get("/chat", chat)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, settings["port"]).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


@asynccontextmanager
async def a_server(kind: str, settings: dict[str, Any]) -> AsyncIterator[int]:
    """A process of that kind; gives its id when it serves."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.sockets",
        "--serve",
        kind,
        "--settings",
        json.dumps(settings),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=sys.stderr,
    )
    try:
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"the {kind} server did not start: run it by hand with --serve to see why")
        yield process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


class Chat:
    """One open chat of the client: it reads all the time, or else it would answer no ping."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._answers: dict[str, asyncio.Future[None]] = {}
        self.reading = asyncio.create_task(self._read())

    async def ask(self, text: str) -> float | None:
        """Seconds until the line was answered; None where it was not."""
        name, began = secrets.token_hex(8), perf_counter()
        answered = self._answers[name] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"type": "line", "client_id": name, "text": text})
        try:
            async with asyncio.timeout(PATIENCE):
                await answered
        except TimeoutError:
            return None
        return perf_counter() - began

    async def _read(self) -> None:
        async for received in self.socket:
            if (name := json.loads(received.data).get("client_id")) in self._answers:
                self._answers.pop(name).set_result(None)


async def measure(pid: int, base: str, tokens: Sequence[str], active: int, seconds: float) -> Measured:
    at_once = asyncio.Semaphore(AT_ONCE)

    async def open_one(token: str) -> Chat:
        async with at_once:
            socket = await http.ws_connect(
                f"{base}/chat", origin=base, headers={"Cookie": f"varde_session={token}"}
            )
            for expected in ("ready", "history"):
                frame = await socket.receive_json(timeout=60)
                if frame["type"] != expected:
                    raise RuntimeError(f"the chat said {frame['type']!r} where {expected!r} was due")
            return Chat(socket)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        sockets = [await open_one(token) for token in tokens[:WARM]]
        await ask_all(sockets[:WARM], 1)
        before, began = kilobytes(pid), perf_counter()
        sockets += await asyncio.gather(*map(open_one, tokens[WARM:]))
        opened = (len(sockets) - WARM) / (perf_counter() - began)
        each = (kilobytes(pid) - before) / (len(sockets) - WARM)
        waited, lost = await ask_all(sockets[-active:], seconds)
        closed = sum(socket.reading.done() for socket in sockets)
        for socket in sockets:
            socket.reading.cancel()
        await asyncio.gather(*(one.socket.close() for one in sockets), return_exceptions=True)
    if closed:
        raise RuntimeError(
            f"{closed} of {len(sockets)} chats were closed meanwhile: the figures are of fewer"
        )
    return Measured(
        kilobytes=each,
        opened_a_second=opened,
        median_ms=median(waited) * 1e3,
        p99_ms=quantiles(waited, n=100)[98] * 1e3,
        lines=len(waited),
        lost=lost,
    )


async def ask_all(chats: Sequence[Chat], seconds: float) -> tuple[list[float], int]:
    """Each says a line every few seconds, out of step; how long each waited, and how many had no answer."""
    until = perf_counter() + seconds

    async def talk(place: int, chat: Chat) -> list[float | None]:
        waited = []
        await asyncio.sleep(min(THINKS, seconds) * place / len(chats))
        while perf_counter() < until:
            waited.append(await chat.ask(SAID))
            await asyncio.sleep(THINKS)
        return waited

    told = [one for said in await asyncio.gather(*map(talk, range(len(chats)), chats)) for one in said]
    waited = [one for one in told if one is not None]
    return waited, len(told) - len(waited)


async def run(sockets: int, active: int, seconds: float, database: str) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(TemporaryDirectory())
        url = database or f"sqlite+aiosqlite:///{directory}/varde.sqlite3"
        for kind in ("bare", "varde"):
            port = _free_port()
            base, tokens = f"http://{HOST}:{port}", ["-"] * sockets
            settings: dict[str, Any] = {"port": port}
            if kind == "varde":
                base, tokens = await prepare(url, sockets, port)
                settings |= {"public_url": base, "database_url": url, "data_dir": directory}
            async with a_server(kind, settings) as pid:
                found[kind] = await measure(pid, base, tokens, active, seconds)
    return found


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


def as_text(found: dict[str, Measured], sockets: int, active: int) -> str:
    """A table, and the ratios to the bare socket."""
    lines = [
        f"{sockets} open chats in one process, {active} of them talking; Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "",
        "| server | KB a socket | opened a second | median | p99 | lines | no answer |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, one in found.items():
        lines.append(
            f"| {kind} | {one.kilobytes:.1f} | {one.opened_a_second:.0f} | {one.median_ms:.1f} ms |"
            f" {one.p99_ms:.1f} ms | {one.lines} | {one.lost} |"
        )
    bare, ours = found["bare"], found["varde"]
    ratio: Callable[[str], str] = lambda name: f"{getattr(ours, name) / getattr(bare, name):.1f}"  # noqa: E731
    return "\n".join(
        [*lines, "", f"times the bare socket: {ratio('kilobytes')} in memory, {ratio('p99_ms')} in p99"]
    )


def main() -> None:
    said = argparse.ArgumentParser(prog="python -m bench.sockets", description=__doc__)
    said.add_argument("--sockets", type=int, default=5000)
    said.add_argument("--active", type=int, default=200)
    said.add_argument("--seconds", type=float, default=20.0)
    said.add_argument("--database", default="", metavar="URL")
    said.add_argument("--serve", choices=["bare", "varde"], help=argparse.SUPPRESS)
    said.add_argument("--settings", help=argparse.SUPPRESS)
    given = said.parse_args()
    if given.serve:
        serve = {"bare": serve_bare, "varde": serve_varde}[given.serve]
        asyncio.run(serve(json.loads(given.settings)))
        return
    found = asyncio.run(run(given.sockets, given.active, given.seconds, given.database))
    print(as_text(found, given.sockets, given.active))


if __name__ == "__main__":
    main()
