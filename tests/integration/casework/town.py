"""A small made-up municipality for the tests of casework: a family, a place, the rules, and a clock that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, update

from assistant.casework import Assessor, Casework, Submission
from assistant.determinations import Determinations, RuleVersions
from assistant.store import Database, Identities, IdentityKeys, Transaction, Work
from assistant.store.tables import municipality
from assistant.twin import Provenance, Span, Statement, SubjectRef, Twin
from rules import Catalogue

NUMBER = "9999"
SETTINGS = {"rounding": "half_up", "first_child": "youngest", "application_on_first_of_month": "same_month"}
MOTHER, FATHER, CHILD = "17885496359", "21868497414", "02092251234"  # synthetic: month + 80
OTHERS_CHILD = "05892398765"
PLACE = "P-1001"


@dataclass
class Told:
    """Keeps what people were to be told, in the place of the guidance room."""

    told: list[tuple[str, str, str, Mapping[str, Any]]] = field(default_factory=list)

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
    ) -> str:
        self.told.append((person_id, kind, cause, content))
        return f"told-{len(self.told)}"

    def kinds(self) -> list[str]:
        return [kind for _, kind, _, _ in self.told]


@dataclass
class Town:
    database: Database
    identities: Identities
    catalogue: Catalogue
    twin: Twin
    casework: Casework
    telling: Told
    now: datetime
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def build(cls, database: Database, now: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)) -> Town:
        identities, catalogue, telling = Identities(IdentityKeys.generate()), Catalogue.load(), Told()
        twin = Twin(identities, catalogue.model)
        casework = Casework(
            Assessor(Determinations(catalogue, RuleVersions(catalogue), twin, NUMBER)), telling
        )
        town = cls(database, identities, catalogue, twin, casework, telling, now)
        async with database.begin() as tx:
            await tx.execute(
                insert(municipality).values(number=NUMBER, name="Varden kommune", settings=SETTINGS)
            )
            await tx.execute(insert(municipality).values(number="8888", name="Andre kommune", settings={}))
        await town.family()
        return town

    def clock(self) -> datetime:
        return self.now

    async def family(self) -> None:
        """A mother alone with a child born 2024-04-01 (too young for core time before 2026-08-01), and a place."""
        async with self.database.begin() as tx:
            for name, kind, scheme, value in (
                ("mother", "person", "national_id", MOTHER),
                ("father", "person", "national_id", FATHER),
                ("child", "person", "national_id", CHILD),
                ("place", "kindergarten_place", "place_number", PLACE),
            ):
                self.ids[name] = await self.identities.find_or_create(tx, kind, scheme, value, self.now)
        await self.says(
            "population_register",
            {
                ("mother", "person.name"): "Kari Nordmann",
                ("mother", "person.address_key"): "home",
                ("mother", "person.address_protection"): "none",
                ("mother", "person.marital_status"): "unmarried",
                ("mother", "person.birth_date"): "1990-01-01",
                ("father", "person.name"): "Ola Hansen",
                ("father", "person.address_key"): "elsewhere",
                ("father", "person.address_protection"): "none",
                ("child", "person.name"): "Lise Nordmann",
                ("child", "person.birth_date"): "2025-04-01",
                ("child", "person.address_key"): "home",
                ("child", "person.address_protection"): "none",
                ("child", "person.municipality"): NUMBER,
                ("child", "person.parents"): [SubjectRef("person", id=self.ids["mother"])],
                ("child", "person.guardians"): [SubjectRef("person", id=self.ids["mother"])],
            },
        )
        await self.place(price=1200)

    async def place(self, price: int, starts_on: str = "2026-08-01", food: int = 489) -> None:
        await self.says(
            "kindergarten_system",
            {
                ("child", "person.kindergarten_place"): SubjectRef(
                    "kindergarten_place", id=self.ids["place"]
                ),
                ("place", "kindergarten_place.place_number"): PLACE,
                ("place", "kindergarten_place.kindergarten"): "Solsikken",
                ("place", "kindergarten_place.municipality"): NUMBER,
                ("place", "kindergarten_place.weekly_hours"): 45,
                ("place", "kindergarten_place.price"): price,
                ("place", "kindergarten_place.food"): food,
                ("place", "kindergarten_place.starts_on"): starts_on,
                ("place", "kindergarten_place.ends_on"): None,
            },
            valid_from=date.fromisoformat(starts_on),
        )

    async def income(self, amount: int | None, who: str = "mother", year: int = 2025) -> None:
        """The latest assessment says so much, NOK; None: it is taken back."""
        await self.says(
            "tax_administration",
            {
                (who, "person.assessed_income"): amount,
                (who, "person.income_shielded"): False,
            },
            valid_from=date(year + 1, 1, 1),
            valid_to=date(year + 3, 1, 1),
            scope=str(year),
            retract=amount is None,
        )

    async def says(
        self,
        source: str,
        facts: Mapping[tuple[str, str], Any],
        valid_from: date | None = None,
        valid_to: date | None = None,
        scope: str = "",
        retract: bool = False,
    ) -> None:
        statements = []
        for (who, concept), value in facts.items():
            values = value if isinstance(value, list) else [value]
            spans = () if retract else tuple(Span(one, valid_from, valid_to) for one in values)
            subject = SubjectRef(concept.partition(".")[0], id=self.ids[who])
            statements.append(Statement(subject, concept, spans, scope))
        async with self.database.begin() as tx:
            await self.twin.record(tx, statements, Provenance(source, "FOR-2005-12-16-1478 § 3e"), self.now)

    async def settings(self, **changed: Any) -> None:
        async with self.database.begin() as tx:
            await tx.execute(
                update(municipality)
                .where(municipality.c.number == NUMBER)
                .values(
                    settings={
                        key: value for key, value in {**SETTINGS, **changed}.items() if value is not None
                    }
                )
            )

    def submission(self, **given: Any) -> Submission:
        plain = Submission(
            errand="kindergarten.reduced_fee",
            person_id=self.ids["mother"],
            subject_id=self.ids["child"],
            municipality=NUMBER,
            duration="whole_stay",
        )
        return replace(plain, **given)

    async def apply(self, **given: Any) -> str:
        async with self.database.begin() as tx:
            return await self.casework.open_case(tx, self.submission(**given), self.now)

    async def work(self) -> int:
        """Run every job that waits."""
        handlers = {
            **self.casework.handlers(self.database, self.clock),
            "fetch_missing": no_register_answers,
            "fetch_for_case": self.nothing_new,
        }
        return await Work(self.database, handlers, self.clock).run_until_idle()

    async def nothing_new(self, args: Mapping[str, Any]) -> None:
        """The registers have nothing new of a case that is to be decided anew."""
        async with self.database.begin() as tx:
            await self.casework.decide_case(tx, args["case_id"], self.now)


async def no_register_answers(args: Mapping[str, Any]) -> None:
    """In this town the twin knows what it knows: there is nobody to fetch from."""
