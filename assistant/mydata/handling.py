"""What is done about requests: sent by the person, answered at the desk, and what follows of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from assistant.casework.telling import Telling
from assistant.mydata import asking, erasing
from assistant.mydata.answering import LookingAnew, lift, tell_answer
from assistant.mydata.asking import AnswerMissing, DataRequest, Kind, NewRequest
from assistant.mydata.effect import Effect
from assistant.mydata.mine import Holder, Mine
from assistant.processes import Processes
from assistant.processes.errand import Recording
from assistant.store import Transaction
from assistant.store.database import upsert
from assistant.store.tables import wish
from assistant.twin import Changed, Fact, Provenance, Span, Statement, SubjectRef
from assistant.twin.neighbourhood import NEVER_RESTRICTED, TOLD_BY_PERSON

LEAVE = "leave"
"""The wish an objection that is granted leads to: no rule of the theme is followed up for the person."""


class Following(Recording, LookingAnew, Protocol):
    """Records what sources say, or runs rules anew, and does all that follows from it."""


@dataclass(frozen=True)
class Asker:
    """Who asks, of what they may see, in which language."""

    mine: Mine
    language: str
    now: datetime

    @property
    def person_id(self) -> str:
        return self.mine.person_id


@dataclass(frozen=True)
class Requests:
    """The face of requests. Everything runs in the caller's transaction."""

    processes: Processes
    following: Following
    telling: Telling

    async def report_wrong(
        self,
        tx: Transaction,
        asker: Asker,
        holder: Holder,
        fact: Fact,
        should_be: str,
        reason: str,
        effect: Effect | None,
        not_used: bool,
        value: Any = None,
    ) -> DataRequest:
        """A fact is wrong (article 16). `not_used`: it is not to be used while that is looked into (article 18).

        `value`: what it should be, as a fact keeps it; None where it should be no fact, or is told in words only.
        """
        about = about_fact(fact) | {"should_be": should_be} | ({} if value is None else {"value": value})
        changes = effect.changes if effect else ()
        made = await self._keep(tx, "wrong", asker, holder.id, about, reason, changes)
        if not_used and holder.reader_decides and may_be_restricted(fact):
            await self._restrict(tx, made, fact, asker.now)
        return made

    async def ask_restriction(
        self, tx: Transaction, asker: Asker, holder: Holder, fact: Fact, reason: str, effect: Effect | None
    ) -> DataRequest:
        """A fact is not to be used (article 18). It is not from now on, until somebody has looked at the request."""
        changes = effect.changes if effect else ()
        made = await self._keep(tx, "restriction", asker, holder.id, about_fact(fact), reason, changes)
        if may_be_restricted(fact):
            await self._restrict(tx, made, fact, asker.now)
        return made

    async def ask_about_use(
        self, tx: Transaction, asker: Asker, about: Mapping[str, Any], subject_id: str, reason: str
    ) -> DataRequest:
        """What was this use of my data (article 15)?"""
        return await self._keep(tx, "question", asker, subject_id, about, reason)

    async def say_it_is_not_mine(
        self, tx: Transaction, asker: Asker, message_id: str, subject_id: str, reason: str
    ) -> DataRequest:
        """A message is not for the person who got it (article 15): somebody is to look at why it came."""
        return await self._keep(tx, "question", asker, subject_id, {"message": message_id}, reason)

    async def object_to(self, tx: Transaction, asker: Asker, theme: str, reason: str) -> DataRequest:
        """The person objects to rules of a theme being followed up for them unasked (article 21)."""
        return await self._keep(tx, "objection", asker, asker.person_id, {"theme": theme}, reason)

    async def ask_erasure(
        self, tx: Transaction, asker: Asker, what: Collection[str], reason: str
    ) -> DataRequest:
        """Erase (article 17). What is only the person's own goes at once; for the rest a human answers."""
        about = {"what": sorted(what)}
        made = await self._keep(tx, "erasure", asker, asker.person_id, about, reason)
        at_once = [one for one in erasing.AT_ONCE if one in what]
        if at_once:
            basis = asking.ARTICLE["erasure"]
            gone, changed = await erasing.erase(tx, asker.person_id, at_once, asker.now, basis=basis)
            await self.following.look_anew(tx, changed, f"erasure:{made.id}", asker.now)
            left = await erasing.forget_traces(tx, gone)
            receipt = erasing.receipt(gone, left)
            if erasing.BY_HAND not in what:
                await asking.settle(tx, made, "granted", asker.now, receipt=receipt)
            else:
                await erasing.keep_receipt(tx, made.id, receipt)
        return await self._again(tx, made)

    async def withdraw(self, tx: Transaction, request: DataRequest, now: datetime) -> None:
        """The person does not want it any more; what was restricted may be used again."""
        await asking.settle(tx, request, "withdrawn", now)
        await lift(tx, self.following, request, now)

    async def lift_restriction(self, tx: Transaction, request: DataRequest, now: datetime) -> None:
        """The person lets what they had restricted be used again, whatever has become of the request."""
        await lift(tx, self.following, request, now)

    # ---- at the desk ----------------------------------------------------------------------------

    async def pass_on(
        self, tx: Transaction, request: DataRequest, by: str, answer: str, now: datetime
    ) -> None:
        """Tell that the owner of the register has been told. The restriction goes on while they look at it."""
        _answered(answer)
        receipt = {**(request.receipt or {}), "passed_to": request.owner}
        await asking.settle(tx, request, "passed_on", now, by=by, answer=answer, receipt=receipt)
        await tell_answer(tx, self.telling, request, "passed_on", answer, now)

    async def grant(self, tx: Transaction, request: DataRequest, by: str, answer: str, now: datetime) -> None:
        """Do what was asked, and all that follows from it. What was restricted is so until they have been told."""
        _answered(answer)
        await asking.settle(tx, request, "granted", now, by=by, answer=answer)
        if request.kind == "wrong":
            await self._correct(tx, request, now)
        elif request.kind == "objection":
            key = {"person_id": request.person_id, "theme": request.about["theme"]}
            await upsert(tx, wish, key, {"choice": LEAVE, "set_at": now})
        await tell_answer(tx, self.telling, request, "granted", answer, now)

    async def refuse(
        self, tx: Transaction, request: DataRequest, by: str, answer: str, now: datetime
    ) -> None:
        """Refuse, with the reasons; the person is told where to complain (article 12 no. 4).

        What was restricted may be used again once they have been told (article 18 no. 3).
        """
        _answered(answer)
        await asking.settle(tx, request, "refused", now, by=by, answer=answer)
        await tell_answer(tx, self.telling, request, "refused", answer, now)

    # ---- after a backup was put back ------------------------------------------------------------

    async def erase_again(self, tx: Transaction, stone: Mapping[str, Any], now: datetime) -> int:
        """Do an erasure again; how many rows went. Nothing is left to do the second time."""
        gone, changed = await erasing.erase_again(tx, stone)
        await self.following.look_anew(tx, changed, f"erasure:{stone['id']}", now)
        after = await erasing.forget_traces(tx, gone)
        return sum(after.counts.values())

    # ---------------------------------------------------------------------------------------------

    async def _correct(self, tx: Transaction, request: DataRequest, now: datetime) -> None:
        """Record what should stand instead, as the same source: the one fact changes, its other times do not."""
        about = request.about
        if about["source"] not in asking.OURS:
            return  # its owner has corrected it, and the register tells us so itself
        facts = await self.processes.twin.facts_of(tx, about["subject"])
        same = [
            one
            for one in facts
            if (one.concept, one.scope, one.source) == (about["concept"], about["scope"], about["source"])
        ]
        disputed = next((one for one in same if one.id == about["fact"]), None)
        if disputed is None:
            return  # it has been replaced since
        spans = [_span(one) for one in same if one.id != disputed.id]
        if "value" in about:
            spans.append(Span(about["value"], disputed.valid_from, disputed.valid_to, disputed.detail))
        kind = str(await self.processes.twin.kind_of(tx, disputed.subject_id))
        statement = Statement(
            SubjectRef(kind, id=disputed.subject_id), disputed.concept, tuple(spans), scope=disputed.scope
        )
        said = [(Provenance(disputed.source, disputed.basis), [statement])]
        await self.following.record(tx, said, f"request:{request.id}", now)

    async def _keep(
        self,
        tx: Transaction,
        kind: Kind,
        asker: Asker,
        subject_id: str,
        about: Mapping[str, Any],
        reason: str,
        effect: Sequence[Mapping[str, Any]] = (),
    ) -> DataRequest:
        determinations = self.processes.gathering.determinations
        place = await determinations.municipality_of(tx, asker.mine.near, asker.person_id, asker.mine.on)
        new = NewRequest(
            kind, asker.person_id, subject_id, place.number, about, reason, asker.language, effect
        )
        return await asking.keep_request(tx, new, asker.now)

    async def _restrict(self, tx: Transaction, request: DataRequest, fact: Fact, now: datetime) -> None:
        await asking.restrict(tx, request, fact.subject_id, fact.concept, now)
        await self.following.look_anew(
            tx, [Changed(fact.subject_id, fact.concept)], f"restriction:{request.id}", now
        )

    async def _again(self, tx: Transaction, request: DataRequest) -> DataRequest:
        found = await asking.request_by_id(tx, request.id)
        assert found is not None
        return found


def may_be_restricted(fact: Fact) -> bool:
    return fact.concept not in NEVER_RESTRICTED


def may_be_corrected_here(source: str) -> bool:
    return source in asking.OURS


def about_fact(fact: Fact) -> dict[str, Any]:
    """What a request says of the fact it means: enough to find it again, and to read it when it is gone."""
    return {
        "fact": fact.id,
        "subject": fact.subject_id,
        "concept": fact.concept,
        "scope": fact.scope,
        "source": fact.source,
        "held": fact.value if fact.object_id is None else None,
        "told_by_person": fact.source == TOLD_BY_PERSON,
    }


def _span(fact: Fact) -> Span:
    value = fact.value if fact.object_id is None else SubjectRef("", id=fact.object_id)
    return Span(value, fact.valid_from, fact.valid_to, fact.detail)


def _answered(answer: str) -> None:
    if not answer.strip():
        raise AnswerMissing("answer")
