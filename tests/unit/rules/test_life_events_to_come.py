"""What was recognised by a day since corrected to one still to come; and openings that could not be filled in."""

from __future__ import annotations

from datetime import date

import pytest

from rules import Catalogue, FactChange, RecognisedLifeEvent, RuleFault, recognise, waits_until
from rules.life_event_file import read_life_event_file

CATALOGUE = Catalogue.load()
EVENTS = CATALOGUE.life_events.values()
ADULT = RecognisedLifeEvent("turned_18", "per", date(2026, 6, 15), "turned_18:per:birthday")


def born(on: str, before: str = "2008-06-15") -> FactChange:
    return FactChange("per", "person.birth_date", before, on, date.fromisoformat(on))


def found(on: date, change: FactChange, *kept: RecognisedLifeEvent) -> set[tuple[str, date, bool]]:
    seen = recognise(EVENTS, [change], on, kept=kept)
    return {(one.kind, one.occurred_on, one.annulled) for one in seen if one.kind == "turned_18"}


def test_a_birthday_that_is_still_to_come_has_not_been() -> None:
    on, corrected = date(2026, 6, 16), born("2010-06-15")
    assert found(on, corrected, ADULT) == {("turned_18", date(2028, 6, 15), True)}
    assert found(on, corrected) == set()  # nothing was recognised: nothing is to be taken back
    assert waits_until(EVENTS, [corrected], on) == date(2027, 1, 1)  # the year of 17


def test_a_birthday_that_was_some_days_earlier_stands_on_its_right_day() -> None:
    assert found(date(2026, 6, 16), born("2008-06-10"), ADULT) == {("turned_18", date(2026, 6, 10), False)}


FILE = """\
life_event: waved
title: {nb: a, nn: b, en: c}
summary: {nb: a, nn: b, en: c}
about: child
signals:
  - {concept: person.name}
occurred_on: valid_from
key: '"wave"'
brings: [example.right]
opening: {nb: OPENING, nn: "Hei {name}", en: "Hello"}
"""


def test_an_opening_may_say_the_name_or_not() -> None:
    text = FILE.replace("OPENING", '"Hei {name}, {{du}}"')
    assert read_life_event_file(text, "f.yaml", CATALOGUE.model).opening["nb"] == "Hei {name}, {{du}}"


@pytest.mark.parametrize(
    "opening", ["Hei {nmae}", "Hei {}", "Hei {name.x}", "Hei {name:>5}", "Hei {name!r}", "Hei {"]
)
def test_an_opening_that_could_not_be_filled_in_is_a_fault_before_the_night_it_is_told(opening: str) -> None:
    with pytest.raises(RuleFault) as caught:
        read_life_event_file(FILE.replace("OPENING", f'"{opening}"'), "f.yaml", CATALOGUE.model)
    assert str(caught.value) == (
        f"f.yaml:10: life event: 'opening' in nb is '{opening}'; of what stands in braces, {{name}} alone is known"
    )
