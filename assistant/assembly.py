"""Puts the rooms together from a configuration, and runs them: all in one process, or web and worker apart."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

import aiohttp
import structlog

from assistant.acting import Acting
from assistant.casework import Assessor, Casework
from assistant.casework.dialog_publishing import AlsoInDialogporten, DialogPublishing
from assistant.casework.enclosing import Enclosing
from assistant.config import OSLO, Clock, Config, ConfigurationError, local_date
from assistant.determinations import Determinations, RuleVersions
from assistant.dialogue import Conversation
from assistant.documents import Clamd, Documents
from assistant.events import Handling, Polling
from assistant.events.following import Following
from assistant.guidance import Delivery, Guidance
from assistant.guidance.channels import make_channels
from assistant.guidance.pacing import Paced, paces_of
from assistant.guidance.posting import Posting
from assistant.guidance.replying import Replying
from assistant.guidance.returned import Returned
from assistant.guidance.switches import StartingAgain
from assistant.guidance.telling_again import TellingAgain
from assistant.guidance.trial import Trial
from assistant.hooks import Delivering, Sender, Subscriptions
from assistant.hooks.pushing import push_channel
from assistant.mydata import Requests
from assistant.mydata.answering import Lifting
from assistant.operations.tally import Tallying
from assistant.processes import Gathering, Processes, StandingWishes, load_definitions
from assistant.registers import Registers
from assistant.store import Database, Identities, IdentityKeys, Transaction, Work, enqueue
from assistant.store.migrate import require_current
from assistant.twin import Twin, UsageKey, UsageSigning
from assistant.web.app import make_app
from assistant.web.parts import Extension, Parts, wall_clock
from assistant.web.server import serve_app
from channels.chat import ChatChannel
from channels.push_crypto import VapidKey
from channels.returning import ReturnedMail
from rules import Catalogue

log = structlog.get_logger()


@dataclass(frozen=True)
class Assistant:
    """The assembled rooms: the parts of the site, and the work that goes on behind it."""

    config: Config
    database: Database
    clock: Clock
    parts: Parts
    work: Work
    polling: Polling
    returned: ReturnedMail | None = None  # the inbox for email that comes back


@asynccontextmanager
async def assemble(
    config: Config,
    extensions: Sequence[Extension] = (),
    registers: Registers | None = None,
    *,
    unfinished: bool = False,
) -> AsyncIterator[Assistant]:
    """Build everything on a migrated database. Raises what says that the set-up is not whole.

    `registers`: those to ask instead of the configured ones. `unfinished`: on a database that is being restored.
    """
    async with AsyncExitStack() as stack:
        database = Database(config.database)
        stack.push_async_callback(database.close)
        if not unfinished:
            await require_current(database)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(trust_env=False, timeout=aiohttp.ClientTimeout(total=30))
        )
        identities = Identities(IdentityKeys.from_file(config.data_dir / "identity-keys.json"))
        clock = config.clock
        catalogue = Catalogue.load()
        versions = RuleVersions(catalogue, rules_changed)
        twin = Twin(identities, catalogue.model)
        determinations = Determinations(catalogue, versions, twin, config.municipality)
        letters, pushes = config.letter.is_posted, bool(config.push.contact)
        guidance = Guidance(catalogue, twin, config.municipality, versions, letters, pushes)
        dialogs_on = bool(config.dialogporten.base_url)
        telling = AlsoInDialogporten(guidance) if dialogs_on else guidance
        casework = Casework(Assessor(determinations), telling)
        following = Following(catalogue, twin, determinations, guidance, casework)
        scanner = Clamd(config.virus_scanner) if config.virus_scanner else None
        documents = Documents(identities.keys, scanner)
        definitions = load_definitions()
        processes = Processes(definitions, Gathering(determinations), casework, following, documents)
        chat = ChatChannel()
        channels = make_channels(config, chat, clock, http, identities.keys)
        near = config.webhooks.allow_this_machine
        push_key = ""
        if config.push.contact:
            vapid = VapidKey.from_file(config.data_dir / "push-key.json")
            channels["push"] = push_channel(config, vapid, database, Sender(near), wall_clock)
            push_key = vapid.public
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        registers = registers or Registers.from_config(config, http)
        handling = Handling(database, identities, registers, following, clock)
        polling = Polling(database, identities, registers, clock)
        usage_key = UsageKey.from_file(config.data_dir / "usage-key.json")
        signing = UsageSigning(database, usage_key, clock)
        wishes = StandingWishes(database, processes, guidance, clock)
        trial = Trial.from_config(config)
        delivery = Delivery(
            database, guidance, channels, clock, config.public_url, config.notices, trial, config.sms
        )
        posting = Posting(database, guidance, channels.get("letter"), clock, Enclosing(twin), trial)
        replying = Replying(
            database,
            guidance,
            channels["sms"],
            clock,
            config.public_url,
            config.notices,
            config.sms,
            trial,
        )
        subscriptions = Subscriptions(identities.keys, near)
        hooks = Delivering(database, subscriptions, Sender(near), config.public_url, clock, wall_clock)
        handlers = {
            **handling.handlers(),
            **polling.handlers(),
            **casework.handlers(database, clock),
            **signing.handlers(),
            **hooks.handlers(),
            **DialogPublishing(database, twin, registers.dialogporten, config, clock).handlers(),
            **wishes.handlers(),
            **Lifting(database, following, clock).handlers(),
            **TellingAgain(database, guidance, clock, config.sms.replies_to).handlers(),
            **replying.handlers(),
            **StartingAgain(database, clock).handlers(),
            **delivery.handlers(),
            "deliver": Paced(delivery.deliver, database, paces_of(config), clock),
            **posting.handlers(),
            **Tallying(database, clock).handlers(),
        }
        parts = Parts(
            config=config,
            database=database,
            identities=identities,
            clock=clock,
            catalogue=catalogue,
            casework=casework,
            processes=processes,
            documents=documents,
            conversation=Conversation(processes),
            chat=chat,
            rule_versions=versions,
            usage_key=usage_key,
            subscriptions=subscriptions,
            requests=Requests(processes, following, guidance),
            acting=Acting(twin, usage_key),
            guidance=guidance,
            push_key=push_key,
            extensions=tuple(extensions),
        )
        returned = _returned(config, Returned(database, delivery, clock))
        yield Assistant(config, database, clock, parts, Work(database, handlers, clock), polling, returned)


def _returned(config: Config, returned: Returned) -> ReturnedMail | None:
    inbox = config.email.returned
    return ReturnedMail(inbox.address, returned.take, inbox.host, inbox.port) if inbox.address else None


async def rules_changed(tx: Transaction, rule_id: str, applies_from: date, now: datetime) -> None:
    """A new version of a rule is run for everybody it concerns, now or on the day from which it applies."""
    begins = datetime.combine(applies_from, time(0, 5), OSLO)
    await enqueue(
        tx,
        "rerun_rule",
        {"rule": rule_id, "cause": f"rule:{rule_id}:{applies_from}"},
        now=now,
        queue="bulk",
        run_at=max(now, begins) if applies_from > local_date(now) else now,
    )


def keep_for_good() -> None:
    """What has been loaded by now stays as long as the process: the garbage collector need not look through it again.

    The catalogue alone is a hundred thousand objects, gone through each time that many facts have been read.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def working(assistant: Assistant) -> AsyncIterator[None]:
    """The work and the clock, until the block ends."""
    from scheduler import Scheduler

    if assistant.database.is_sqlite:
        await assistant.work.reclaim()  # one process: what was being done when it died is to be done
    returned = assistant.returned or contextlib.nullcontext()
    async with returned, assistant.work, Scheduler(assistant.database, assistant.config, assistant.clock):
        yield


async def serve(config: Config) -> None:
    """The web process. On SQLite it is the only process and does the work too."""
    async with assemble(config) as assistant, AsyncExitStack() as stack:
        keep_for_good()
        if assistant.database.is_sqlite:
            await stack.enter_async_context(working(assistant))
        app = make_app(assistant.parts)
        port = await stack.enter_async_context(serve_app(app, config.host, config.port))
        print(f"ready http://{config.host}:{port}", flush=True)
        await until_told_to_stop()


async def worker(config: Config) -> None:
    """A worker process: events, determinations, deliveries, decisions, and the clock. Needs PostgreSQL."""
    async with assemble(config) as assistant:
        if assistant.database.is_sqlite:
            raise ConfigurationError(
                "database_url: SQLite takes one process; `varde serve` does the work there"
            )
        keep_for_good()
        async with working(assistant):
            print("ready to work", flush=True)
            await until_told_to_stop()


async def until_told_to_stop() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # not on every system
            loop.add_signal_handler(told, stop.set)
    await stop.wait()
    log.info("process.stopping")
