"""A family in the twin, a mail server, an SMS gateway and a chat: what guidance is tried against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from assistant.config import AT_ANY_TIME, local_date
from assistant.demo.mailbox import Mailbox
from assistant.demo.sms_gateway import SmsGatewayServer
from assistant.determinations import DeterminationChange
from assistant.guidance import Delivery, Guidance
from assistant.store import Database, Identities, IdentityKeys, Transaction, Work
from assistant.store.columns import from_json, new_id, to_json
from assistant.store.tables import determination, message, subject
from assistant.twin import Changed, Provenance, Span, Statement, SubjectRef, Twin
from channels.chat import ChatChannel
from channels.email import EmailChannel, SmtpServer
from channels.sms import SmsChannel, SmsGateway
from rules import Catalogue, Determination
from rules.determination import LawReference

REDUCED = "kindergarten.reduced_fee"
TOKEN = "token-of-the-test"

ADULT: Mapping[str, Any] = {
    "birth_date": "1990-05-01",
    "death_date": None,
    "residence_status": "resident",
    "address_protection": "none",
    "address_key": "home",
    "reserved": False,
    "may_be_notified": True,
    "contact_verified_on": "2026-06-01",
    "language": "nb",
}


@dataclass
class Town:
    """The assistant's parts that guidance needs, with a clock the test turns."""

    database: Database
    catalogue: Catalogue
    mailbox: Mailbox
    gateway: SmsGatewayServer
    chat: ChatChannel = field(default_factory=ChatChannel)
    moment: datetime = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.twin = Twin(Identities(IdentityKeys.generate()), self.catalogue.model)
        self.guidance = Guidance(self.catalogue, self.twin, home="9999")
        server = SmtpServer("127.0.0.1", self.mailbox.port, timeout_seconds=2, whole_seconds=2)
        self.email = EmailChannel(server, self.now)
        self.sms = SmsChannel(SmsGateway(self.gateway.url, TOKEN, timeout_seconds=2), self.now)
        channels = {channel.name: channel for channel in (self.chat, self.email, self.sms)}
        self.delivery = Delivery(
            self.database,
            self.guidance,
            channels,
            self.now,
            "https://varde.example",
            AT_ANY_TIME,  # type: ignore[arg-type]
        )
        self.work = Work(self.database, self.delivery.handlers(), self.now)

    def now(self) -> datetime:
        return self.moment

    def later(self, **by: float) -> None:
        self.moment += timedelta(**by)

    async def add(self, name: str, **facts: Any) -> str:
        """A person with these facts; subject ids of others by their name here."""
        person = self.ids.setdefault(name, new_id())
        async with self.database.begin() as tx:
            await tx.execute(insert(subject).values(id=person, kind="person", created_at=self.moment))
            await self._state(tx, person, {"name": f"{name} Nordmann", **facts})
        return person

    async def state(self, name: str, **facts: Any) -> None:
        """A register says something new about a person, and guidance hears of it."""
        async with self.database.begin() as tx:
            await self._state(tx, self.ids[name], facts)
            changed = [Changed(self.ids[name], f"person.{concept}") for concept in facts]
            await self.guidance.reconsider(tx, changed, self.moment)

    async def _state(self, tx: Transaction, person: str, facts: Mapping[str, Any]) -> None:
        statements = [
            Statement(SubjectRef("person", id=person), f"person.{concept}", self._spans(value))
            for concept, value in facts.items()
        ]
        await self.twin.record(tx, statements, Provenance("population_register", "test"), self.moment)

    def _spans(self, value: Any) -> tuple[Span, ...]:
        if isinstance(value, list):
            return tuple(Span(SubjectRef("person", id=self.ids[one])) for one in value)
        return (Span(value),)

    async def family(
        self, kari: Mapping[str, Any] | None = None, ola: Mapping[str, Any] | None = None
    ) -> None:
        await self.add("Kari", **{**ADULT, "email": "kari@post.example", **(kari or {})})
        await self.add("Ola", **{**ADULT, "mobile": "+4793456789", "language": "nn", **(ola or {})})
        child = {
            "birth_date": "2024-03-01",
            "death_date": None,
            "address_protection": "none",
            "address_key": "home",
        }
        await self.add("Lise", **child, guardians=["Kari", "Ola"])

    async def change(
        self, answer: str = "yes", fee: int | None = 1636, cause: str = "inbox:1", **more: Any
    ) -> DeterminationChange:
        """A determination of the reduced fee for Lise, kept, as a change."""
        values = {} if fee is None else {"monthly_fee": Decimal(fee)}
        after = Determination(
            rule=REDUCED,
            rule_version="v1",
            on=local_date(self.moment),
            answer=answer,  # type: ignore[arg-type]
            values=values,
            missing=more.get("missing", ()),
            conditions=(),
            used=(),
            law=(LawReference("FOR-2005-12-16-1478", "§ 3b"),),
        )
        determination_id = new_id()
        async with self.database.begin() as tx:
            await tx.execute(
                insert(determination).values(
                    id=determination_id,
                    rule=REDUCED,
                    rule_version="v1",
                    subject_id=self.ids["Lise"],
                    on_date=after.on,
                    answer=answer,
                    record=from_json(to_json(after.as_json() | {"facts": []})),
                    digest="",
                    cause=cause,
                    made_at=self.moment,
                    current=False,
                )
            )
        return DeterminationChange(determination_id, REDUCED, self.ids["Lise"], "9999", None, after, cause)

    async def plan(self, *changes: DeterminationChange) -> tuple[str, ...]:
        async with self.database.begin() as tx:
            return await self.guidance.plan_for_changes(tx, changes, self.moment)

    async def messages(self, name: str) -> list[tuple[str, str, str]]:
        """(kind of channel, state, title) of each message to a person, oldest first."""
        async with self.database.read() as tx:
            rows = await tx.all(
                select(message)
                .where(message.c.person_id == self.ids[name])
                .order_by(message.c.created_at, message.c.channel)
            )
        return [(row["channel"], row["state"], row["title"]) for row in rows]

    async def count(self, table: Any) -> int:
        async with self.database.read() as tx:
            return int(await tx.scalar(select(func.count()).select_from(table)))
