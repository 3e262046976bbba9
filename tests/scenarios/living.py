"""A life as a story: what registers and people say through the years, and every message that came of it.

A story is a YAML file a case worker can read. It is played on the real twin, rules, life events, guidance, work and
mail server, with time as an input: the clock's nightly work is done on each day that anything waits for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from assistant.casework import Assessor, Casework
from assistant.config import AT_ANY_TIME, OSLO, local_date
from assistant.demo.mailbox import Mailbox
from assistant.determinations import Determinations, RuleVersions
from assistant.events import Handling, wake_determinations
from assistant.events.following import Following
from assistant.guidance import Delivery, Guidance
from assistant.store import Database, Identities, IdentityKeys, Work
from assistant.store.columns import new_id
from assistant.store.tables import due, guidance, job, life_event, message, municipality, subject
from assistant.twin import Provenance, Span, Statement, SubjectRef, Twin
from channels.chat import ChatChannel
from channels.email import EmailChannel, SmtpServer
from rules import Catalogue
from rules.yaml_source import read_yaml

LIVES = Path(__file__).parent / "lives"
HOME = "9999"
NIGHT, DAY = time(4, 5), time(10, 0)

ANYBODY: Mapping[str, Any] = {
    "death_date": None,
    "residence_status": "resident",
    "address_protection": "none",
    "under_guardianship": False,
    "reserved": False,
    "may_be_notified": True,
    "language": "nb",
}
"""What holds of a person in a story where it does not say otherwise."""


@dataclass(frozen=True)
class Happening:
    """What somebody says on a day. `corrects`: it was never otherwise; `takes_back`: it was never so."""

    on: date
    what: str
    by: str
    of: str
    says: Mapping[str, Any] = field(default_factory=dict)
    corrects: Mapping[str, Any] = field(default_factory=dict)
    takes_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class Story:
    title: str
    begins: date
    ends: date
    who: Mapping[str, Mapping[str, Any]]
    happens: tuple[Happening, ...]
    told: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]
    about: str  # its first lines, in words

    @classmethod
    def read(cls, path: Path) -> Story:
        text = path.read_text(encoding="utf-8")
        given = read_yaml(text, path.name).plain()
        about = " ".join(line[1:].strip() for line in takewhile(_is_comment, text.splitlines()))
        happens = [
            Happening(**{**one, "takes_back": tuple(one.get("takes_back", ()))}) for one in given["happens"]
        ]
        return cls(
            given["story"],
            given["begins"],
            given["ends"],
            given["who"],
            tuple(sorted(happens, key=lambda one: one.on)),
            tuple(given["told"] or ()),
            given.get("settings", {}),
            about,
        )


def _is_comment(line: str) -> bool:
    return line.startswith("#")


def stories() -> list[Path]:
    return sorted(LIVES.glob("*.yaml"))


@dataclass(frozen=True)
class Told:
    """One message as the person met it."""

    on: date
    to: str
    about: str
    title: str
    body: str
    rules: tuple[str, ...]
    by: str  # 'chat', 'chat + email', 'letter'

    def as_written(self) -> dict[str, Any]:
        """As a story's file has it."""
        return {
            "on": self.on,
            "to": self.to,
            "about": self.about,
            "says": self.title,
            "rules": list(self.rules),
            "by": self.by,
        }


