"""The preview of messages as its author meets it: samples, made-up people, a case opened for a stated purpose."""

from __future__ import annotations

import html
from typing import Any

import pytest
from shipped_rules import NOW
from site_under_test import Browser, Site
from sqlalchemy import insert, select, update

from assistant.config import local_date
from assistant.guidance.previewing import samples_of
from assistant.store.columns import new_id
from assistant.store.tables import case, guidance, municipality, usage
from assistant.twin import Provenance, Span, Statement, SubjectRef

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REAL = "02013299997"
"""A number of the form that will be given from 2032."""

MADE_UP = "01859099900"


async def written_to(site: Site, number: str, kind: str, **facts: Any) -> str:
    """A message of a kind, kept as guidance to somebody with that identity number; its id."""
    content = {**samples_of(kind)[0], "municipality": "9999", "party": True, "subject_name": "Oda"}
    async with site.parts.database.begin() as tx:
        if await tx.first(select(municipality)) is None:
            await tx.execute(insert(municipality).values(number="9999", name="Eksempel kommune", settings={}))
        person = await site.parts.identities.find_or_create(tx, "person", "national_id", number, NOW)
        known = {
            "death_date": None,
            "birth_date": "1990-05-01",
            "residence_status": "resident",
            "address_protection": "none",
            "reserved": False,
            **facts,
        }
        statements = [
            Statement(SubjectRef("person", id=person), f"person.{name}", (Span(value),))
            for name, value in known.items()
        ]
        twin = site.parts.guidance.twin
        await twin.record(tx, statements, Provenance("population_register", "test"), NOW)
        made, opened = new_id(), new_id()
        whom = {"person_id": person, "subject_id": person}
        await tx.execute(
            insert(guidance).values(
                id=made,
                **whom,
                kind=kind,
                rule="kindergarten.reduced_fee",
                cause=f"case:{opened}",
                content=content,
                created_at=NOW,
            )
        )
        await tx.execute(
            insert(case).values(
                id=opened,
                **whom,
                number=content.get("case_number", 1),
                municipality="9999",
                kind="apply_reduced_fee",
                status="decided",
                content={},
                received_at=NOW,
                due_on=local_date(NOW),
            )
        )
    return made


async def readings(site: Site, action: str = "read") -> list[str]:
    noted = select(usage.c.purpose).where(usage.c.actor_kind == "staff", usage.c.action == action)
    async with site.parts.database.read() as tx:
        rows = await tx.all(noted)
    return [row["purpose"] for row in rows]


async def asked(author: Browser, kind: str, **fields: str) -> tuple[int, str]:
    response = await author.post(f"/editor/messages/{kind}", fields)
    return response.status, html.unescape(await response.text())


async def test_every_kind_stands_there_with_each_of_its_samples(author: Browser) -> None:
    response = await author.get("/editor/messages")
    shown = html.unescape(await response.text())
    assert response.status == 200
    assert 'href="/editor/messages/decision_made"' in shown
    assert "✗" not in shown
    one = await author.get("/editor/messages/decision_made?sample=2")
    shown = html.unescape(await one.text())
    assert "Søknaden din er avslått" in shown
    assert "Your application is refused" in shown
    assert "GSM-7: 1 SMS. Prisen er ikke kjent." in shown
    assert (await author.get("/editor/messages/decision_made?sample=9")).status == 404
    assert (await author.get("/editor/messages/no_such_kind")).status == 404


async def test_a_made_up_resident_is_chosen_and_their_log_says_so(site: Site, author: Browser) -> None:
    made = await written_to(site, MADE_UP, "decision_made")
    page = await (await author.get("/editor/messages/decision_made")).text()
    assert made in page
    status, shown = await asked(author, "decision_made", example=made)
    assert status == 200
    assert "for Oda" in shown
    assert await readings(site) == ["to try the wording of a message"]


async def test_a_living_persons_message_needs_a_case_and_a_purpose(site: Site, author: Browser) -> None:
    made = await written_to(site, REAL, "decision_made")
    number = str(samples_of("decision_made")[0]["case_number"])
    assert made not in await (await author.get("/editor/messages/decision_made")).text()
    for fields in (
        {"example": made},
        {"case": number},
        {"case": "1", "words": "Ny tekst"},
        {"case": "x", "words": "y"},
        {},
    ):
        status, shown = await asked(author, "decision_made", **fields)
        assert status == 422
        assert "Oda" not in shown
    assert await readings(site) == []
    status, shown = await asked(author, "decision_made", case=number, words="Ny tekst")
    assert (status, "for Oda" in shown) == (200, True)
    assert await readings(site) == ["to try the wording of a message: Ny tekst"]


async def test_who_has_a_protected_address_is_not_shown_and_that_somebody_asked_is_noted(
    site: Site, author: Browser
) -> None:
    made = await written_to(site, MADE_UP, "decision_made", address_protection="strictly_confidential")
    status, shown = await asked(author, "decision_made", example=made)
    assert (status, "for Oda" in shown) == (422, False)
    assert await readings(site) == []
    assert await readings(site, "denied") == ["to try the wording of a message"]


async def test_a_value_that_is_missing_is_named(site: Site, author: Browser) -> None:
    made = await written_to(site, MADE_UP, "flag_renewed")
    async with site.parts.database.begin() as tx:
        content = await tx.scalar(select(guidance.c.content).where(guidance.c.id == made))
        less = {name: value for name, value in content.items() if name != "subject_name"}
        await tx.execute(update(guidance).where(guidance.c.id == made).values(content=less))
    status, shown = await asked(author, "flag_renewed", example=made)
    assert status == 200
    for language in ("nb", "nn", "en"):
        assert f"flag_renewed.chat.{language}.j2:1: name has no value" in shown
