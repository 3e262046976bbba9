"""The page of the twin: what it shows, to whom, what it showed on another day, and that readings are logged."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from place_town import FOLK, PLACE, TAX, TODAY, Browser, Town, income, person, says
from sqlalchemy import update

from assistant.store.tables import fact
from assistant.twin import Identifier, Provenance, Span, SubjectRef

PATH = "/me/twin"
SPACE = "\N{NO-BREAK SPACE}"
NO_HOME = "Adressen vises ikke"
VEHICLES = Provenance("vehicle_register", "et grunnlag for kjøretøy")
WORK = Provenance("employment_register", "et grunnlag for arbeid")
OWN_WORD = Provenance("person", "personvernforordningen artikkel 6")
CAR = SubjectRef("vehicle", Identifier("registration_number", "VV10001"))
JOB = SubjectRef("employment", Identifier("employment_number", "7"))
BOSS = SubjectRef("organisation", Identifier("organisation_number", "999100101"))


async def give_siri_a_car_and_a_job(town: Town) -> None:
    await town.tell(VEHICLES, says(CAR, registration_number="VV10001", owner=person("siri")))
    await town.tell(WORK, says(JOB, employee=person("siri"), employer=BOSS, occupation="Lærer"))
    await town.tell(WORK, says(BOSS, name="Vardevik kommune"))


async def id_of(town: Town, ref: SubjectRef) -> str:
    assert ref.identifier is not None
    async with town.assistant.database.read() as tx:
        found = await town.assistant.parts.identities.find(tx, ref.identifier.scheme, ref.identifier.value)
    assert found is not None
    return found


def boxes(page: str) -> list[str]:
    """The names in the picture, in the order the keyboard meets them (it is drawn twice, one is shown)."""
    found = re.findall(r'<text class="twin-box-name"[^>]*>(.*?)</text>', page, re.S)
    names = [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]
    assert names[: len(names) // 2] == names[len(names) // 2 :]
    return names[: len(names) // 2]


async def learnt_long_ago(town: Town, days: int) -> None:
    """All that is known was learnt so many days ago."""
    async with town.assistant.database.begin() as tx:
        moment = datetime.now(UTC) - timedelta(days=days)
        await tx.execute(update(fact).values(recorded_at=moment))


async def test_everything_of_mine_is_there_in_words_and_nothing_of_anybody_elses(entitled: Town):
    await give_siri_a_car_and_a_job(entitled)
    await learnt_long_ago(entitled, 92)
    siri, omar = await entitled.browser("siri"), await entitled.browser("omar")
    before = {name: len(await entitled.uses(name)) for name in ("siri", "emil", "omar", "per")}
    page = await siri.page(PATH)
    mine = [NO_HOME, "VV10001", "Vardevik kommune"]
    assert boxes(page) == ["Siri Steen", *mine, "Emil Steen", "Steinrøysa barnehage", "Omar Dal"]
    for words in (
        "Kilde: Kjøretøyregisteret",
        "Rettslig grunnlag: et grunnlag for kjøretøy",
        'Yrke:</span> <span class="value">Lærer',
        "(for 3 måneder siden)",
        f"180{SPACE}000{SPACE}kr",
    ):
        assert words in page, words
    assert 'style="' not in page
    assert not re.findall(r"(?<![0-9a-f])\d{11}(?![0-9a-f])", page)

    async def read(name: str) -> set[str]:
        uses = [
            use for use in (await entitled.uses(name))[before[name] :] if use["actor"] == entitled.ids["siri"]
        ]
        return {concept for use in uses for concept in use["concepts"]}

    assert {"vehicle.owner", "employment.occupation", "person.assessed_income"} <= await read("siri")
    assert {"kindergarten_place.kindergarten", "person.birth_date"} <= await read("emil")
    assert await read("omar") == {"person.name"}
    assert await read("per") == set()

    links = re.findall(r'href="(/me/twin\?node=[^"#]*)#n-([^"]*)"', page)
    assert len(links) == 2 * len(boxes(page))
    for path, key in links[: len(links) // 2]:
        opened = await siri.page(path.replace("&amp;", "&"))  # no script is needed to open it
        assert re.findall(r'<details id="n-([^"]*)"[^>]* open>', opened) == [key]

    page = await omar.page(PATH)
    assert boxes(page) == ["Omar Dal", NO_HOME, "Emil Steen", "Steinrøysa barnehage", "Siri Steen"]
    for secret in ("VV10001", "Vardevik kommune", f"180{SPACE}000", "1995"):
        assert secret not in page, secret


async def test_somebody_elses_part_is_not_there_and_the_asking_is_in_their_log(entitled: Town):
    await give_siri_a_car_and_a_job(entitled)
    per = await entitled.browser("per")
    theirs = [entitled.ids["siri"], *[await id_of(entitled, one) for one in (CAR, JOB, PLACE)]]
    for key in theirs:
        await per.page(f"{PATH}?node={key}", status=404)
    for key in (await id_of(entitled, BOSS), "00000000-0000-4000-8000-000000000000", "x" * 500):
        await per.page(f"{PATH}?node={key}", status=404)
    denied = await entitled.uses("siri", "denied")
    assert len(denied) == 3
    assert {use["actor"] for use in denied} == {entitled.ids["per"]}
    assert len(await entitled.uses("emil", "denied")) == 1  # whose place it is

    nobody: Browser = await entitled.browser()
    response = await nobody.http.get(nobody.base + PATH, allow_redirects=False)
    assert (response.status, response.headers["Location"].startswith("/login")) == (303, True)

    for asked, says_what in (
        ("2026-02-30", "Dette er ikke en dag"),
        ("20260101", "Dette er ikke en dag"),
        ("<script>", "Dette er ikke en dag"),
        ((TODAY + timedelta(days=2)).isoformat(), "Velg i dag eller en dag som har vært"),
    ):
        page = await per.page(f"{PATH}?known={asked}", status=400)
        assert says_what in page
        assert "<script>" not in page
        assert boxes(page)  # what is known now is there all the same


async def test_a_protected_home_is_kept_from_the_parent_who_lives_elsewhere_on_any_day(entitled: Town):
    """Also on days before it was protected."""
    await learnt_long_ago(entitled, 40)
    omar, siri = await entitled.browser("omar"), await entitled.browser("siri")
    days = ("", f"?known={TODAY.isoformat()}", f"?known={(TODAY - timedelta(days=10)).isoformat()}")
    for protected in (["siri", "emil"], ["siri"], ["emil"]):
        for name in ("siri", "emil"):
            level = "strictly_confidential" if name in protected else "none"
            await entitled.tell(FOLK, says(person(name), address_protection=level))
        for day in days:
            page = await omar.page(PATH + day)
            assert boxes(page) == ["Omar Dal", NO_HOME, "Emil Steen"], (day, protected)
            assert "Steinrøysa" not in page
            assert "Siri" not in page
            assert "Opplysninger om barnet vises ikke her" in page
            assert "Steinrøysa barnehage" in boxes(await siri.page(PATH + day))


async def test_from_fifteen_and_from_eighteen_a_parent_sees_less_whatever_day_is_shown(entitled: Town):
    await learnt_long_ago(entitled, 40)
    await entitled.tell(OWN_WORD, says(person("emil"), says_long_illness=Span(True)))
    siri, emil = await entitled.browser("siri"), await entitled.browser("emil")
    days = ("", f"?known={TODAY.isoformat()}", f"?known={(TODAY - timedelta(days=10)).isoformat()}")
    assert "sykdom" in (await siri.page(PATH)).lower()
    await entitled.tell(FOLK, says(person("emil"), birth_date=born(TODAY, 15).isoformat()))
    for day in days[:2]:
        assert "sykdom" not in (await siri.page(PATH + day)).lower()
        assert "sykdom" in (await emil.page(PATH + day)).lower()
    await entitled.tell(
        FOLK, says(person("emil"), birth_date=born(TODAY + timedelta(days=1), 18).isoformat())
    )
    assert "Emil Steen" in boxes(await siri.page(PATH))
    await entitled.tell(FOLK, says(person("emil"), birth_date=born(TODAY, 18).isoformat()))
    for day in days:
        page = await siri.page(PATH + day)
        assert "Emil Steen" not in boxes(page)
        assert "Steinrøysa" not in page


def born(day: date, years: int) -> date:
    """The birth date of one who turns so many years that day."""
    leap = (day.month, day.day) == (2, 29)
    return date(day.year - years, 3, 1) if leap else day.replace(year=day.year - years)


async def test_what_was_known_on_a_day_is_shown_with_what_has_changed_since(entitled: Town):
    await learnt_long_ago(entitled, 30)
    siri = await entitled.browser("siri")
    await give_siri_a_car_and_a_job(entitled)
    await entitled.tell(TAX, income("siri", 210_000))
    await entitled.tell(FOLK, says(person("siri"), marital_status="married"))
    page = await siri.page(f"{PATH}?known={(TODAY - timedelta(days=3)).isoformat()}")
    assert "VV10001" not in boxes(page)
    assert "Kjøretøy: VV10001" in page  # among what has come since
    assert f"180{SPACE}000{SPACE}kr" in page
    assert f"Endret siden. Nå: 210{SPACE}000{SPACE}kr" in page
    assert "Endret siden. Nå: Gift" in page
    now = await siri.page(PATH)
    assert "Endret siden" not in now
    assert f"180{SPACE}000" not in now
    before = await siri.page(f"{PATH}?known={(TODAY - timedelta(days=31)).isoformat()}")
    assert boxes(before) == ["Uten navn i registeret"]
