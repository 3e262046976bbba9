"""Starting the demonstration: the simulated world first, then the assistant that lives in it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import insert, select

from assistant.assembly import assemble, keep_for_good, until_told_to_stop, working
from assistant.config import (
    AT_ANY_TIME,
    Config,
    EmailSettings,
    LoginSettings,
    ReturnedMailSettings,
    SmsSettings,
    WebhookSettings,
    local_date,
)
from assistant.demo.belongings import belongings
from assistant.demo.biller_pages import subscribe
from assistant.demo.fakturabanken import Fakturabanken
from assistant.demo.login_provider import Client, LoginProvider, TestUser
from assistant.demo.mailbox import Mailbox
from assistant.demo.pages import demo_extension
from assistant.demo.sms_gateway import SmsGatewayServer, Tells
from assistant.demo.telling import telling
from assistant.demo.world import BILLER, World
from assistant.registers.simulators.together import start_all
from assistant.store import Database
from assistant.store.migrate import upgrade
from assistant.store.signing import new_secret
from assistant.store.tables import municipality
from assistant.web.app import make_app
from assistant.web.server import serve_app

HOST = "127.0.0.1"
RETURNED = "returned@vardevik.example"
ANSWERS_TO = "00000"
"""The number the demonstration's texts can be answered to: no telephone has it."""

PAGES = {
    "/": "the front page, with everybody you can log in as",
    "/demo": "the story: play what happens next, and see what it leads to",
    "/demo/generations": "the same errand in three municipalities: what it asks, and what they see",
    "/demo/elsewhere": "a plain page of somebody else's, with the assistant on it",
    "/demo/mailbox": "the email that was sent",
    "/demo/sms": "the texts that were sent, and a way to answer them",
    "/desk": "the case worker's desk",
    "/editor": "the rule editor",
    "/biller": "what the biller sees",
    "/demo/biller": "another's billing system, and what it is told",
    "/desk/flow": "where each case is, and what it waits for",
    "/desk/subscriptions": "who is told when something happens",
    "/api/docs": "the interface for machines",
}


async def demonstration(port: int, data_dir: Path, today: date | None) -> None:
    """Serve until told to stop."""
    async with demo(port, data_dir, today) as base:
        print(f"ready {base}", flush=True)
        for path, what in PAGES.items():
            print(f"  {base + path:<42} {what}", flush=True)
        print(f"What it does is written to {data_dir / 'varde.log'}. Ctrl+C stops it.", flush=True)
        await until_told_to_stop()


@asynccontextmanager
async def demo(port: int, data_dir: Path, today: date | None) -> AsyncIterator[str]:
    """The running demonstration; gives its address. What it holds is in `data_dir` and survives a restart."""
    port = port or free_port()
    base = f"http://{HOST}:{port}"
    given = Config.load()
    moved = 0 if today is None else (today - local_date(datetime.now(UTC))).days
    clock = given.model_copy(update={"clock_days": moved}).clock
    async with AsyncExitStack() as stack:
        simulators = await stack.enter_async_context(start_all(data_dir / "registers"))
        mailbox = await stack.enter_async_context(Mailbox(data_dir / "mailbox"))
        sms_token = secrets.token_urlsafe(24)
        texts = await stack.enter_async_context(SmsGatewayServer(data_dir / "sms.json", sms_token))
        texts.tells = Tells(base, new_secret())
        biller = await stack.enter_async_context(Fakturabanken(data_dir / "fakturabanken.json"))
        world = World.open(simulators, clock)
        residents = await _provider(stack, base, world.residents, "Testinnlogging for innbyggere")
        employees = await _provider(stack, base, world.employees, "Testinnlogging for ansatte")
        config = simulators.configured(given).model_copy(
            update={
                "data_dir": data_dir,
                "public_url": base,
                "host": HOST,
                "port": port,
                "municipality": world.municipality.number,
                "clock_days": moved,
                "poll_seconds": 1.0,
                "residents_login": residents,
                "staff_login": employees,
                "email": EmailSettings(
                    through=given.email.through,
                    host=HOST,
                    port=mailbox.port,
                    sender_name=world.municipality.name,
                    returned=ReturnedMailSettings(address=RETURNED, host=HOST, port=free_port()),
                ),
                "sms": SmsSettings(
                    through=given.sms.through,
                    gateway_url=texts.url,
                    token=SecretStr(sms_token),
                    sender="Varde",
                    secrets=(SecretStr(texts.tells.secret),),
                    replies_to=ANSWERS_TO if given.sms.through == "gateway" else "",
                ),
                "notices": AT_ANY_TIME,
                "api_tokens": {"biller": SecretStr(BILLER)},
                "webhooks": WebhookSettings(allow_this_machine=True),
            }
        )
        await _prepare(config, world)
        extension = demo_extension(world, mailbox, texts, biller)
        assistant = await stack.enter_async_context(assemble(config, [extension]))
        subscriptions = assistant.parts.subscriptions
        await subscribe(assistant.database, subscriptions, biller, config.municipality, clock)
        await stack.enter_async_context(serve_app(make_app(assistant.parts), HOST, port))
        keep_for_good()
        await stack.enter_async_context(working(assistant))
        await stack.enter_async_context(telling(assistant, base, belongings(world.municipality)))
        yield base


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _provider(
    stack: AsyncExitStack, base: str, users: Callable[[], Sequence[TestUser]], title: str
) -> LoginSettings:
    """Start a login provider for our site; gives the settings of the client it knows us by."""
    secret, port = secrets.token_urlsafe(24), free_port()
    client = Client(
        "varde",
        secret,
        (f"{base}/login/callback",),
        f"{base}/logout/frontchannel",
        (f"{base}/logged-out",),
    )
    issuer = f"http://{HOST}:{port}"
    provider = LoginProvider(issuer, [client], users, lambda: datetime.now(UTC), title=title)
    runner = web.AppRunner(provider.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, HOST, port).start()
    return LoginSettings(issuer=issuer, client_id="varde", client_secret=SecretStr(secret), acr=provider.acr)


async def _prepare(config: Config, world: World) -> None:
    """The migrated database, with the made-up municipalities and what each has settled for itself."""
    database = Database(config.database)
    try:
        await upgrade(database)
        async with database.begin() as tx:
            for number, (name, settings) in world.served().items():
                known = await tx.scalar(
                    select(municipality.c.settings).where(municipality.c.number == number)
                )
                if known is None:  # what has been changed since the first start stays so
                    values = {"number": number, "name": name, "settings": settings}
                    await tx.execute(insert(municipality).values(**values))
    finally:
        await database.close()
