"""What the person sees of what is held, takes away, and reads of who has used it; and nobody else does."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date

import pytest
from desk_of_town import NOBODY, fact_of, log_of, worker
from place_town import FOLK, TODAY, Town, person, says

from assistant.mydata.export import FORMAT
from assistant.twin import Span, Statement, Use, log_usage
from assistant.twin.usage_chain import verify

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATHS = ("/me/data", "/me/data/everything", "/me/data/export.json", "/me/data/log", "/me/data/usage.json")
LAW = "lov om hemmelig bruk § 1"


async def test_all_that_is_held_in_words_and_to_take_away(entitled: Town) -> None:
    siri = await entitled.browser("siri")
    page = await siri.page("/me/data")
    for seen in (
        "Siri Steen",
        "180\u00a0000\u00a0kr",
        "Skatteetaten",
        "Du selv",
        "Om Emil Steen",
        "Steinrøysa",
    ):
        assert seen in page, seen
    for seen in ("Inntekt, skatt og arbeid", "Å finne rettigheter og plikter:", "Ikke fastsatt", "Meldinger"):
        assert seen in page, seen
    paper = await siri.page("/me/data/everything")
    assert "180\u00a0000\u00a0kr" in paper
    assert "<details" not in paper
    assert "17885496359" not in page + paper

    export = json.loads(await siri.page("/me/data/export.json"))
    assert (export["format"], export["subject"]) == (FORMAT, entitled.ids["siri"])
    facts = {one["concept"]: one["value"] for one in export["me"]["facts"]}
    assert facts["person.assessed_income"] == 180_000
    assert export["me"]["messages"]
    assert export["me"]["logins"]
    assert [child["name"] for child in export["children"]] == ["Emil Steen"]
    assert verify(export["usage_log"]).faults == ()
    for other in ("omar", "per"):
        assert entitled.ids[other] not in json.dumps(export), other

    response = await siri.http.get(siri.base + "/me/data/export.zip")
    archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    assert {"facts.csv", "messages.csv", "usage_log.csv"} <= set(archive.namelist())
    rows = list(csv.DictReader(io.StringIO(archive.read("facts.csv").decode("utf-8-sig"))))
    assert {"me", "Emil Steen"} == {row["about"] for row in rows}
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@"))]


async def test_the_log_is_filtered_paged_and_questioned(entitled: Town) -> None:
    siri, emil = await entitled.browser("siri"), entitled.ids["emil"]
    async with entitled.assistant.database.begin() as tx:
        many = [
            Use(
                entitled.ids["siri"],
                "staff",
                f"Worker {n}",
                "read",
                "to handle case 202600001",
                "§ 1",
                ("case",),
            )
            for n in range(60)
        ]
        hidden = Use(
            entitled.ids["siri"], "staff", "Secret Service", "read", "secret", "§ 1", ("case",), withheld=LAW
        )
        await log_usage(tx, [*many, hidden], entitled.assistant.clock())
    page = await siri.page("/me/data/log")
    assert f"Én linje vises ikke nå, etter {LAW}" in page
    assert "Secret Service" not in page
    staff = await siri.page("/me/data/log?actor=staff")
    assert "60 linjer" in staff
    assert "Automatisk regel" not in staff
    assert "Worker 59" in staff
    second = await siri.page("/me/data/log?actor=staff&page=2")
    assert "Worker 5<" in second
    assert "Worker 59" not in second
    assert "0 linjer" in await siri.page("/me/data/log?year=1999")
    for wrong in ("year=x", "page=0", "page=9999999999", "actor=cat", "action=eat"):
        await siri.page(f"/me/data/log?{wrong}", status=400)

    rows = await log_of(entitled, "siri")
    secret = next(row for row in rows if row["withheld"])
    await siri.page(f"/me/data/log/{secret['number']}/question", status=404)
    seen = next(row for row in rows if row["actor"] == "Worker 3")
    ask = f"/me/data/log/{seen['number']}/question"
    assert "Worker 3" in await siri.page(ask)
    assert "Skriv hva du lurer på." in await siri.send(ask, status=422, reason=" ")
    receipt = await siri.send(ask, reason="Hvorfor? 010190 12345")
    assert re.search(r"Ta vare på nummeret: \d{9}\.", receipt)
    assert "12345" not in receipt
    assert "Spørsmål om bruk" in await siri.page("/me/data/requests")

    child = await siri.page(f"/me/data/log?about={emil}")
    assert "Bruksloggen for Emil Steen" in child
    exported = json.loads(await siri.page("/me/data/usage.json"))
    verdict = verify(exported)
    assert verdict.faults == ()
    assert verdict.withheld >= 1
    assert "Secret Service" not in json.dumps(exported)


async def test_nobody_else_sees_any_of_it_and_the_attempt_is_logged(entitled: Town) -> None:
    per = await entitled.browser("per")
    for path in PATHS:
        page = await per.page(path)
        assert "Steinrøysa" not in page, path
        assert "180" not in re.sub(r"<[^>]*>|\d{4}-\d\d-\d\dT\S*|[0-9a-f-]{36,64}", "", page), path
    await per.page(f"/me/data/log?about={entitled.ids['siri']}", status=404)
    await per.page(f"/me/data/log/1/question?about={entitled.ids['emil']}", status=404)
    await per.page(f"/me/data/log?about={NOBODY}", status=404)
    income = await fact_of(entitled, "siri", "person.assessed_income")
    for what in ("wrong", "restriction"):
        await per.page(f"/me/data/facts/{income}/{what}", status=404)
        await per.send(f"/me/data/facts/{income}/{what}", status=404, action="send", reason="mitt")
        await per.page(f"/me/data/facts/{NOBODY}/{what}", status=404)
    assert {use["actor"] for use in await entitled.uses("siri", "denied")} == {entitled.ids["per"]}
    assert await entitled.uses("emil", "denied")
    # A case worker has no way in to a resident's pages, nor a stranger.
    desk, stranger = await worker(entitled), await entitled.browser()
    for path in PATHS:
        await desk.page(path, status=403)
        answer = await stranger.http.get(stranger.base + path, allow_redirects=False)
        assert answer.status == 303


async def test_the_other_parent_learns_nothing_of_this_one(entitled: Town) -> None:
    """Omar is Emil's guardian and lives elsewhere: Siri's income, and that she has read or asked, are hers."""
    siri, omar = await entitled.browser("siri"), await entitled.browser("omar")
    await siri.send("/me/errands", definition="apply_reduced_fee", child=entitled.ids["emil"])
    await siri.page("/me/data")
    for path in (*PATHS, f"/me/data/log?about={entitled.ids['emil']}"):
        page = await omar.page(path)
        assert "180\u00a0000" not in page, path
        assert "180000" not in page, path
        assert entitled.ids["siri"] not in page, path
    child = await omar.page(f"/me/data/log?about={entitled.ids['emil']}")
    assert "En annen innbygger" not in child
    assert re.search(r"linjer? handler om andre enn barnet", child)
    # With a protected address, nothing of the child is there at all.
    await entitled.tell(FOLK, says(person("siri"), address_protection="strengtFortrolig"))
    await omar.page(f"/me/data/log?about={entitled.ids['emil']}", status=404)
    for path in PATHS:
        assert "Steinrøysa" not in await omar.page(path), path


async def test_where_a_child_once_lived_is_for_the_child_alone(entitled: Town) -> None:
    """It may be the home of the other parent, and protected since."""
    moved = date(2025, 1, 1)
    lived = (Span("Gamlevegen 1", date(2024, 1, 1), moved), Span("Nyvegen 2", moved))
    await entitled.tell(FOLK, [Statement(person("emil"), "person.address", lived)])
    for key in ("siri", "omar"):
        page = await (await entitled.browser(key)).page("/me/data")
        assert "Nyvegen 2" in page
        assert "Gamlevegen" not in page
    assert "Gamlevegen 1" in await (await entitled.browser("emil")).page("/me/data")


async def test_from_fifteen_the_young_person_decides(entitled: Town) -> None:
    born = date(TODAY.year - 16, 1, 1)
    await entitled.tell(FOLK, says(person("emil"), birth_date=born.isoformat()))
    siri, emil = await entitled.browser("siri"), await entitled.browser("emil")
    page = await siri.page("/me/data")
    assert "Fra 15 år bestemmer Emil Steen selv" in page
    home = await fact_of(entitled, "emil", "person.address_key")
    protection = await fact_of(entitled, "emil", "person.address_protection")
    await siri.page(f"/me/data/facts/{home}/wrong")  # she may say that it is wrong
    await siri.page(f"/me/data/facts/{protection}/wrong", status=404)  # confidential: not hers to see
    await siri.page(f"/me/data/facts/{home}/restriction", status=404)  # and not hers to stop
    await siri.send(f"/me/data/facts/{home}/restriction", status=404, reason="stans")
    await siri.page(f"/me/data/log?about={entitled.ids['emil']}", status=404)
    await emil.page(f"/me/data/facts/{home}/restriction")
    await emil.page(f"/me/data/facts/{protection}/wrong")
    await emil.page("/me/data/log")
