"""The messages of a guidance: in a person's channels and language, written again, stopped, or given to a human."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assistant.config import local_date
from assistant.determinations import RuleVersions
from assistant.guidance import rows
from assistant.guidance.being_told import in_their_language
from assistant.guidance.content import content_by_hand
from assistant.guidance.judging import telling_now
from assistant.guidance.keeping import NewMessage, keep_message
from assistant.guidance.ladder import needs_a_letter
from assistant.guidance.overtaken import less
from assistant.guidance.people import Person, person_as_known
from assistant.guidance.tact import ON_PAPER, Telling
from assistant.guidance.template_rows import edited_on
from assistant.guidance.themes import theme_of
from assistant.guidance.wish_rows import told_how_for
from assistant.guidance.writing import Written, write, write_withheld
from assistant.store import Transaction
from assistant.twin import Twin
from rules import Catalogue


@dataclass(frozen=True)
class Sender:
    """The municipality a message is from, and the language it writes in where the person has no wish."""

    name: str
    language: str


@dataclass(frozen=True)
class Messages:
    """All methods work in the caller's transaction: what is told commits with what caused it.

    `home` is the municipality that speaks where the content names none. `versions` knows the rules as edited
    here; without it the shipped `catalogue` holds. `posts_letters`: whether there is a print folder;
    `pushes`: whether notices go to browsers.
    """

    catalogue: Catalogue
    twin: Twin
    home: str = ""
    versions: RuleVersions | None = None
    posts_letters: bool = False
    pushes: bool = False

    async def _catalogue(self, tx: Transaction, on: date) -> Catalogue:
        return self.catalogue if self.versions is None else await self.versions.catalogue_at(tx, on)

    async def telling_now(
        self, tx: Transaction, row: Mapping[str, Any], on: date
    ) -> tuple[Person, Telling, frozenset[str]]:
        """How a message's receiver may be told today, and of which of its rules nothing may be said."""
        return await telling_now(tx, self.twin, row, await self._catalogue(tx, on), on)

    async def sender(self, tx: Transaction, number: str) -> Sender:
        """The municipality by its number, else the one this assistant serves."""
        found = await self.twin.municipality(tx, number) or await self.twin.municipality(tx, self.home)
        if found is None:
            return Sender("kommunen", "nb")
        return Sender(found.name, str(found.settings.get("language", "nb")))

    async def write(
        self,
        tx: Transaction,
        kind: str,
        channel: str,
        person: Person,
        content: Mapping[str, Any],
        sender: Sender,
        now: datetime,
        *,
        count: int = 1,
    ) -> Written:
        """The words of a message to a person, by the templates as they are edited here today."""
        edited = await edited_on(tx, local_date(now))
        return write(
            kind,
            channel,
            person.language,
            content,
            sender.name,
            sender.language,
            count=count,
            edited=edited,
        )

    async def write_letter(
        self,
        tx: Transaction,
        guidance_id: str,
        person: Person,
        how: Telling,
        kind: str,
        content: Mapping[str, Any],
        sender: Sender,
        now: datetime,
    ) -> None:
        if how.by_hand in (None, ON_PAPER):
            written = await self.write(tx, kind, "letter", person, content, sender, now)
        else:
            written = write_withheld(person.language, sender.name, sender.language)
        kept = await keep_message(tx, NewMessage(guidance_id, person.id, written, "manual"), now)
        if kept is not None and self.posts_letters:
            await rows.enqueue_posting(tx, kept, person.id, now)

    async def keep_letter(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, how: Telling, now: datetime
    ) -> None:
        """Hand a message that cannot be sent to the municipality's people."""
        content = content_by_hand(row["content"], how.by_hand, ON_PAPER)
        await rows.set_content(tx, row["guidance_id"], content)
        sender = await self.sender(tx, content.get("municipality", ""))
        await self.write_letter(tx, row["guidance_id"], person, how, row["kind"], content, sender, now)

    async def knock(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, channel: str, now: datetime
    ) -> str | None:
        """Let a notice of a message's guidance wait to go by a channel; its id, None where it has had one there."""
        content = row["content"]
        sender = await self.sender(tx, content.get("municipality", ""))
        written = await self.write(tx, row["kind"], channel, person, content, sender, now)
        return await keep_message(tx, NewMessage(row["guidance_id"], person.id, written), now)

    async def stop(
        self, tx: Transaction, row: Mapping[str, Any], person: Person, how: Telling, now: datetime
    ) -> None:
        """A waiting message may not go this way any more: another way, or a human, where there is one."""
        if how.by_hand or needs_a_letter(row["kind"], how):
            await self.keep_letter(tx, row, person, how, now)
        await rows.withdraw_messages(tx, [row], now)
        if row["channel"] in rows.NOTICES and how.notice not in (None, row["channel"]):
            await self.knock(tx, row, person, str(how.notice), now)

    async def write_again(
        self, tx: Transaction, row: Mapping[str, Any], content: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Write what waits of a message's guidance by another content; the message's new words."""
        near = await self.twin.near(tx, [row["person_id"]])
        person = in_their_language(
            person_as_known(near, row["person_id"], local_date(now)),
            await told_how_for(tx, row["person_id"], theme_of(row["rule"])),
        )
        sender = await self.sender(tx, content["municipality"])
        words: dict[str, Any] = {}
        for channel, message_id in (await rows.waiting_channels(tx, row["guidance_id"])).items():
            written = await self.write(tx, row["kind"], channel, person, content, sender, now)
            await rows.rewrite(tx, message_id, written)
            if message_id == row["id"]:
                words = {"title": written.title, "body": written.body}
        return words

    async def tell_less(
        self, tx: Transaction, row: Mapping[str, Any], gone: Collection[str], now: datetime
    ) -> Mapping[str, Any]:
        """Write anew what waits of a message's guidance without some of its rules; the row as it is then.

        What has reached somebody is left as it was said.
        """
        if await rows.has_reached(tx, row["guidance_id"]):
            return row
        on = local_date(now)
        records = await rows.records_of(tx, row["content"]["determinations"])
        content = less(row["content"], gone, records, await self._catalogue(tx, on))
        await rows.set_content(tx, row["guidance_id"], content)
        await rows.lead_with(tx, row["guidance_id"], content["rules"][0])
        words = await self.write_again(tx, row, content, now)
        return {**row, **words, "content": content}
