"""Every past decision can be explained again, exactly, whatever has been learnt since."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert
from town import NUMBER, Town

from assistant.casework import case_rows
from assistant.casework.explaining import ThenAndNow, explain_again
from assistant.determinations import explained
from assistant.store import Transaction
from assistant.store.columns import new_id, to_json
from assistant.store.tables import rule_version
from assistant.twin import Provenance, Span, Statement, SubjectRef

RULES = ("kindergarten.reduced_fee", "kindergarten.core_time", "kindergarten.monthly_fee")
ON = date(2026, 12, 1)


async def granted(town: Town) -> str:
    await town.income(150_000)
    case_id = await town.apply()
    await town.work()
    return case_id


async def explained_again(town: Town, case_id: str) -> ThenAndNow:
    async with town.database.begin() as tx:
        opened = await case_rows.case_by_id(tx, case_id)
        (made,) = await case_rows.decisions_in(tx, case_id)
        assert opened is not None
        return await explain_again(tx, town.casework.assessor, opened, made, town.now)


async def test_a_decision_reads_as_it_did_when_it_was_made(town: Town):
    case_id = await granted(town)
    town.now += timedelta(days=40)
    await town.income(200_000)
    await town.place(price=1000)
    await town.settings(rounding="none", first_child="oldest")
    both = await explained_again(town, case_id)
    assert (both.exact, both.other_rules) == (True, False)
    assert both.then_terms.fee == Decimal(818)
    assert both.now.terms.fee == Decimal(1000)


async def test_a_rule_that_was_saved_since_is_not_the_rule_one_decided_by(town: Town):
    case_id = await granted(town)
    town.now += timedelta(days=40)
    rule = town.catalogue.rules["kindergarten.monthly_fee"]
    async with town.database.begin() as tx:
        await tx.execute(
            insert(rule_version).values(
                id=new_id(),
                rule=rule.id,
                number=1,
                applies_from=date(2026, 8, 1),
                text=rule.text.replace("else round", "else 7 + round"),
                digest="f" * 64,
                saved_by="Rune",
                saved_at=town.now,
                note="",
            )
        )
    both = await explained_again(town, case_id)
    assert both.exact
    assert (both.then_terms.fee, both.now.terms.fee) == (Decimal(818), Decimal(825))
    versions = {record["rule"]: record["rule_version"] for record in both.now.assessment.records}
    assert versions[rule.id] != rule.version


async def test_what_was_taken_back_is_still_what_one_decided_on(town: Town):
    case_id = await granted(town)
    town.now += timedelta(days=1)
    await town.income(None)
    both = await explained_again(town, case_id)
    assert both.exact
    assert both.now.terms.answer == "undetermined"


# ---- whatever is said, corrected and taken back, in whatever order ------------------------------------


@dataclass
class Saying:
    """Registers that say anything about the family: true, corrected, annulled, said again."""

    town: Town
    chance: random.Random

    def statement(self) -> tuple[str, Statement]:
        ref, what = (
            self._ref,
            self.chance.choice(["income", "price", "address", "spouse", "born", "guardians"]),
        )
        if what == "income":
            who, year = self.chance.choice(["mother", "father"]), self.chance.choice([2024, 2025])
            span = Span(
                self.chance.choice([90_000, 150_000, 400_000]), date(year + 1, 1, 1), date(year + 3, 1, 1)
            )
            return "tax_administration", self.said(who, "person.assessed_income", span, scope=str(year))
        if what == "price":
            span = Span(
                self.chance.choice([0, 900, 1200]), self.chance.choice([date(2026, 8, 1), date(2027, 1, 1)])
            )
            return "kindergarten_system", self.said("place", "kindergarten_place.price", span)
        if what == "address":
            span = Span(self.chance.choice(["home", "elsewhere"]))
            who = self.chance.choice(["mother", "father", "child"])
            return "population_register", self.said(who, "person.address_key", span)
        if what == "spouse":
            return "population_register", self.said("mother", "person.spouse", Span(ref("father")))
        if what == "born":
            span = Span(self.chance.choice(["2024-04-01", "2025-04-01"]))
            return "population_register", self.said("child", "person.birth_date", span)
        parents = tuple(
            Span(ref(one)) for one in self.chance.sample(["mother", "father"], self.chance.choice([1, 2]))
        )
        return "population_register", self.said("child", "person.parents", *parents)

    def _ref(self, name: str) -> SubjectRef:
        return SubjectRef("person", id=self.town.ids[name])

    def said(self, who: str, concept: str, *spans: Span, scope: str = "") -> Statement:
        if self.chance.random() < 0.15:
            spans = ()  # taken back
        kind = concept.partition(".")[0]
        return Statement(SubjectRef(kind, id=self.town.ids[who]), concept, spans, scope)


async def said_of_the_child(
    town: Town, tx: Transaction, now: datetime, known_at: datetime | None = None
) -> str:
    found: list[dict[str, Any]] = []
    for rule in RULES:
        result = await town.casework.assessor.determinations.determine_now(
            tx, rule, town.ids["child"], ON, now, known_at
        )
        found.append(explained(result.determination, result.view))
    return to_json(found)


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_determined_at_a_moment_is_got_again_from_what_was_known_then(town: Town, seed: int):
    saying = Saying(town, random.Random(seed))
    await town.income(150_000)
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)
    determined: list[tuple[datetime, str]] = []
    for _ in range(10):
        moment += timedelta(seconds=saying.chance.choice([1, 60, 86_400]))
        async with town.database.begin() as tx:
            for _ in range(saying.chance.choice([1, 1, 3])):  # several in one message of a register
                source, statement = saying.statement()
                await town.twin.record(tx, [statement], Provenance(source, "§"), moment)
            determined.append((moment, await said_of_the_child(town, tx, moment)))
    assert len({said for _, said in determined}) > 2  # the sequence did change things
    async with town.database.begin() as tx:
        for at, said in determined:
            assert await said_of_the_child(town, tx, moment, known_at=at) == said, (seed, at)


async def test_nothing_was_known_before_it_was_said(town: Town):
    async with town.database.begin() as tx:
        before = await said_of_the_child(town, tx, town.now, known_at=town.now - timedelta(seconds=1))
    assert '"answer":"yes"' not in before
    assert NUMBER not in before
