"""One answer a meaning: what the assistant says when asked why, to apply, to stop, for a person …"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from assistant.casework import case_rows
from assistant.config import local_date
from assistant.dialogue import messages, why
from assistant.dialogue.context import Topic
from assistant.dialogue.parts import (
    Button,
    Buttons,
    Conditions,
    ErrandStep,
    Facts,
    Part,
    ReceiptShown,
    Reply,
    Text,
    say,
)
from assistant.dialogue.understanding import meanings
from assistant.dialogue.wording import sentence
from assistant.processes import Errand, NotYours, Processes, Shown
from assistant.processes.picture import text_of
from assistant.processes.wording import word
from assistant.store import Transaction
from assistant.store.tables import determination
from assistant.twin import Use, log_usage
from rules.service_file import ServiceCard

PURPOSE = "to answer in the chat"
BASIS = "forvaltningsloven § 11"
SUGGESTED = ("messages", "apply", "status", "facts", "person")
CONTACTS = ("phone", "email", "hours", "visit")


@dataclass(frozen=True)
class Talk:
    """Who is talked with, in which language, when, and about what."""

    person_id: str
    language: str
    now: datetime
    topic: Topic


@dataclass(frozen=True)
class Replies:
    """Each method answers one meaning, in the caller's transaction. What it reads about people is logged."""

    processes: Processes

    # ---- small talk -------------------------------------------------------------------------------

    async def greeting(self, tx: Transaction, talk: Talk) -> Reply:
        names = await self._names(tx, talk, [talk.person_id])
        first = names[talk.person_id].split(" ")[0] if talk.person_id in names else ""
        hello = sentence(
            "greeting",
            talk.language,
            name=f" {first}" if first else "",
            municipality=await self._municipality(tx, talk),
        )
        return say(Text(hello), suggestions(talk.language))

    async def hello(self, tx: Transaction, talk: Talk) -> Reply:
        return say(Text(sentence("hello", talk.language)), suggestions(talk.language))

    async def thanks(self, tx: Transaction, talk: Talk) -> Reply:
        return say(Text(sentence("thanks", talk.language)))

    async def help(self, tx: Transaction, talk: Talk) -> Reply:
        return say(Text(sentence("help", talk.language)), suggestions(talk.language))

    async def person(self, tx: Transaction, talk: Talk, said: str = "person") -> Reply:
        """How to reach a human: what the municipality has set, and no invented number."""
        home = await self.processes.twin.municipality(tx, self.processes.home)
        contact = home.settings.get("contact", {}) if home is not None else {}
        name = await self._municipality(tx, talk)
        if not contact:
            return say(Text(sentence(f"{said}_unset", talk.language, municipality=name)))
        ways = [
            sentence(f"contact_{way}", talk.language, value=str(contact[way]))
            for way in CONTACTS
            if contact.get(way)
        ]
        return say(Text("\n".join([sentence(said, talk.language, municipality=name), *ways])))

    async def service(self, tx: Transaction, talk: Talk, cards: Sequence[ServiceCard]) -> Reply:
        """What a service is and who gives it; with several that may be meant, which one."""
        language = talk.language
        if len(cards) > 1:
            buttons = tuple(Button(card.title[language], "service", {"card": card.id}) for card in cards)
            return say(Text(sentence("did_you_mean", language)), Buttons(buttons))
        card = cards[0]
        catalogue = self.processes.catalogue
        rule = catalogue.rules.get(card.id)
        lines = [f"{card.title[language]}. {card.what[language]}"]
        if rule is not None and rule.next_step:
            lines.append(rule.next_step[language])
        if card.id in catalogue.with_errand:  # what this is about can be done here
            return say(Text(lines[0]), suggestions(language, ("apply", "facts", "person")))
        authority = catalogue.authorities.get(card.by)
        if authority is not None and authority.url:
            lines.append(
                sentence("service_by", language, authority=authority.name[language], url=authority.url)
            )
            return say(Text("\n".join(lines)))
        reached = await self.person(tx, talk, "service_here")
        return say(Text("\n".join(lines)), *reached.parts)

    # ---- messages, reasons and facts ----------------------------------------------------------------

    async def messages(self, tx: Transaction, talk: Talk) -> Reply:
        rows = await messages.messages_of(tx, talk.person_id, local_date(talk.now), limit=5)
        if not rows:
            return say(Text(sentence("no_messages", talk.language)), suggestions(talk.language))
        return say(*(messages.guidance_part(row, talk.language) for row in reversed(rows)))

    async def why(self, tx: Transaction, talk: Talk, message_id: str = "") -> Reply:
        """Why a message came (the one named, or the last spoken of): event, conditions with law, facts."""
        wanted = message_id or talk.topic.message_id
        row = await messages.message_to(tx, talk.person_id, wanted) if wanted else None
        if row is None:
            known = "why_what" if not message_id else "not_there"
            return say(Text(sentence(known, talk.language)))
        event = row["why"].get("event", "")
        parts: list[Part] = [Text(event)] if event else []
        parts += await self._reasons(tx, talk, row["determination_id"], row["subject_id"])
        return say(*parts) if parts else say(Text(sentence("why_what", talk.language)))

    async def facts(self, tx: Transaction, talk: Talk) -> Reply:
        """The facts behind the last message, and the way to all of them."""
        row = (
            await messages.message_to(tx, talk.person_id, talk.topic.message_id)
            if talk.topic.message_id
            else None
        )
        found = (
            [] if row is None else await self._reasons(tx, talk, row["determination_id"], row["subject_id"])
        )
        shown = [part for part in found if isinstance(part, Facts)]
        link = Button(sentence("button_data", talk.language), href="/me/data")
        return say(*shown, Text(sentence("facts_page", talk.language)), Buttons([link]))

    async def _reasons(
        self, tx: Transaction, talk: Talk, determination_id: str | None, child_id: str
    ) -> list[Conditions | Facts]:
        if determination_id is None:
            return []
        row = await tx.first(select(determination).where(determination.c.id == determination_id))
        if row is None:
            return []
        record = row["record"]
        people = {fact["subject"] for fact in record.get("facts", ()) if fact.get("subject")}
        names = await self._names(tx, talk, {*people, child_id})
        reader = why.Reader(talk.language, {talk.person_id, child_id}, names)
        model = self.processes.gathering.determinations.catalogue.model
        facts = why.facts_of(record, model, reader)
        await self._log(
            tx,
            talk,
            people | {child_id},
            tuple(sorted({fact["concept"] for fact in record.get("facts", ()) if fact.get("concept")})),
        )
        name = names.get(child_id, word("values", "unnamed", talk.language))
        conditions = why.conditions_of(record, name, reader)
        shown = [Facts(sentence("facts_used", talk.language), facts)] if facts else []
        return [conditions, *shown]

    # ---- errands -------------------------------------------------------------------------------------

    async def apply(self, tx: Transaction, talk: Talk, child_id: str = "", errand_name: str = "") -> Reply:
        """Begin the errand, go on with the one that is open, or ask which child it is for."""
        if not child_id and (errand := await self._open_errand(tx, talk)) is not None:
            return await self.continued(tx, talk, errand.id)
        name = errand_name or self.processes.errands[0]
        children = (
            [child_id]
            if child_id
            else list(await self.processes.twin.wards_of(tx, talk.person_id, local_date(talk.now)))
        )
        if not children:
            return say(Text(sentence("no_child", talk.language)))
        if len(children) > 1:
            return await self._which_child(tx, talk, children, name)
        waiting = await self._waiting(tx, talk, name, children[0])
        if waiting is not None:
            return self.shown(
                talk, await self.processes.show(tx, waiting.id, talk.person_id, talk.language, talk.now)
            )
        errand = await self.processes.start(tx, name, talk.person_id, children[0], talk.now)
        return await self.continued(tx, talk, errand.id)

    async def under_way(self, tx: Transaction, talk: Talk) -> Reply | None:
        """Where the person is in the errand that is open, if one is and it is still theirs to walk."""
        errand = await self._open_errand(tx, talk)
        if errand is None:
            return None
        try:
            return await self.continued(tx, talk, errand.id)
        except NotYours:
            return None

    async def continued(self, tx: Transaction, talk: Talk, errand_id: str) -> Reply:
        found = await self.processes.show(tx, errand_id, talk.person_id, talk.language, talk.now)
        return self.shown(talk, found)

    def shown(self, talk: Talk, found: Shown) -> Reply:
        """An errand as it now is: its step, or its receipt."""
        if found.step is not None:
            return say(ErrandStep(found.errand.id, found.step))
        if found.receipt is None:
            return say(Text(sentence("stopped", talk.language)))
        link = Button(sentence("button_receipt", talk.language), href=f"/me/errands/{found.errand.id}")
        return say(ReceiptShown(sentence("receipt", talk.language), found.receipt, (link,)))

    async def correct(self, tx: Transaction, talk: Talk) -> Reply:
        """Where a wrong fact is put right: at the confirmation, or first by applying."""
        errand = await self._open_errand(tx, talk)
        if errand is None:
            begin = Button(sentence("button_apply", talk.language), "apply", primary=True)
            link = Button(sentence("button_data", talk.language), href="/me/data")
            return say(Text(sentence("correct_first", talk.language)), Buttons([begin, link]))
        found = await self.processes.change(tx, errand.id, talk.person_id, "confirm", talk.language, talk.now)
        at_confirm = found.step is not None and found.step.kind == "confirm"
        hint = Text(sentence("correct_here" if at_confirm else "answer_first", talk.language))
        return say(hint, *self.shown(talk, found).parts)

    async def stop(self, tx: Transaction, talk: Talk) -> Reply:
        """Asked first: what is answered would be lost."""
        errand = await self._open_errand(tx, talk)
        if errand is None:
            return say(Text(sentence("nothing_open", talk.language)), suggestions(talk.language))
        sure = Button(
            sentence("button_stop", talk.language), "withdraw", {"errand": errand.id, "sure": "yes"}
        )
        keep = Button(sentence("button_keep", talk.language), "continue", {"errand": errand.id}, primary=True)
        return say(Text(sentence("stop_sure", talk.language)), Buttons([keep, sure]))

    async def status(self, tx: Transaction, talk: Talk) -> Reply:
        cases = await case_rows.cases_of(tx, talk.person_id)
        open_errand = await self._open_errand(tx, talk)
        parts: list[Part] = [
            Text(
                sentence(
                    "case",
                    talk.language,
                    number=str(case.number),
                    status=word("case_status", case.status, talk.language),
                )
            )
            for case in cases[:5]
        ]
        buttons = []
        if open_errand is not None:
            values = {"errand": open_errand.id}
            buttons.append(
                Button(sentence("button_continue", talk.language), "continue", values, primary=True)
            )
        decided = await case_rows.decisions_for(tx, talk.person_id)
        if decided:
            href = f"/me/decisions/{decided[0].id}"
            buttons.append(Button(sentence("button_decision", talk.language), href=href))
        if not parts and not buttons:
            return say(Text(sentence("nothing_sent", talk.language)), suggestions(talk.language))
        return say(*parts, *([Buttons(buttons)] if buttons else []))

    async def appeal(self, tx: Transaction, talk: Talk) -> Reply:
        decided = await case_rows.decisions_for(tx, talk.person_id)
        if not decided:
            return say(Text(sentence("no_decision", talk.language)))
        href = f"/me/decisions/{decided[0].id}"
        link = Button(sentence("button_decision", talk.language), href=href, primary=True)
        return say(Text(sentence("appeal", talk.language)), Buttons([link]))

    # ---- what they need --------------------------------------------------------------------------------

    async def _open_errand(self, tx: Transaction, talk: Talk) -> Errand | None:
        errands = await self.processes.errands_of(tx, talk.person_id)
        return next((errand for errand in errands if errand.status == "open"), None)

    async def _waiting(self, tx: Transaction, talk: Talk, name: str, child_id: str) -> Errand | None:
        """An errand of this kind about the child that is sent and not decided: no need for another."""
        undecided = {case.id for case in await case_rows.cases_of(tx, talk.person_id) if case.is_open}
        return next(
            (
                errand
                for errand in await self.processes.errands_of(tx, talk.person_id)
                if errand.case_id in undecided
                and self.processes.is_about(errand, name)
                and errand.subject_id == child_id
            ),
            None,
        )

    async def _which_child(self, tx: Transaction, talk: Talk, children: Iterable[str], errand: str) -> Reply:
        names = await self._names(tx, talk, children)
        buttons = [
            Button(
                names.get(child, word("values", "unnamed", talk.language)),
                "apply",
                {"child": child, "process": errand},
            )
            for child in children
        ]
        return say(Text(sentence("whom", talk.language)), Buttons(buttons))

    async def _names(self, tx: Transaction, talk: Talk, people: Iterable[str]) -> Mapping[str, str]:
        on = local_date(talk.now)
        found = {}
        for person in people:
            values = await self.processes.twin.values(tx, person, ["person.name"], on)
            if values.get("person.name"):
                found[person] = str(values["person.name"])
        await self._log(tx, talk, found, ("person.name",))
        return found

    async def _log(
        self, tx: Transaction, talk: Talk, subjects: Iterable[str], concepts: tuple[str, ...]
    ) -> None:
        uses = [
            Use(subject, "person", talk.person_id, "read", PURPOSE, BASIS, concepts)
            for subject in sorted(subjects)
        ]
        await log_usage(tx, uses, talk.now)

    async def _municipality(self, tx: Transaction, talk: Talk) -> str:
        home = await self.processes.twin.municipality(tx, self.processes.home)
        return sentence("the_municipality", talk.language) if home is None else home.name


def suggestions(language: str, chosen: Iterable[str] = SUGGESTED) -> Buttons:
    """Buttons for things that can be asked, in their own words."""
    known = meanings()
    return Buttons([Button(text_of(known[name].title, language), name) for name in chosen])
