"""What people answer by SMS: on paper or not, no more texts, texts again, help. Done once, and answered by a text.

Whoever holds the telephone may answer, so an answer changes only how somebody is told, and says nothing of what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog

from assistant.config import Clock, NoticeSettings, SmsSettings, local_date
from assistant.guidance import rows, switches, text_rows
from assistant.guidance.notice_wish import set_notices
from assistant.guidance.people import Person, person_as_known
from assistant.guidance.store import BASIS, PURPOSE, Guidance
from assistant.guidance.tact import may_go, telling
from assistant.guidance.text_writing import Answer, write_answer
from assistant.guidance.timing import may_go_at
from assistant.guidance.trial import EVERYBODY, Trial
from assistant.store import Database, Postpone, Transaction
from assistant.store.work import Handler
from assistant.twin import Use, log_usage
from channels import Accepted, Channel, Failed, Outgoing
from rules import Matter

log = structlog.get_logger()

AWAKE = timedelta(minutes=10)
"""Who wrote so recently is awake: an answer interrupts nobody. Later it waits for the morning, as notices do."""

GIVE_UP_AFTER = timedelta(days=1)
A_DAY = 10
"""So many answers go to a number in a day, whatever comes from it: two machines must not talk for ever."""

NONE = ""
"""The answer of a reply that is not answered."""


@dataclass(frozen=True)
class Replying:
    """`heed` is the handler of the task 'heed_reply'. `channel` is that of SMS."""

    database: Database
    guidance: Guidance
    channel: Channel
    clock: Clock
    public_url: str
    notices: NoticeSettings
    sms: SmsSettings
    trial: Trial = EVERYBODY

    def handlers(self) -> Mapping[str, Handler]:
        return {text_rows.HEED_REPLY: self.heed}

    async def heed(self, args: Mapping[str, Any]) -> None:
        """Do what the reply `args["reply_id"]` asks, once; then answer it. Raises Postpone where that must wait."""
        reply_id, now = str(args["reply_id"]), self.clock()
        async with self.database.begin() as tx:
            reply = await text_rows.reply_by_id(tx, reply_id)
            if reply is None or reply["answer"] == NONE or reply["answered_at"] is not None:
                return
            people = await self._people(tx, reply["lookup"], now)
            answer = reply["answer"]
            if answer is None:
                answer = await self._do(tx, reply, people, now)
                await text_rows.set_reply(tx, reply_id, answer=answer)
                log.info("reply.heeded", word=reply["word"], answer=answer, people=len(people))
            outgoing = await self._answer(tx, reply, answer, people, now)
        if isinstance(outgoing, Postpone):
            raise outgoing
        if outgoing is None:
            return
        result = await self.channel.send(outgoing)
        if isinstance(result, Failed):
            raise Postpone(result.reason, timedelta(seconds=max(60.0, result.retry_after or 0)))
        async with self.database.begin() as tx:
            await text_rows.set_reply(tx, reply_id, answered_at=self.clock())
        log.info("reply.answered", answer=answer, taken=isinstance(result, Accepted))

    async def _people(self, tx: Transaction, lookup: bytes, now: datetime) -> list[Person]:
        """Those we have sent to at the number, and whose number it still is: numbers change hands."""
        candidates, on = await text_rows.sent_to_at(tx, lookup), local_date(now)
        if not candidates:
            return []
        near = await self.guidance.twin.near(tx, candidates)
        known = [person_as_known(near, one, on) for one in candidates]
        used = [
            Use(one, "service", "varde", "used", PURPOSE, BASIS, ("person.mobile",)) for one in candidates
        ]
        await log_usage(tx, used, now)
        keys = self.guidance.twin.identities.keys
        return [one for one in known if one.mobile and text_rows.lookup_of(keys, one.mobile) == lookup]

    async def _do(
        self, tx: Transaction, reply: Mapping[str, Any], people: Sequence[Person], now: datetime
    ) -> Answer | str:
        """Do what is asked; which of our answers says so."""
        word = reply["word"]
        if not people:
            return NONE  # nobody we know: a stranger's text costs us none
        sent, unclear = await text_rows.answered_lately(tx, reply["lookup"], now)
        answer: Answer | str = "not_understood"
        if word in ("stop", "start"):
            for person in people:
                await set_notices(tx, person.id, "sms", wanted=word == "start", now=now)
            answer = "stopped" if word == "stop" else "started"
        elif word == "help":
            answer = "help"
        elif word in ("yes", "no"):
            answer = await self._on_paper(tx, people, now, wanted=word == "yes")
        elif unclear:
            return NONE
        return answer if sent < A_DAY else NONE

    async def _on_paper(
        self, tx: Transaction, people: Sequence[Person], now: datetime, *, wanted: bool
    ) -> Answer:
        """Close the open questions of the one who has any. Where two who share a number have, neither's is closed."""
        asked = await text_rows.open_questions(tx, [person.id for person in people])
        if len({one["person_id"] for one in asked}) != 1:
            return "nothing_asked"
        for one in asked:
            await text_rows.set_paper(tx, one["id"], "yes" if wanted else "no")
            row = await rows.message_with_guidance(tx, one["id"], for_update=True)
            if row is None or not wanted:
                continue
            person, how, _ = await self.guidance.telling_now(tx, row, local_date(now))
            if not how.silent:
                await self.guidance.keep_letter(tx, row, person, how, now)
        return "paper_yes" if wanted else "paper_no"

    async def _answer(
        self,
        tx: Transaction,
        reply: Mapping[str, Any],
        answer: str,
        people: Sequence[Person],
        now: datetime,
    ) -> Outgoing | Postpone | None:
        """The text that answers; when to try again where it must wait; None where none may go."""
        age = now - reply["received_at"]
        open_to = [one for one in people if self._may_be_sent_to(one, now)]
        if answer == NONE or not open_to or age > GIVE_UP_AFTER:
            return None
        morning = may_go_at(now, self.notices, must_reach=True)
        if age > AWAKE and morning > now:
            return Postpone("it is night", morning - now)
        if await switches.is_stopped(tx, "sms"):
            return Postpone("sending by SMS is stopped", timedelta(minutes=10))
        at = await text_rows.place_at(tx, self.sms.sender, now, self.sms.most_an_hour, urgent=True)
        if at is not None:
            return Postpone("so many texts have gone in this hour", at - now)
        person = open_to[0]
        sender = await self.guidance.sender(tx, self.guidance.home)
        written = write_answer(
            cast("Answer", answer), person.language, sender.name, self.sms.replies_to, sender.language
        )
        name = f"reply-{text_rows.name_of(self.guidance.twin.identities.keys, reply['id'])}"
        link = f"{self.public_url.rstrip('/')}/me"
        return Outgoing(name, person.mobile, written.language, written.title, written.body, link)

    def _may_be_sent_to(self, person: Person, now: datetime) -> bool:
        """Whether texts may go to the person at all, as of an answered request."""
        matter = Matter(told="request_answered", party=True)
        how = telling(self.guidance.catalogue.tact, person, person, (), matter, local_date(now))
        return may_go("sms", how) and self.trial.lets("sms", person.id)
