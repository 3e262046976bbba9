"""The face of guidance: plan what to tell, keep it with what caused it, and take back what is overtaken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from assistant.config import local_date
from assistant.determinations import DeterminationChange
from assistant.guidance import already_told, keeping, rows
from assistant.guidance.being_told import (
    as_wanted,
    by_open_addresses,
    in_browsers,
    in_their_language,
)
from assistant.guidance.content import content_by_hand
from assistant.guidance.judging import circles_of
from assistant.guidance.ladder import needs_a_letter
from assistant.guidance.mattering import (
    DEADLINE_NEAR,
    LIFE_EVENT,
    LifeEventRow,
    nearing,
    plan_deadlines,
    plan_life_events,
)
from assistant.guidance.messages import Messages
from assistant.guidance.not_mine import ask_closed, without_closed
from assistant.guidance.overtaken import overtaken
from assistant.guidance.people import (
    CONCEPTS,
    RELATIONS,
    Circle,
    children_of,
    circle_around,
)
from assistant.guidance.planning import (
    FROM_DETERMINATIONS,
    PlannedGuidance,
    is_told,
    once,
    plan,
)
from assistant.guidance.push_rows import browsers_of
from assistant.guidance.ready import Ready, one_a_person
from assistant.guidance.tact import ON_PAPER, Telling, may_go, telling
from assistant.guidance.themes import theme_of
from assistant.guidance.wish_rows import ask_told_how, told_how_for, wishes_of
from assistant.guidance.wishes import law_behind
from assistant.store import Transaction
from assistant.twin import BEFOREHAND, Changed, Use, log_usage
from rules import Catalogue, Matter

PURPOSE = "to tell people of their rights and duties"
BASIS = "forvaltningsloven § 11; eForvaltningsforskriften § 8"
LATE_NOTICE = timedelta(days=14)
CALM_KINDS = frozenset({LIFE_EVENT, DEADLINE_NEAR})
CALM = timedelta(hours=12)
"""What nobody has asked for gives one notice in so long, however many things there are to tell."""

WITHOUT_NOTICE = frozenset({"application_received"})
"""Kinds that answer somebody who is there: the chat is enough."""


@dataclass(frozen=True)
class Guidance(Messages):
    """What people are told: planned, kept with its cause, taken back. All in the caller's transaction."""

    async def plan_for_changes(
        self, tx: Transaction, changes: Iterable[DeterminationChange], now: datetime
    ) -> tuple[str, ...]:
        """Tell those concerned of changed determinations; the ids of new guidance.

        Messages that the changes overtake are withdrawn first. Raises StillSending (a Postpone: the whole
        transaction is done again later) where such a message is on its way at this moment, so that nothing
        is ever sent after what cancels it was committed. Where a person's own answer is the cause nobody
        waits: they see the new result before them.
        """
        on = local_date(now)
        catalogue = await self._catalogue(tx, on)
        all_changes = tuple(change for change in changes if change.rule in catalogue.rules)
        told_of = [change for change in all_changes if is_told(catalogue.rules[change.rule])]
        if not told_of:
            return ()
        await self._take_back_changed(tx, told_of, now)
        circles = await circles_of(tx, self.twin, told_of, catalogue, on)
        planned = plan(
            all_changes,
            circles,
            await already_told.told_about(tx, {change.subject_id for change in told_of}),
            await rows.records_of(tx, [change.determination_id for change in told_of]),
            catalogue,
            on,
            await self._asked_later(tx, told_of, catalogue),
            await wishes_of(tx, _recipients(circles)),
        )
        return await self._keep_each(tx, [await self._with_papers(tx, one) for one in planned], now)

    async def _take_back_changed(
        self, tx: Transaction, changes: Sequence[DeterminationChange], now: datetime
    ) -> None:
        """Take back what waits to be said of what is now said otherwise, unless it was for the same cause."""
        waiting = await rows.waiting_messages(tx, about={change.subject_id for change in changes})
        for wait in (True, False):
            of_it = [one for one in changes if is_waited_for(one) is wait]
            gone = [row for row in waiting if any(_is_overtaken_by(row, change) for change in of_it)]
            await rows.take_back(tx, gone, now, wait)
            taken = {row["id"] for row in gone}
            waiting = [row for row in waiting if row["id"] not in taken]

    async def _with_papers(self, tx: Transaction, one: PlannedGuidance) -> PlannedGuidance:
        """What is told of a right one may have, where one has to send papers to get it."""
        number, errand = one.content.get("municipality") or self.home, one.content.get("process")
        if one.kind != "right_possible" or not errand:
            return one
        if await self.twin.generation(tx, number, errand) != "documented":
            return one
        return replace(one, content={**one.content, "documented": True})

    async def _asked_later(
        self, tx: Transaction, changes: Iterable[DeterminationChange], catalogue: Catalogue
    ) -> set[tuple[str, str]]:
        """Of the municipalities and errands of the changes, those where registers wait for an application."""
        errands = {(change.municipality, catalogue.rules[change.rule].process) for change in changes}
        return {
            (number, errand)
            for number, errand in errands
            if await self.twin.generation(tx, number, errand) != BEFOREHAND
        }

    async def plan_for_life_events(
        self,
        tx: Transaction,
        events: Sequence[LifeEventRow],
        said: Sequence[DeterminationChange],
        now: datetime,
    ) -> tuple[str, ...]:
        """Tell those concerned what life events bring, by what the rules said of it; the ids of new guidance."""
        on = local_date(now)
        catalogue = await self._catalogue(tx, on)
        brings = {rule for event in events for rule in catalogue.life_events[event.kind].brings}
        told_of = [one for one in said if one.rule in brings and catalogue.rules[one.rule].told_to]
        return await self._keep_all(tx, told_of, now, partial(plan_life_events, events))

    async def plan_for_deadlines(
        self, tx: Transaction, said: Sequence[DeterminationChange], now: datetime
    ) -> tuple[str, ...]:
        """Tell those concerned of deadlines that are near; the ids of new guidance.

        First what waits to be told, of life events too, and is no longer so is taken back.
        """
        on = local_date(now)
        catalogue = await self._catalogue(tx, on)
        await self._take_back_overtaken(tx, said, catalogue, now)
        near = [one for one in said if nearing(one, catalogue.rules[one.rule], on)]
        return await self._keep_all(tx, near, now, plan_deadlines)

    async def _keep_all(
        self,
        tx: Transaction,
        told_of: Sequence[DeterminationChange],
        now: datetime,
        planning: Callable[..., Sequence[PlannedGuidance]],
    ) -> tuple[str, ...]:
        if not told_of:
            return ()
        on = local_date(now)
        catalogue = await self._catalogue(tx, on)
        circles = await circles_of(tx, self.twin, told_of, catalogue, on)
        told = await already_told.told_items(tx, {one.subject_id for one in told_of})
        records = await rows.records_of(tx, [one.determination_id for one in told_of])
        wishes = await wishes_of(tx, _recipients(circles))
        planned = planning(told_of, circles, told, records, catalogue, on, wishes)
        return await self._keep_each(tx, planned, now)

    async def take_back_life_events(self, tx: Transaction, events: Iterable[str], now: datetime) -> None:
        """Take back what waits to be sent because of life events that did not happen after all."""
        for event_id in events:
            await rows.take_back(tx, await rows.waiting_because(tx, event_id), now)

    async def _take_back_overtaken(
        self, tx: Transaction, said: Sequence[DeterminationChange], catalogue: Catalogue, now: datetime
    ) -> None:
        """Take back what the rules say no more; what waits with it is told without it."""
        if not said:
            return
        waiting = await rows.waiting_messages(tx, about={one.subject_id for one in said})
        for subject_id in sorted({row["subject_id"] for row in waiting}):
            about = [one for one in said if one.subject_id == subject_id]
            theirs = [row for row in waiting if row["subject_id"] == subject_id]
            found = overtaken(theirs, about, catalogue, local_date(now))
            whole = [row for row, gone in found if gone.issuperset(row["content"]["rules"])]
            await rows.take_back(tx, whole, now, is_waited_for(about[0]))
            part = {row["guidance_id"]: (row, gone) for row, gone in found if row not in whole}
            for row, gone in part.values():
                await self.tell_less(tx, row, gone, now)

    async def tell(
        self,
        tx: Transaction,
        person_id: str,
        subject_id: str,
        rule: str,
        kind: str,
        cause: str,
        content: Mapping[str, Any],
        now: datetime,
    ) -> str | None:
        """Tell a party of their own case, once for the same cause; the guidance's id if it is new.

        A matter with no rule behind it (a request about data) has a name of its own for `rule`, and its title in
        `content`.

        `kind` is one of writing.KINDS; `content` plain values: case_number, outcome, monthly_fee (NOK),
        valid_from … Returns None where it was told before or nobody can be told.
        """
        on = local_date(now)
        near = await self.twin.near(tx, [subject_id, person_id])
        catalogue = await self._catalogue(tx, on)
        circle = circle_around(near, subject_id, "", on, also=person_id)
        person = circle.recipients[0]
        told = catalogue.rules.get(rule)
        matter = Matter(rule, told.kind if told else "", kind, party=True)
        how = telling(catalogue.tact, person, circle.subject, circle.others, matter, on)
        if how.silent:
            return None
        if kind in WITHOUT_NOTICE and how.channels:
            how = Telling(("chat",), because=("answers_at_once",))
        number = near.value(subject_id, "person.municipality", on)
        about = {
            "rules": [rule],
            "process": "",
            "title": dict(told.title) if told else {},
            "summary": dict(told.summary) if told else {},
            "law": [reference.as_json() for reference in (told.law if told else law_behind(kind))],
            "subject_name": circle.name,
            "municipality": number if isinstance(number, str) else self.home,
            "party": True,
        }
        planned = PlannedGuidance(person, subject_id, kind, rule, cause, None, how, about | dict(content))
        return (await self._keep(tx, [planned], now))[0]

    async def reconsider(self, tx: Transaction, changed: Iterable[Changed], now: datetime) -> None:
        """After facts about people changed: take back what may no longer be sent, and knock where we now can.

        Call it in the transaction that recorded the facts (a death, a protected address, a reservation, new
        contact information).
        """
        met = {one.subject_id for one in changed if one.concept in (*CONCEPTS, *RELATIONS)}
        on = local_date(now)
        family = await self.twin.near(tx, met) if met else None
        children = {one: children_of(family, one, on) for one in met} if family else {}
        told = await rows.with_live_messages(tx, met.union(*children.values()), now - LATE_NOTICE)
        for person_id in sorted(one for one in met if told.intersection((one, *children[one]))):
            waiting = {row["id"]: row for row in await rows.waiting_messages(tx, person_id=person_id)}
            near = await self.twin.near(tx, [person_id])
            for subject_id in (person_id, *children_of(near, person_id, on)):
                about = await rows.waiting_messages(tx, about=[subject_id])
                waiting |= {row["id"]: row for row in about}
            await self.stop_what_may_not_go(tx, waiting.values(), now)
            await self._late_notice(tx, person_id, now)

    async def stop_what_may_not_go(
        self, tx: Transaction, waiting: Iterable[Mapping[str, Any]], now: datetime
    ) -> None:
        """Take back, of what waits, all that may not be told any more; StillSending where one is on its way."""
        stopped = []
        for kept in waiting:
            person, how, unsaid = await self.telling_now(tx, kept, local_date(now))
            row = await self.tell_less(tx, kept, unsaid, now) if unsaid else kept
            if not may_go(row["channel"], how):
                stopped.append((row, person, how))
        if await rows.on_their_way(tx, [row["id"] for row, _, _ in stopped], now):
            raise rows.StillSending
        for row, person, how in stopped:
            await self.stop(tx, row, person, how, now)

    async def to_tell_by_hand(self, tx: Transaction, municipality: str) -> Sequence[Mapping[str, Any]]:
        """Letters to write and people to reach some other way, oldest first; content says why."""
        return await already_told.by_hand(tx, municipality)

    async def _keep_each(
        self, tx: Transaction, planned: Sequence[PlannedGuidance], now: datetime
    ) -> tuple[str, ...]:
        """Keep what is planned; what each needs of the database is asked for all at once."""
        await ask_told_how(tx, {one.person.id for one in planned})
        await ask_closed(tx, self.twin.identities.keys, [one.person for one in planned])
        await already_told.ask_life_events(tx, [one.cause for one in planned])
        kept: dict[int, str | None] = {}
        for places in one_a_person(planned):
            some = [planned[place] for place in places]
            kept |= zip(places, await self._keep(tx, some, now), strict=True)
        return tuple(one for place in range(len(planned)) if (one := kept[place]) is not None)

    async def _keep(
        self, tx: Transaction, planned: Sequence[PlannedGuidance], now: datetime
    ) -> list[str | None]:
        """Keep guidance and write its messages; the id of each that is new."""
        ready = [await self._ready(tx, one, now) for one in planned]
        kept = await keeping.keep_guidance(tx, [one.values(now) for one in ready])
        messages, uses = [], []
        for guidance_id, one in zip(kept, ready, strict=True):
            if guidance_id is not None:
                messages += await self._written(tx, guidance_id, one, now)
                uses.append(Use(one.person.id, "service", "varde", "used", PURPOSE, BASIS, CONCEPTS))
        await keeping.keep_messages(tx, messages, now)
        await log_usage(tx, uses, now)
        return kept

    async def _ready(self, tx: Transaction, planned: PlannedGuidance, now: datetime) -> Ready:
        """Whom to tell in which words' language, by which channels, and what the words are made from."""
        want = await told_how_for(tx, planned.person.id, theme_of(planned.rule))
        reachable = await without_closed(tx, self.twin.identities.keys, planned.person)
        person = in_their_language(reachable, want)
        how = as_wanted(by_open_addresses(planned.telling, person), person, want, planned.kind)
        if self.pushes:
            how = in_browsers(how, want, planned.kind, await browsers_of(tx, person.id))
        if (
            planned.kind in CALM_KINDS
            and how.notice
            and await already_told.knocked_lately(tx, person.id, now - CALM)
        ):
            how = replace(how, channels=("chat",), because=("told_with_another",))
        happened = [
            dict(self.catalogue.life_events[kind].title)
            for kind in await already_told.life_events_of(tx, planned.cause, (planned.subject_id, person.id))
            if kind in self.catalogue.life_events
        ]
        content = {**planned.content, "cause": planned.cause, "happened": happened}
        return Ready(planned, person, how, content_by_hand(content, how.by_hand, ON_PAPER))

    async def _written(
        self, tx: Transaction, guidance_id: str, one: Ready, now: datetime
    ) -> list[keeping.NewMessage]:
        """The messages of a new guidance; a letter is kept at once, and so is an errand to walk."""
        kind, person, how, content = one.planned.kind, one.person, one.how, one.content
        sender = await self.sender(tx, content["municipality"])
        if how.by_hand or needs_a_letter(kind, how):
            await self.write_letter(tx, guidance_id, person, how, kind, content, sender, now)
        if one.planned.way == "act":
            await rows.enqueue_act(tx, guidance_id, person.id, now, how.not_before)
            return []
        written = [
            await self.write(tx, kind, channel, person, content, sender, now) for channel in how.channels
        ]
        return [
            keeping.NewMessage(guidance_id, person.id, words, not_before=how.not_before) for words in written
        ]

    async def _late_notice(self, tx: Transaction, person_id: str, now: datetime) -> None:
        """An address we learn afterwards is used for what still lies unread."""
        row = await rows.unread_without_notice(tx, person_id, now - LATE_NOTICE)
        if row is None or row["kind"] in WITHOUT_NOTICE:
            return
        person, how, _ = await self.telling_now(tx, {**row, "person_id": person_id}, local_date(now))
        if how.notice:
            await self.knock(tx, row, person, how.notice, now)


def is_waited_for(change: DeterminationChange) -> bool:
    """Whether what it overtakes and is on its way is waited for: nobody does whose own answer is the cause."""
    return not change.cause.startswith("person:")


def _is_overtaken_by(row: Mapping[str, Any], change: DeterminationChange) -> bool:
    return (
        row["subject_id"] == change.subject_id
        and row["kind"] in FROM_DETERMINATIONS
        and change.rule in row["content"]["rules"]
        and row["cause"] != once(change)
    )


def _recipients(circles: Mapping[tuple[str, str], Circle]) -> set[str]:
    return {person.id for circle in circles.values() for person in circle.recipients}
