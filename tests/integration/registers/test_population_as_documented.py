"""The population register's feed and documents, asked for and read exactly as they were published."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from assistant.registers import MalformedAnswer, RegisterUnavailable, statements_from_person_document
from assistant.registers.population import EntityChange
from tests.integration.registers.replaying import TOKEN, Reply, example, replaying, without_space
from tests.unit.registers.documents import CHILD, MOTHER, lives, person

BASE = "/folkeregisteret/offentlig-med-hjemmel/api/v1"
ETAG = '"55591b51b20518f4"'
PERSON = "10858197681"


async def test_the_feed_and_its_304(session: aiohttp.ClientSession) -> None:
    published = Reply(example("population_3_feed.json"), headers={"ETag": ETAG})
    unchanged = Reply(status=304, headers={"ETag": ETAG})
    async with replaying(published, unchanged) as replayed:
        population = replayed.registers(session).population
        page = await population.feed(1)
        again = await population.feed(1, page.etag)

    first, second = replayed.asked
    assert first.line == second.line == f"GET {BASE}/hendelser/feed/?seq=1 HTTP/1.1"
    assert (first.header("Accept"), first.header("Authorization")) == ("application/json", f"Bearer {TOKEN}")
    assert (first.header("If-None-Match"), second.header("If-None-Match")) == (None, ETAG)
    assert [event.sequence for event in page.events] == [1, 2]
    assert {event.identifier for event in page.events} == {"69028400470"}
    assert (page.etag, page.next_position(1)) == (ETAG, 3)
    assert (again.not_modified, again.events, again.etag, again.next_position(3)) == (True, (), ETAG, 3)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("change", EntityChange("annenIdentifikasjon", "registrereNy")),
        ("correction", EntityChange("identitetsgrunnlag", "korrigere")),
        ("annulment", EntityChange("annenIdentifikasjon", "annullere")),
        ("historic_correction", EntityChange("identitetsgrunnlag", "korrigereHistorisk")),
    ],
)
async def test_event_documents(session: aiohttp.ClientSession, name: str, change: EntityChange) -> None:
    published = example(f"population_3_{name}.json")
    id_ = json.loads(published)["dokumentidentifikator"]
    in_bulk = b"[" + published + b"]"
    async with replaying(Reply(published), Reply(in_bulk)) as replayed:
        population = replayed.registers(session).population
        document = await population.event(id_)
        (same,) = await population.events([id_])
        with pytest.raises(MalformedAnswer, match="is not a document asked for"):
            await population.events(["0" * 32])

    one, bulk, _ = replayed.asked
    assert one.line == f"GET {BASE}/hendelser/{id_} HTTP/1.1"
    assert bulk.line == f"POST {BASE}/hendelser/bulkoppslag/ HTTP/1.1"
    assert bulk.body == without_space(f'{{"dokumentidentifikator":["{id_}"]}}')
    assert document == same
    assert (document.identifier, document.changes) == ("16117548867", (change,))


async def test_the_published_person(session: aiohttp.ClientSession) -> None:
    published = example("population_3_person_document.json")
    answer = b'{"oppslag":[{"foedselsEllerDNummer":"%s","folkeregisterperson":%s}]}' % (
        PERSON.encode(),
        published,
    )
    async with replaying(Reply(answer)) as replayed:
        document = await replayed.registers(session).population.person(PERSON)

    (asked,) = replayed.asked
    assert asked.line == f"POST {BASE}/personer/bulkoppslag/ HTTP/1.1"
    assert asked.body == f'{{"foedselsEllerDNummer":["{PERSON}"]}}'.encode()
    said = {one.concept: one.spans for one in statements_from_person_document(document)}
    assert said["person.birth_date"][0].value == "1981-05-10"
    assert said["person.marital_status"][-1].value == "married"
    assert said["person.residence_status"][-1].value == "resident"
    assert [span.value for span in said["person.municipality"]][-1] == "3006"
    assert said["person.address_protection"][-1].value == "none"
    assert len(said["person.children"]) == 1


async def test_somebody_elses_document_is_refused(session: aiohttp.ClientSession) -> None:
    def answer(identifier: str, content: dict[str, Any]) -> Reply:
        return Reply(
            json.dumps(
                {"oppslag": [{"foedselsEllerDNummer": identifier, "folkeregisterperson": content}]}
            ).encode()
        )

    childs = dict(person(CHILD, bostedsadresse=[lives()]).content)
    for reply, where in (
        (answer(CHILD, childs), r"oppslag\[0\]\.foedselsEllerDNummer"),  # labelled as somebody else's
        (answer(MOTHER, childs), "identifikasjonsnummer"),  # and labelled as hers, but it is not
    ):
        async with replaying(reply) as replayed:
            with pytest.raises(MalformedAnswer, match=where) as refused:
                await replayed.registers(session).population.person(MOTHER)
        assert CHILD not in str(refused.value)
        assert MOTHER not in str(refused.value)


async def test_a_person_who_has_had_another_number_is_answered_by_either(
    session: aiohttp.ClientSession,
) -> None:
    content = dict(person(CHILD, bostedsadresse=[lives()]).content)
    former = content["identifikasjonsnummer"][0] | {"foedselsEllerDNummer": MOTHER, "erGjeldende": False}
    content["identifikasjonsnummer"] = [*content["identifikasjonsnummer"], former]
    answer = {"oppslag": [{"foedselsEllerDNummer": MOTHER, "folkeregisterperson": content}]}
    async with replaying(Reply(json.dumps(answer).encode())) as replayed:
        document = await replayed.registers(session).population.person(MOTHER)

    assert document.identifier == MOTHER


async def test_the_wait_it_asks_for_is_in_milliseconds(session: aiohttp.ClientSession) -> None:
    async with replaying(Reply(b"{}", 429, {"Retry-After": "1500"})) as replayed:
        with pytest.raises(RegisterUnavailable) as busy:
            await replayed.registers(session).population.feed(1)

    assert busy.value.retry_after == 1.5