class Life:
    """The assistant's rooms, the people of a story, and the day it is."""

    def __init__(self, story: Story, database: Database, catalogue: Catalogue, mailbox: Mailbox) -> None:
        self.story, self.database, self.catalogue = story, database, catalogue
        self.moment = datetime.combine(story.begins, DAY, OSLO)
        # In the order of the story, so that who is woken first in a night is the same each time.
        self.ids = {name: f"00000000-0000-4000-8000-{n:012d}" for n, name in enumerate(story.who, 1)}
        self.kinds = {name: str(facts.get("kind", "person")) for name, facts in story.who.items()}
        self.said: dict[tuple[str, str, str], tuple[Span, ...]] = {}
        self.confirmed: dict[str, date] = {}
        self.days: list[date] = []  # those on which something was to be done
        identities = Identities(IdentityKeys.generate())
        twin = Twin(identities, catalogue.model)
        self.twin = twin
        versions = RuleVersions(catalogue)
        determinations = Determinations(catalogue, versions, twin, HOME)
        told = Guidance(catalogue, twin, HOME, versions=versions)
        casework = Casework(Assessor(determinations), told)
        self.following = Following(catalogue, twin, determinations, told, casework)
        server = SmtpServer("127.0.0.1", mailbox.port, timeout_seconds=2, whole_seconds=2)
        channels = {"chat": ChatChannel(), "email": EmailChannel(server, self.now)}
        delivery = Delivery(database, told, channels, self.now, "https://varde.example", AT_ANY_TIME)  # type: ignore[arg-type]
        handling = Handling(database, identities, None, self.following, self.now)  # type: ignore[arg-type]
        handlers = {
            "deliver": delivery.deliver,
            "wake_determinations": handling.wake_determinations,
            # Everything a register knows is said in the story: there is nobody to ask.
            **dict.fromkeys(("refresh_person", "refresh_contacts", "fetch_income"), _nobody_to_ask),
        }
        self.work = Work(database, handlers, self.now)

    def now(self) -> datetime:
        return self.moment

    async def play(self) -> list[Told]:
        await self._settle()
        waiting = list(self.story.happens)
        day: date | None = self.story.begins
        while day is not None and day <= self.story.ends:
            self.moment = datetime.combine(day, NIGHT, OSLO)
            await self._confirm_contacts(day)
            async with self.database.begin() as tx:
                await wake_determinations(tx, self.moment)
            await self.work.run_until_idle()
            self.moment = datetime.combine(day, DAY, OSLO)
            while waiting and waiting[0].on <= day:
                await self._happens(waiting.pop(0))
            await self.work.run_until_idle()
            self.days.append(day)
            day = await self._next_day(day, waiting)
            await self._nothing_failed()
        return [told async for told in self._everything_told()]

    async def _nothing_failed(self) -> None:
        async with self.database.read() as tx:
            failed = await tx.all(select(job.c.task, job.c.error).where(job.c.attempts > 0))
        assert not failed, failed

    async def _settle(self) -> None:
        """The people and things of the story, as they are known on its first day."""
        async with self.database.begin() as tx:
            settings = {
                "language": "nb",
                "generations": {"apply_reduced_fee": "flagged"},
                **self.story.settings,
            }
            place = {"number": HOME, "name": "Eksempel kommune", "settings": settings}
            await tx.execute(insert(municipality).values(place))
            for name, one in self.ids.items():
                made = {"id": one, "kind": self.kinds[name], "created_at": self.moment}
                await tx.execute(insert(subject).values(made))
        for name, facts in self.story.who.items():
            known = {key: value for key, value in facts.items() if key not in ("kind", "comes_later")}
            if facts.get("comes_later"):
                continue
            first: Mapping[str, Any] = (
                {"name": f"{name} Nordmann", "email": f"{name.lower()}@post.example", **ANYBODY}
                if self.kinds[name] == "person"
                else {}
            )
            await self._record("population_register", name, {**first, **known}, None)

    async def _happens(self, one: Happening) -> None:
        if self.kinds[one.of] == "person" and ("person", one.of, "name") not in self.said and one.says:
            said = {"name": f"{one.of} Nordmann", "email": f"{one.of.lower()}@post.example", **ANYBODY}
            await self._record(one.by, one.of, {**said, **one.says}, one.on)
        else:
            await self._record(one.by, one.of, one.says, one.on)
        await self._record(one.by, one.of, one.corrects, None, anew=True)
        await self._record(one.by, one.of, dict.fromkeys(one.takes_back), None, gone=True)

    async def _record(
        self,
        source: str,
        name: str,
        values: Mapping[str, Any],
        since: date | None,
        *,
        anew: bool = False,
        gone: bool = False,
    ) -> None:
        """`since` None: it has been so as long as anybody knows."""
        if not values:
            return
        kind, statements = self.kinds[name], []
        for attribute, value in values.items():
            key = (kind, name, attribute)
            spans = () if gone else self._spans(f"{kind}.{attribute}", value, since)
            earlier = () if anew or gone else self.said.get(key, ())
            ended = tuple(
                Span(one.value, one.valid_from, one.valid_to or since, one.detail) for one in earlier
            )
            self.said[key] = spans if since is None else (*ended, *spans)
            ref = SubjectRef(kind, id=self.ids[name])
            statements.append(
                Statement(ref, f"{kind}.{attribute}", self.said[key], empty_is_known=isinstance(value, list))
            )
        async with self.database.begin() as tx:
            await self.following.record(
                tx, [(Provenance(source, "the story"), statements)], f"inbox:{new_id()}", self.moment
            )

    async def _confirm_contacts(self, day: date) -> None:
        """People look over their contact information once a year (eForvaltningsforskriften § 32)."""
        for name, kind in self.kinds.items():
            known = kind == "person" and ("person", name, "name") in self.said
            if known and self.confirmed.get(name, date.min) < day - timedelta(days=365):
                self.confirmed[name] = day
                await self._record("contact_register", name, {"contact_verified_on": day}, None, anew=True)

    def _spans(self, concept: str, value: Any, since: date | None) -> tuple[Span, ...]:
        known = self.catalogue.model.concepts[concept]
        values = value if isinstance(value, list) else [value]
        return tuple(
            Span(SubjectRef(self.kinds[one], id=self.ids[one]), since)
            if known.type.subject and one is not None
            else Span(_stored(one), since)
            for one in values
        )

    async def _next_day(self, day: date, waiting: list[Happening]) -> date | None:
        async with self.database.read() as tx:
            night = await tx.scalar(select(func.min(due.c.due_on)).where(due.c.due_on > day))
            sends = await tx.scalar(
                select(func.min(message.c.send_at)).where(
                    message.c.state == "waiting", message.c.send_at > self.moment
                )
            )
        days = [night, None if sends is None else local_date(sends), waiting[0].on if waiting else None]
        later = [one for one in days if one is not None and one > day]
        return min(later, default=None)

    async def _everything_told(self) -> Any:
        names = {one: name for name, one in self.ids.items()}
        question = (
            select(
                guidance.c.id,
                guidance.c.person_id,
                guidance.c.subject_id,
                guidance.c.content,
                message.c.channel,
                message.c.title,
                message.c.body,
                message.c.sent_at,
                message.c.created_at,
                message.c.state,
            )
            .join(message, message.c.guidance_id == guidance.c.id)
            .where(message.c.state.in_(("sent", "manual")))
            .order_by(message.c.created_at, guidance.c.id, message.c.channel)
        )
        async with self.database.read() as tx:
            rows = await tx.all(question)
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            found.setdefault(row["id"], []).append(row)
        told = [_as_told(together, names) for together in found.values()]
        for one in sorted(told, key=lambda one: (one.on, one.to, one.about, one.title)):
            yield one

    async def life_events(self) -> list[tuple[str, str, bool]]:
        """Who, what, and whether it stands."""
        names = {one: name for name, one in self.ids.items()}
        async with self.database.read() as tx:
            rows = await tx.all(select(life_event).order_by(life_event.c.occurred_on, life_event.c.kind))
        return [(names[row["subject_id"]], row["kind"], row["annulled_at"] is None) for row in rows]


