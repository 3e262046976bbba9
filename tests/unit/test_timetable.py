"""What the clock does by itself."""

from __future__ import annotations

from assistant.config import Config, TaxAdministrationSettings
from scheduler import timetable


def polled(config: Config) -> list[str]:
    return [job.name for job in timetable(config) if job.name.startswith("poll_")]


def test_only_registers_that_are_connected_are_polled() -> None:
    connected = TaxAdministrationSettings(base_url="http://127.0.0.1:1")
    assert polled(Config()) == []
    assert polled(Config(tax_administration=connected)) == ["poll_tax_administration"]
