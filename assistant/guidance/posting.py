"""Letters by post: the tasks 'post_letter' and 'read_letter_receipts'.

A letter stands in the municipality's list (`to_tell_by_hand`) until it lies in the print folder: what a machine may
not post, or cannot, stays there for people. Whether it may is asked when it is to go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import update

from assistant.config import Clock, local_date
from assistant.guidance import delivery_rows, notice_rows, rows, switches, wording
from assistant.guidance.people import Person
from assistant.guidance.store import BASIS, PURPOSE, Guidance
from assistant.guidance.tact import ON_PAPER, Telling
from assistant.guidance.trial import EVERYBODY, Trial
from assistant.store import Database, Postpone, Transaction
from assistant.store.tables import delivery, message
from assistant.twin import UNKNOWN, Twin, Use, log_usage
from channels import Accepted, Attachment, Channel, Failed, Outgoing, Refused
from channels.letter import LetterChannel, Receipt

log = structlog.get_logger()

POST_LETTER = "post_letter"
READ_RECEIPTS = "read_letter_receipts"
PAUSE = timedelta(minutes=15)
"""How long a folder that cannot be written to is left alone."""

CONCEPTS = ("person.name", "person.address", "person.address_protection")

Enclosed = Callable[[], Sequence[Attachment]]
"""Makes what is enclosed; slow, for a thread."""

Enclosing = Callable[[Transaction, str, Mapping[str, Any]], Awaitable[Enclosed | None]]
"""What goes with a message to a person, by its content; None where nothing does."""


async def nothing_enclosed(tx: Transaction, person_id: str, content: Mapping[str, Any]) -> Enclosed | None:
    return None


async def name_and_address(
    tx: Transaction, twin: Twin, person_id: str, on: date
) -> tuple[str, tuple[str, ...]]:
    """As the population register has them that day, the address a line each; empty where it has none."""
    found = [await twin.value(tx, person_id, concept, on) for concept in CONCEPTS[:2]]
    name, address = ("" if one is UNKNOWN or one is None else str(one) for one in found)
    return name, tuple(line.strip() for line in address.split(",") if line.strip())


def why_by_hand(how: Telling, person: Person, has_address: bool) -> str | None:
    """Why a person must see to a letter, as a word for the desk; None where a machine may post it.

    >>> why_by_hand(Telling(by_hand="reserved"), Person("1", protected=False), True) is None
    True
    >>> why_by_hand(Telling(by_hand="reserved"), Person("1"), True)
    'protected'
    """
    if how.silent:
        return "silent"
    if how.by_hand not in (None, ON_PAPER):
        return "judged"
    # Protection that nobody has told us of is no leave to print an address.
    if person.protected is not False:
        return "protected"
    return None if has_address else "no_address"


@dataclass(frozen=True)
class Posting:
    """`handlers` are of the tasks; `channel` is None where no machine posts letters."""

    database: Database
    guidance: Guidance
    channel: Channel | None
    clock: Clock
    enclosing: Enclosing = nothing_enclosed
    trial: Trial = EVERYBODY

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {POST_LETTER: self.post, READ_RECEIPTS: self.read_receipts}

    async def post(self, args: Mapping[str, Any]) -> None:
        """Post the letter `args["message_id"]`, or leave it to people. Raises Postpone where it cannot be written."""
        message_id = str(args["message_id"])
        if self.channel is None:
            return
        async with self.database.begin() as tx:
            begun = await self._begin(tx, message_id, self.channel.addressed_by)
        if begun is None:
            return
        outgoing, enclosed, delivery_id = begun
        if enclosed is not None:
            papers = tuple(await asyncio.to_thread(enclosed))
            outgoing = replace(outgoing, attachments=papers)
        beyond = self.channel.can_carry(outgoing)
        result = Refused(beyond) if beyond else await self.channel.send(outgoing)
        log.info("letter.attempted", message=message_id, result=type(result).__name__)
        async with self.database.begin() as tx:
            if isinstance(result, Accepted):
                where = (
                    delivery_rows.PRINT_FOLDER
                    if isinstance(self.channel, LetterChannel)
                    else self.channel.name
                )
                await delivery_rows.end_delivery(tx, message_id, delivery_id, "accepted", where)
                row = await rows.message_with_guidance(tx, message_id, for_update=True)
                if row is not None and row["state"] == "manual":
                    await rows.set_state(tx, message_id, "sent", self.clock())
                return
            kind = "failed" if isinstance(result, Failed) else "refused"
            await delivery_rows.end_delivery(tx, message_id, delivery_id, kind, result.reason)
        if isinstance(result, Failed):
            raise Postpone(result.reason, PAUSE)

    async def _begin(
        self, tx: Transaction, message_id: str, addressed_by: str
    ) -> tuple[Outgoing, Enclosed | None, str] | None:
        now = self.clock()
        row = await rows.message_with_guidance(tx, message_id, for_update=True)
        if row is None or row["state"] != "manual" or row["channel"] != "letter":
            return None
        if row["withdrawn_at"] is not None or await notice_rows.is_read(tx, row["guidance_id"]):
            await rows.set_state(tx, message_id, "withdrawn")
            return None
        if await switches.held_back(tx, row, self.trial, now):
            return None
        person, how, _ = await self.guidance.telling_now(tx, row, local_date(now))
        name, lines = await name_and_address(tx, self.guidance.twin, person.id, local_date(now))
        reason = why_by_hand(how, person, bool(name and lines))
        if reason == "silent":
            await rows.set_state(tx, message_id, "withdrawn")
        if reason is not None:
            log.info("letter.left_to_people", message=message_id, because=reason)
            return None
        delivery_id, _ = await delivery_rows.begin_delivery(tx, message_id, now)
        await log_usage(tx, [Use(person.id, "service", "varde", "used", PURPOSE, BASIS, CONCEPTS)], now)
        enclosed = await self.enclosing(tx, person.id, row["content"])
        if addressed_by == "postal_address":
            recipient = "\n".join((name, *lines))
        else:
            recipient = await self.guidance.twin.identities.reveal(tx, person.id, "national_id")
        text = text_of(row)
        letter = Outgoing(message_id, recipient, row["language"], row["title"], text, whole=True)
        return letter, enclosed, delivery_id

    async def read_receipts(self, args: Mapping[str, Any]) -> None:
        """Keep what the print house has said, and take away what is left of those letters."""
        if not isinstance(self.channel, LetterChannel):
            return
        for message_id, said in (await self.channel.read_receipts()).items():
            async with self.database.begin() as tx:
                await _keep(tx, message_id, said, self.clock())
            await self.channel.forget(message_id)
            log.info("letter.receipt", message=message_id, said=said)


async def _keep(tx: Transaction, message_id: str, said: Receipt, now: datetime) -> None:
    """A letter that was not printed is in people's hands again.

    One that was is sent, though we died before we noted that it lay in the folder: it is not to go there again.
    """
    outcome = {"outcome": said, "detail": "print_house"}
    newest = delivery_rows.newest_of(message_id)
    await tx.execute(update(delivery).where(delivery.c.id == newest).values(outcome))
    if said == "printed":
        await tx.execute(
            update(message)
            .where(message.c.id == message_id, message.c.state == "manual")
            .values(state="sent", sent_at=now)
        )
    if said == "refused":
        await tx.execute(
            update(message)
            .where(message.c.id == message_id, message.c.state == "sent")
            .values(state="manual", sent_at=None)
        )


def text_of(row: Mapping[str, Any]) -> str:
    """What the letter says: the message, and why the person gets it: what happened, and the law."""
    why, language = row["why"] or {}, row["language"]
    said = [str(why.get("event") or "")]
    said += [condition["text"] for condition in why.get("conditions", ()) if condition["holds"] is not None]
    law = [reference["text"] for reference in why.get("law", ())]
    if law:
        said.append(wording.word("letter.law", language, law="; ".join(law)))
    reasons = "\n".join(one for one in said if one)
    if not reasons:
        return str(row["body"])
    return f"{row['body']}\n\n{wording.word('letter.why', language)}\n{reasons}"
