"""From a person's line or press to a reply: understood, answered, and kept so that it happens once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assistant.dialogue import lines, services
from assistant.dialogue.answers import proposed, values_from
from assistant.dialogue.context import Topic, topic_of, with_tried
from assistant.dialogue.lines import ChatLine
from assistant.dialogue.masking import MASK, safe
from assistant.dialogue.parts import Reply, Text, say
from assistant.dialogue.replies import BASIS, PURPOSE, Replies, Talk, suggestions
from assistant.dialogue.understanding import (
    LONGEST,
    Either,
    NotUnderstood,
    Sure,
    Understanding,
    exactly,
    meanings,
    understand,
)
from assistant.dialogue.wording import sentence
from assistant.processes import NotOpen, NotReady, NotYours, Processes, Shown, UnknownErrand
from assistant.store import Transaction
from assistant.twin import Use, log_usage

LONGEST_VALUE = 2000  # characters of one field
MOST_VALUES = 20
IDS = frozenset({"errand", "step", "child", "process", "message", "correct", "undo"})
"""Values that are names of ours, not words: an id may well have eleven digits in a row, and is no number."""

COMMANDS = ("back", "stop", "help", "person")
"""Said word for word these are never the answer to a question, not even to one for a name."""

IN_ERRAND = ("next", "back", "stop", "correct")
ALWAYS = tuple(name for name in meanings() if name not in ("next", "send", "back", "stop"))


@dataclass(frozen=True)
class Said:
    """A line the person wrote."""

    text: str


@dataclass(frozen=True)
class Pressed:
    """A button or a form: what it does, with what, and what stood on it."""

    action: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)


class BadPress(ValueError):
    """A press the widget cannot have made: no such action, or values that are not text."""


@dataclass(frozen=True)
class Conversation:
    """The face of the room: `hear` a line or press, and get both kept lines back."""

    processes: Processes
    understanding: Understanding = understand

    @property
    def replies(self) -> Replies:
        return Replies(self.processes)

    async def hear(
        self,
        tx: Transaction,
        person_id: str,
        language: str,
        heard: Said | Pressed,
        client_id: str,
        now: datetime,
    ) -> tuple[ChatLine, ChatLine]:
        """The person's line and the reply, both kept. The same `client_id` again gives the same two lines."""
        content = _kept(heard)
        line, is_new = await lines.add_line(tx, person_id, "person", content, client_id, now)
        name = f"reply:{client_id}"
        if not is_new and (known := await lines.line_named(tx, person_id, name)) is not None:
            return line, known
        topic = topic_of(await lines.last_said(tx, person_id))
        talk = Talk(person_id, language, now, topic)
        reply = await self.reply(tx, talk, heard)
        answer, _ = await lines.add_line(tx, person_id, "assistant", reply.as_json(), name, now)
        return line, answer

    async def greet(self, tx: Transaction, person_id: str, language: str, now: datetime) -> ChatLine | None:
        """The first line of all to a person; None when they have been greeted."""
        if await lines.line_named(tx, person_id, "greeting:") is not None:
            return None
        reply = await self.replies.greeting(tx, Talk(person_id, language, now, Topic()))
        line, _ = await lines.add_line(tx, person_id, "assistant", reply.as_json(), "greeting:", now)
        return line

    async def open_step(self, tx: Transaction, person_id: str, language: str, now: datetime) -> Reply | None:
        """The step of the errand that is under way, also where it was begun on the pages; None without one."""
        talk = Talk(person_id, language, now, Topic())
        return await self.replies.under_way(tx, talk)

    async def reply(self, tx: Transaction, talk: Talk, heard: Said | Pressed) -> Reply:
        """What to say. What is not the person's is not there for them, and the attempt is logged."""
        try:
            if isinstance(heard, Pressed):
                return await self._pressed(tx, talk, heard)
            return await self._said(tx, talk, heard.text)
        except NotYours as other:
            denied = Use(other.subject_id, "person", talk.person_id, "denied", PURPOSE, BASIS, ())
            await log_usage(tx, [denied], talk.now)
            return say(Text(sentence("not_there", talk.language)))
        except UnknownErrand:
            return say(Text(sentence("not_there", talk.language)))
        except NotOpen:
            return say(Text(sentence("already_sent", talk.language)))

    # ---- what was written ------------------------------------------------------------------------

    async def _said(self, tx: Transaction, talk: Talk, raw: str) -> Reply:
        text = safe(raw)
        if MASK in text and MASK not in raw:
            return say(Text(sentence("masked", talk.language)), suggestions(talk.language))
        open_step = await self._open_step(tx, talk)
        if open_step is not None and open_step.step is not None:
            step = with_tried(open_step.step, talk.topic.tried)
            command = exactly(text, COMMANDS)
            values = None if command else values_from(text, step, talk.language)
            if values is not None:
                return await self._answer(tx, talk, open_step.errand.id, step.id, values)
        return await self._understood(tx, talk, text, open_step)

    async def _understood(self, tx: Transaction, talk: Talk, text: str, open_step: Shown | None) -> Reply:
        kind = open_step.step.kind if open_step is not None and open_step.step is not None else ""
        candidates = [*ALWAYS, "stop", *(IN_ERRAND if kind else ()), *(["send"] if kind == "summary" else [])]
        meant = self.understanding(text, talk.language, candidates)
        if not isinstance(meant, Sure) and (cards := services.found(self.processes.catalogue, text)):
            return await self.replies.service(tx, talk, cards)
        match meant:
            case Sure(meaning):
                return await self._meant(tx, talk, meaning, open_step)
            case Either(likely):
                buttons = suggestions(talk.language, likely)
                return say(Text(sentence("did_you_mean", talk.language)), buttons)
            case NotUnderstood():
                name = "too_long" if len(text) > LONGEST else "not_understood"
                return say(Text(sentence(name, talk.language)), suggestions(talk.language))

    async def _meant(self, tx: Transaction, talk: Talk, meaning: str, open_step: Shown | None) -> Reply:
        if open_step is not None and open_step.step is not None:
            errand, step = open_step.errand.id, open_step.step
            if meaning == "next" and step.kind != "summary":
                return await self._answer(tx, talk, errand, step.id, proposed(step))
            if meaning == "next":
                return self.replies.shown(talk, open_step)  # sending takes more than a "yes"
            if meaning == "send":
                return await self._submit(tx, talk, errand)
            if meaning == "back":
                back = await self.processes.back(tx, errand, talk.person_id, talk.language, talk.now)
                return self.replies.shown(talk, back)
        return await self._plain(meaning)(tx, talk)

    def _plain(self, meaning: str) -> Callable[[Transaction, Talk], Awaitable[Reply]]:
        replies = self.replies
        plain: Mapping[str, Callable[[Transaction, Talk], Awaitable[Reply]]] = {
            "hello": replies.hello,
            "thanks": replies.thanks,
            "help": replies.help,
            "person": replies.person,
            "messages": replies.messages,
            "why": replies.why,
            "facts": replies.facts,
            "apply": replies.apply,
            "next": replies.apply,
            "send": replies.apply,
            "back": replies.apply,
            "correct": replies.correct,
            "stop": replies.stop,
            "status": replies.status,
            "appeal": replies.appeal,
        }
        if meaning not in plain:
            raise BadPress(f"there is no action {meaning!r}")
        return plain[meaning]

    # ---- what was pressed --------------------------------------------------------------------------

    async def _pressed(self, tx: Transaction, talk: Talk, press: Pressed) -> Reply:
        values = {name: value if name in IDS else safe(value) for name, value in press.values.items()}
        errand, step = values.pop("errand", ""), values.pop("step", "")
        person, language, now = talk.person_id, talk.language, talk.now
        match press.action:
            case "answer" if errand:
                return await self._answer(tx, talk, errand, step, values)
            case "submit" if errand:
                return await self._submit(tx, talk, errand)
            case "back" if errand:
                shown = await self.processes.back(tx, errand, person, language, now)
                return self.replies.shown(talk, shown)
            case "change" if errand:
                shown = await self.processes.change(tx, errand, person, step, language, now)
                return self.replies.shown(talk, shown)
            case "continue" if errand:
                return await self.replies.continued(tx, talk, errand)
            case "withdraw" if errand and values.get("sure") == "yes":
                await self.processes.withdraw(tx, errand, person, now)
                return say(Text(sentence("stopped", language)))
            case "withdraw":
                return await self.replies.stop(tx, talk)
            case "apply":
                child, process = values.get("child", ""), values.get("process", "")
                return await self.replies.apply(tx, talk, child, process)
            case "why":
                return await self.replies.why(tx, talk, values.get("message", ""))
            case "service":
                card = self.processes.catalogue.cards.get(values.get("card", ""))
                if card is None:
                    return say(Text(sentence("not_there", language)))
                return await self.replies.service(tx, talk, (card,))
            case other:
                return await self._plain(other)(tx, talk)

    async def _answer(
        self, tx: Transaction, talk: Talk, errand: str, step: str, values: Mapping[str, str]
    ) -> Reply:
        shown = await self.processes.answer(tx, errand, talk.person_id, step, values, talk.language, talk.now)
        return self.replies.shown(talk, shown)

    async def _submit(self, tx: Transaction, talk: Talk, errand: str) -> Reply:
        try:
            shown = await self.processes.submit(tx, errand, talk.person_id, talk.language, talk.now)
        except NotReady:
            where = await self.replies.continued(tx, talk, errand)
            return say(Text(sentence("not_ready", talk.language)), *where.parts)
        return self.replies.shown(talk, shown)

    async def _open_step(self, tx: Transaction, talk: Talk) -> Shown | None:
        """The errand whose step stands open in the newest line, if it is still open."""
        errand = talk.topic.errand_id
        if not errand:
            return None
        shown = await self.processes.show(tx, errand, talk.person_id, talk.language, talk.now)
        return shown if shown.step is not None else None


def _kept(heard: Said | Pressed) -> Mapping[str, Any]:
    """What is kept of it: the words, or what stood on the button; not the values of a form."""
    if isinstance(heard, Said):
        return {"type": "text", "text": safe(heard.text)}
    return {"type": "press", "action": heard.action, "text": safe(heard.label)[:200]}


def press_from(frame: Mapping[str, Any]) -> Pressed:
    """A press from a frame of the socket. Raises BadPress."""
    action, label, values = frame.get("action"), frame.get("label", ""), frame.get("values", {})
    if not isinstance(action, str) or not isinstance(label, str) or not isinstance(values, Mapping):
        raise BadPress("a press has an action, a label and values")
    if len(values) > MOST_VALUES or not all(
        isinstance(name, str) and isinstance(value, str) and len(name) <= 200 and len(value) <= LONGEST_VALUE
        for name, value in values.items()
    ):
        raise BadPress("values are at most twenty texts of at most 2000 characters")
    return Pressed(action[:40], label, values)
