"""Letters that people must send: a list that names nobody, a door with a reason, and what was done is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_of_town import log_of, worker
from place_town import FOLK, Town, person, says
from sqlalchemy import insert, select, update

from assistant.store.columns import new_id
from assistant.store.tables import delivery, guidance, job, message
from tests.pdf_reading import unpacked

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOME = "Storgata 1, 0001 Sted"
SAID = "Siri, du kan få gratis kjernetid."


async def a_letter(town: Town, by_hand: str = "reserved", state: str = "manual", age: int = 0) -> str:
    now, letter = town.assistant.clock() - timedelta(days=age), new_id()
    content = {"rules": ["kindergarten.reduced_fee"], "municipality": "9999", "by_hand": by_hand}
    told = {
        "id": new_id(),
        "person_id": town.ids["siri"],
        "subject_id": town.ids["emil"],
        "kind": "right_found",
        "rule": "kindergarten.reduced_fee",
        "cause": f"test:{letter}",
        "content": content,
        "created_at": now,
    }
    written = {
        "id": letter,
        "guidance_id": told["id"],
        "person_id": town.ids["siri"],
        "channel": "letter",
        "language": "nb",
        "title": "Du kan ha rett til dette",
        "body": SAID,
        "why": {},
        "created_at": now,
        "send_at": now,
        "state": state,
        "sent_at": now if state == "sent" else None,
    }
    async with town.assistant.database.begin() as tx:
        await tx.execute(insert(guidance).values(told))
        await tx.execute(insert(message).values(written))
        if state == "sent":
            tried = {"id": new_id(), "message_id": letter, "attempt": 1, "at": now, "detail": "print_folder"}
            await tx.execute(insert(delivery).values(**tried, outcome="accepted"))
    return letter


async def state_of(town: Town, letter: str) -> str:
    async with town.assistant.database.read() as tx:
        return str(await tx.scalar(select(message.c.state).where(message.c.id == letter)))


async def test_a_letter_is_opened_with_a_reason_and_sent_by_hand(entitled: Town) -> None:
    await entitled.tell(FOLK, says(person("siri"), address=HOME))
    letter = await a_letter(entitled)
    desk = await worker(entitled)
    listed = await desk.page("/desk/letters")
    assert f"/desk/letters/{letter}" in listed
    assert "Siri" not in listed
    assert "Hvorfor åpner du brevet" in await desk.page(f"/desk/letters/{letter}.pdf")
    door = await desk.page(f"/desk/letters/{letter}")
    assert "Hvorfor åpner du brevet" in door
    assert "Siri" not in door
    assert "Skriv hvorfor" in await desk.send(f"/desk/letters/{letter}/open", status=422, reason="other")
    page = await desk.send(f"/desk/letters/{letter}/open", reason="other", words="Hun ringte")
    assert "Siri Steen" in page
    assert "Storgata 1, 0001 Sted" in page
    assert SAID in page
    assert f'href="/desk/letters/{letter}.pdf"' in page
    paper = await desk.http.get(f"{desk.base}/desk/letters/{letter}.pdf")
    assert (paper.status, paper.content_type) == (200, "application/pdf")
    assert "pdfuaid" in unpacked(await paper.read())
    assert "prøve på nytt" not in page  # there is no print folder here
    assert "Skriv hvordan brevet ble sendt" in await desk.send(
        f"/desk/letters/{letter}", status=422, action="sent"
    )
    after = await desk.send(f"/desk/letters/{letter}", action="sent", how="i posten")
    assert f"/desk/letters/{letter}" not in after
    assert await state_of(entitled, letter) == "sent"
    await desk.send(f"/desk/letters/{letter}", status=409, action="sent", how="i posten")
    logged = [str(row["purpose"]) for row in await log_of(entitled, "siri")]
    assert f"to open letter {letter[:8]} (other): Hun ringte" in logged
    assert "to send a letter by hand" in logged
    assert not [one for row in await log_of(entitled, "emil") if "letter" in (one := str(row["purpose"]))]
    siri = await entitled.browser("siri")
    assert "Åpnet et brev til deg: annet (“Hun ringte”)" in await siri.page("/me/data/log")


async def test_a_protected_address_is_shown_to_nobody(entitled: Town) -> None:
    await entitled.tell(
        FOLK, says(person("siri"), address="Storgata 1, 0001 Sted", address_protection="confidential")
    )
    letter = await a_letter(entitled)
    desk = await worker(entitled)
    page = await desk.send(f"/desk/letters/{letter}/open", reason="send")
    assert "Adressen er beskyttet" in page
    assert "Storgata" not in page


async def test_what_is_being_posted_is_not_sent_by_hand_too(entitled: Town) -> None:
    letter = await a_letter(entitled)
    desk = await worker(entitled)
    await desk.send(f"/desk/letters/{letter}/open", reason="send")
    begun = {
        "id": new_id(),
        "message_id": letter,
        "attempt": 1,
        "at": entitled.assistant.clock(),
        "detail": "",
    }
    async with entitled.assistant.database.begin() as tx:
        await tx.execute(insert(delivery).values(**begun, outcome="begun"))
    await desk.send(f"/desk/letters/{letter}", status=409, action="sent", how="i posten")
    async with entitled.assistant.database.begin() as tx:
        await tx.execute(update(delivery).values(outcome="failed"))
    assert "Utskriftsmappa kan ikke skrives til" in await desk.page("/desk/letters")
    await desk.send(f"/desk/letters/{letter}", action="again")
    async with entitled.assistant.database.read() as tx:
        assert await tx.scalar(select(job.c.id).where(job.c.task == "post_letter")) is not None


async def test_what_lies_unprinted_is_listed_and_another_municipality_sees_nothing(entitled: Town) -> None:
    fresh, stale = await a_letter(entitled, state="sent"), await a_letter(entitled, state="sent", age=4)
    judged = await a_letter(entitled, by_hand="protected_other")
    listed = await (await worker(entitled)).page("/desk/letters")
    assert stale in listed
    assert judged in listed
    assert fresh not in listed
    elsewhere = await worker(entitled, municipality="8888")
    assert judged not in await elsewhere.page("/desk/letters")
    await elsewhere.page(f"/desk/letters/{judged}", status=404)
    await elsewhere.page(f"/desk/letters/{judged}/open", status=404)
