"""The contact register: the documented question byte for byte, and all its table of attributes and code lists."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import aiohttp
import pytest

from assistant.registers import Contact, MalformedAnswer, statements_from_contact
from assistant.registers.contact import Postbox
from assistant.twin.facts import Span
from tests.integration.registers.replaying import Reply, Request, example, replaying, without_space
from tests.unit.registers.documents import MOTHER

PERSON = "20914695016"


async def test_the_question_is_the_documented_one_and_the_answer_has_one_comma_too_many(
    session: aiohttp.ClientSession,
) -> None:
    """As published the answer is no JSON, so it is refused; without that one comma it is read."""
    published = example("contact_4_answer_as_published.txt")
    mended = published.replace(b'+02",', b'+02"')
    assert len(published) - len(mended) == 1
    async with replaying(Reply(published), Reply(mended)) as replayed:
        contact = replayed.registers(session).contact
        with pytest.raises(MalformedAnswer, match="not JSON"):
            await contact.persons([PERSON])
        (one,) = await contact.persons([PERSON])

    documented = Request.published(example("contact_4_request.http"))
    for asked in replayed.asked:
        assert asked.line == f"{documented.line} HTTP/1.1"
        for name, value in documented.headers:
            assert asked.header(name) == value
        assert asked.body == without_space(documented.body)
    assert (one.identifier, one.status, one.reserved, one.notifiable) == (PERSON, "AKTIV", False, None)
    assert one.email is not None
    assert (one.email.value, one.email.confirmed_on) == ("NULLstillt@default.digdir.no", date(2023, 6, 29))


async def read(session: aiohttp.ClientSession, **answer: Any) -> Contact:
    person = {"personidentifikator": MOTHER, "status": "AKTIV", "reservasjon": "NEI"} | answer
    async with replaying(Reply(json.dumps({"personer": [person]}).encode())) as replayed:
        (found,) = await replayed.registers(session).contact.persons([MOTHER])
    return found


async def test_every_attribute_of_the_table(session: aiohttp.ClientSession) -> None:
    details = {
        "epostadresse": "NULLstillt@default.digdir.no",
        "epostadresse_oppdatert": "2022-08-05T10:45:15.768Z",
        "epostadresse_sist_verifisert": "2023-08-05T10:45:15.768Z",
        "mobiltelefonnummer": "+4799999999",
        "mobiltelefonnummer_oppdatert": "2023-07-05T10:45:15.768Z",
        "mobiltelefonnummer_sist_verifisert": "2023-07-06T10:45:15.768Z",
    }
    found = await read(
        session,
        reservasjon="JA",
        reservasjonstidspunkt="2023-06-13T13:42:34+02",
        reservasjon_oppdatert="2023-06-14T13:42:34+02",
        varslingsstatus="KAN_IKKE_VARSLES",
        kontaktinformasjon=details,
        postkasseadresse="ola.nordmann#9YDT",
        postkasseleverandoeradresse="984661185",
        sertifikat="X509Certificate",
        spraak="nn",
        spraak_oppdatert="2023-08-05T10:45:15.768Z",
    )

    assert (found.reserved, found.notifiable, found.language) == (True, False, "nn")
    assert found.reserved_at == datetime(2023, 6, 13, 11, 42, 34, tzinfo=UTC)
    assert found.reservation_updated_at == datetime(2023, 6, 14, 11, 42, 34, tzinfo=UTC)
    assert found.language_updated_at == datetime(2023, 8, 5, 10, 45, 15, 768000, tzinfo=UTC)
    assert (found.email.confirmed_on, found.mobile.confirmed_on) == (date(2023, 8, 5), date(2023, 7, 6))  # type: ignore[union-attr]
    assert found.postbox == Postbox("ola.nordmann#9YDT", "984661185", "X509Certificate")
    assert "ola.nordmann" not in repr(found)
    said = {one.concept: one.spans for one in statements_from_contact(found)}
    assert said["person.reserved"] == (
        Span(False, None, date(2023, 6, 13)),
        Span(True, date(2023, 6, 13)),
    )
    assert said["person.may_be_notified"] == (Span(False),)
    assert not any("postbox" in concept for concept in said)


@pytest.mark.parametrize(
    ("status", "reached"), [("AKTIV", True), ("SLETTET", False), ("IKKE_REGISTRERT", False)]
)
async def test_the_code_list_of_status(session: aiohttp.ClientSession, status: str, reached: bool) -> None:
    details = {"epostadresse": "a@example.no", "epostadresse_oppdatert": "2026-08-05T10:45:15Z"}
    found = await read(session, status=status, kontaktinformasjon=details)

    said = {one.concept: one.spans for one in statements_from_contact(found)}
    assert (said["person.email"][0].value == "a@example.no") is reached
    assert said["person.may_be_notified"][0].value is reached


@pytest.mark.parametrize(
    ("word", "notifiable"), [("KAN_VARSLES", True), ("KAN_IKKE_VARSLES", False), (None, None)]
)
async def test_the_code_list_of_varslingsstatus(
    session: aiohttp.ClientSession, word: str | None, notifiable: bool | None
) -> None:
    found = await read(session, varslingsstatus=word)

    assert found.notifiable is notifiable


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"status": "aktiv"}, "status"),
        ({"status": None}, "status"),
        ({"varslingsstatus": "KANSKJE"}, "varslingsstatus"),
        ({"reservasjonstidspunkt": "i fjor"}, "reservasjonstidspunkt"),
        ({"personidentifikator": PERSON}, "personidentifikator"),
        ({"kontaktinformasjon": ["a@example.no"]}, "kontaktinformasjon"),
    ],
)
async def test_what_is_outside_the_lists_or_about_somebody_else_is_refused_by_field(
    session: aiohttp.ClientSession, answer: dict[str, Any], field: str
) -> None:
    with pytest.raises(MalformedAnswer) as refused:
        await read(session, **answer)

    assert refused.value.field == f"personer[0].{field}"
    assert PERSON not in str(refused.value)
