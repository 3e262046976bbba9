"""The years of a made-up family: the right days, as text, as a page that stands alone and as a calendar."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from assistant.cli import main
from assistant.timeline import as_calendar, as_page, as_text, read_family
from rules import Catalogue
from rules.life_timeline import LifeDay, life_timeline

CATALOGUE = Catalogue.load()
FILE = Path(__file__).parents[3] / "docs" / "examples" / "family.json"
FIRST, UNTIL = date(2026, 9, 1), date(2044, 1, 1)
FAMILY = read_family(FILE.read_text(), "family.json", CATALOGUE)
DAYS = life_timeline(CATALOGUE, FAMILY.members, FIRST, UNTIL, FAMILY.settings)


def days_of(member: str, rule: str) -> list[tuple[str, str]]:
    return [(one.kind, str(one.day)) for one in DAYS if (one.member, one.rule.id) == (member, rule)]


def test_a_childs_years() -> None:
    assert days_of("Nora", "having_a_child.cash_for_care") == [
        ("now", "2026-09-01"),
        ("deadline", "2026-10-31"),
        ("ends", "2027-02-01"),
    ]
    # born 15 June 2025: to and including the month before she turns 18
    assert days_of("Nora", "having_a_child.child_benefit") == [("now", "2026-09-01"), ("ends", "2043-06-01")]
    assert days_of("Nora", "school.primary_school")[0] == ("begins", "2031-01-01")


def test_a_passport_is_told_of_once_a_renewal_and_the_car_at_its_deadline() -> None:
    assert days_of("Nora", "identity.passport") == [("begins", "2027-06-01"), ("deadline", "2028-06-01")]
    assert ("deadline", "2027-03-01") in days_of("Bilen", "vehicles.periodic_inspection")


def test_a_reminder_is_as_long_before_as_the_rule_says() -> None:
    (car,) = [one for one in DAYS if one.member == "Bilen" and one.kind == "deadline"]
    assert car.told_on == date(2027, 1, 1)


def test_the_days_are_in_order_each_once_and_within_the_period() -> None:
    assert [one.day for one in DAYS] == sorted(one.day for one in DAYS)
    assert len({one.key for one in DAYS}) == len(DAYS)
    assert all(FIRST <= one.day < UNTIL or one.kind == "deadline" for one in DAYS)


def test_the_end_of_a_duty_is_no_day() -> None:
    assert not [one for one in DAYS if one.kind == "ends" and one.rule.kind == "duty"]


def events(days: tuple[LifeDay, ...]) -> list[Any]:
    return list(Calendar.from_ical(as_calendar(days, "nb", FIRST)).walk("VEVENT"))


def test_the_calendar_is_read_back_with_its_days_and_reminders() -> None:
    found = events(DAYS)
    wanted = [one for one in DAYS if one.kind != "now"]
    assert [event.decoded("dtstart") for event in found] == [one.day for one in wanted]
    car = next(event for event in found if "EU-kontroll" in event["summary"])
    (alarm,) = car.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-59)
    assert car["url"].startswith("https://lovdata.no/")


def test_a_calendar_made_anew_has_the_same_events_and_the_same_bytes() -> None:
    assert as_calendar(DAYS, "nb", FIRST) == as_calendar(DAYS, "nb", FIRST)
    later = life_timeline(CATALOGUE, FAMILY.members, date(2026, 10, 1), UNTIL, FAMILY.settings)
    before = {event["uid"] for event in events(DAYS)}
    assert len({event["uid"] for event in events(later)} & before) > 0.9 * len(events(later))


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_tells_all_in_each_language_and_asks_no_other_host(language: str) -> None:
    page = as_page(DAYS, ["Nora", "Ingrid"], language)
    assert f'<html lang="{language}">' in page
    assert all(one.rule.title[language] in page for one in DAYS)
    assert not [word for word in ("<script", "src=", "@import") if word in page]
    assert len(as_text(DAYS, language).splitlines()) >= len(DAYS)


def test_names_are_text_on_the_page() -> None:
    page = as_page((), ["<script>alert(1)</script>"], "nb")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "has no members"),
        ({"members": [{"facts": {}}]}, "member 1: has no name"),
        ({"members": [{"name": "A", "kind": "cat"}]}, "member 1: kind is 'cat'; known here: "),
        ({"members": [{"name": "A"}, {"name": "A"}]}, "two members are called 'A'"),
        ({"members": [{"name": "A", "facts": {"birth_dat": "2020-01-01"}}]}, "did you mean birth_date"),
    ],
)
def test_what_is_no_family_is_told(
    given: object, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "family.json"
    path.write_text(json.dumps(given))
    assert main(["timeline", str(path), "--from", "2026-09-01", "--to", "2027-01-01"]) == 1
    assert fault in capsys.readouterr().err


@pytest.mark.parametrize(
    ("first", "until", "fault"),
    [
        ("soon", "2027-01-01", "--from: 'soon' is no day"),
        ("2027-01-01", "2026-01-01", "has no days"),
        ("2027-01-01", "2227-01-01", "longer than 120 years"),
    ],
)
def test_what_is_no_period_is_told(
    first: str, until: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timeline", str(FILE), "--from", first, "--to", until]) == 1
    assert fault in capsys.readouterr().err
