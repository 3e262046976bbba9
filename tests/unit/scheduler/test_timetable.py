"""What the clock does by itself, and that the page about it says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.config import Config, LetterSettings, RegisterSettings, TaxAdministrationSettings
from scheduler import Daily, Job, timetable

RUNNING = Path(__file__).parents[3] / "docs" / "running.md"


def polled(config: Config) -> list[str]:
    return [job.name for job in timetable(config) if job.name.startswith("poll_")]


def test_only_registers_that_are_connected_are_polled() -> None:
    connected = TaxAdministrationSettings(base_url="http://127.0.0.1:1")
    assert polled(Config()) == []
    assert polled(Config(tax_administration=connected)) == ["poll_tax_administration"]


def all_jobs() -> tuple[Job, ...]:
    somewhere = "http://127.0.0.1:1"
    return timetable(
        Config(
            population_register=RegisterSettings(base_url=somewhere),
            tax_administration=TaxAdministrationSettings(base_url=somewhere),
            kindergarten_system=RegisterSettings(base_url=somewhere),
            letter=LetterSettings(folder=Path("print"), sender="Eksempel kommune"),
        )
    )


def test_the_page_about_running_shows_the_timetable_as_it_is() -> None:
    written = re.findall(r"^\| `(\w+)` \| (.+) \|$", RUNNING.read_text("utf-8"), re.MULTILINE)
    assert written == [(job.name, f"{job.when} | {job.why} | {job.if_missed}") for job in all_jobs()]


def test_each_job_has_a_name_of_its_own_and_daily_ones_come_while_people_sleep() -> None:
    jobs = all_jobs()
    assert len({job.name for job in jobs}) == len(jobs)
    assert {job.when.hour for job in jobs if isinstance(job.when, Daily)} == {4}


@pytest.mark.parametrize("hour", [2, 24])
def test_a_job_at_an_hour_that_is_not_on_every_day_is_refused(hour: int) -> None:
    with pytest.raises(ValueError, match=r"02:xx comes twice|hour must be in"):
        Daily(hour, 30)