def _as_told(rows: list[Mapping[str, Any]], names: Mapping[str, str]) -> Told:
    shown = next((row for row in rows if row["channel"] in ("chat", "letter")), rows[0])
    at = shown["sent_at"] or shown["created_at"]
    return Told(
        on=local_date(at),
        to=names[shown["person_id"]],
        about=names[shown["subject_id"]],
        title=shown["title"],
        body=shown["body"],
        rules=tuple(item["rule"] for item in shown["content"].get("items", ()))
        or tuple(shown["content"]["rules"]),
        by=" + ".join(row["channel"] for row in rows),
    )


def _stored(value: Any) -> Any:
    """As a register's client hands values on: dates as ISO text, whole numbers as such."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


async def _nobody_to_ask(args: Mapping[str, Any]) -> None:
    """There is no register in a story but what the story says."""


def tale(story: Story, told: list[Told]) -> Iterator[str]:
    """The story as a page of Markdown: what happened, and what people read."""
    yield f"# {story.title}\n\n{story.about}\n\n"
    days: list[tuple[date, int, str]] = [(one.on, 0, f"**{one.what}.**") for one in story.happens]
    days += [(one.on, 1, _read_by(one)) for one in told]
    for on, _, text in sorted(days, key=lambda one: one[:2]):
        yield f"*{on}* {text}\n\n"


def _read_by(one: Told) -> str:
    about = "" if one.about == one.to else f" about {one.about}"
    body = "\n".join(f"> {line}" if line else ">" for line in one.body.splitlines())
    return f"{one.to} is told{about} ({one.by}):\n\n> **{one.title}**\n>\n{body}"


__all__ = ["LIVES", "UTC", "Life", "Story", "Told", "stories", "tale"]
