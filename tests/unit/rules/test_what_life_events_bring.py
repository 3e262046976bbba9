"""What a life event brings, how it is opened, and what becomes of one that was recognised earlier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from rules import Catalogue, FactChange, LifeEventDefinition, RecognisedLifeEvent, RuleFault, recognise
from rules.catalogue_loader import DEFAULT_ROOT
from rules.checking import check
from rules.life_event_file import read_life_event_file
from rules.life_events import Concerned

CATALOGUE = Catalogue.load()

# ---- the file

FILE = """\
life_event: waved
title: {nb: a, nn: b, en: c}
summary: {nb: a, nn: b, en: c}
about: child
signals:
  - {concept: person.name}
occurred_on: valid_from
key: '"wave"'
opening: {nb: Hei {name}, nn: Hei {name}, en: Hello {name}}
brings: [example.right]
""".replace("Hei {name}", "'Hei {name}'").replace("Hello {name}", "'Hello {name}'")


def rule(name: str, about: str) -> str:
    fact = "owner" if about == "vehicle" else "name"
    return f"rule: {name}\nabout: {about}\nconditions:\n  - {{id: known, that: {about}.{fact} != null}}\n"


def catalogue_with(folder: Path, event: str, about: str = "child") -> Path:
    """A catalogue of our concepts, one rule and one life event; the event's file."""
    copytree(DEFAULT_ROOT / "no" / "concepts", folder / "concepts")
    for name, text in (("rules/right.yaml", rule("example.right", about)), ("life_events/waved.yaml", event)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
    return folder / "life_events" / "waved.yaml"


def brought_faults(folder: Path) -> list[str]:
    return [str(fault) for fault in Catalogue.load_what_holds(folder).faults]


def test_what_is_brought_is_kept_in_its_order_with_the_words_it_opens_with() -> None:
    text = FILE.replace("[example.right]", "[b.second, a.first]")
    read = read_life_event_file(text, "f.yaml", CATALOGUE.model)
    assert read.brings == ("b.second", "a.first")
    assert read.opening == {"nb": "Hei {name}", "nn": "Hei {name}", "en": "Hello {name}"}


def test_what_is_brought_without_an_opening_is_a_fault() -> None:
    lines = [line for line in FILE.splitlines(keepends=True) if not line.startswith("opening")]
    with pytest.raises(RuleFault) as caught:
        read_life_event_file("".join(lines), "f.yaml", CATALOGUE.model)
    assert str(caught.value) == "f.yaml:9: life event: what is brought needs an 'opening' to be told with"
    assert read_life_event_file("".join(lines[:-1]), "f.yaml", CATALOGUE.model).brings == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("en: 'Hello {name}'", "de: 'Hallo {name}'",
         "f.yaml:9: life event: 'opening' has no en\n"
         "f.yaml:9: life event: 'opening': 'de' is no language here; known here: en, nb, nn"),
        ("[example.right]", "[5]", "f.yaml:10: life event: 'brings' has '5' where a word is needed"),
        ("brings:", "bring:", "f.yaml:10: life event: 'bring' is not a key here; did you mean brings?"),
    ],
)  # fmt: skip
def test_a_fault_in_what_is_brought(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(RuleFault) as caught:
        read_life_event_file(FILE.replace(old, new), "f.yaml", CATALOGUE.model)
    assert str(caught.value) == message


def test_a_rule_that_is_there_may_be_brought_under_any_name_of_its_subject(tmp_path: Path) -> None:
    """A right of a resident may be brought by an event of a child: both are persons."""
    catalogue_with(tmp_path, FILE, about="resident")
    assert brought_faults(tmp_path) == []


def test_a_rule_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    file = catalogue_with(tmp_path, FILE.replace("[example.right]", "[example.rihgt]"))
    fault = f"{file}:10: brings: there is no rule 'example.rihgt'; did you mean example.right?"
    assert brought_faults(tmp_path) == [fault]
    assert fault in [str(one) for one in check(catalogue_root=tmp_path).faults]
    with pytest.raises(RuleFault):
        Catalogue.load(tmp_path)


def test_a_rule_about_something_else_is_not_brought(tmp_path: Path) -> None:
    file = catalogue_with(tmp_path, FILE, about="vehicle")
    assert brought_faults(tmp_path) == [
        f"{file}:10: brings: rule 'example.right' is about vehicle, this event about child"
    ]


# ---- what was recognised earlier

EVENTS = CATALOGUE.life_events.values()
FAMILY: Concerned = {
    ("person.children", "child"): ("mother", "father"),
    ("person.mother_of", "child"): ("mother",),
    ("person.spouse", "dead"): ("widow",),
    ("person.parents", "dead"): ("son",),
}
DEATH, BIRTH, JOB = "person.death_date", "person.birth_date", "person.employment_ended_on"


def change(who: str, concept: str, before: Any, after: Any, on: str, **more: Any) -> FactChange:
    return FactChange(who, concept, before, after, date.fromisoformat(on), **more)


def earlier(kind: str, who: str, on: str, key: str) -> RecognisedLifeEvent:
    return RecognisedLifeEvent(kind, who, date.fromisoformat(on), f"{kind}:{who}:{key}")


def told(
    on: str,
    changes: Iterable[FactChange] = (),
    kept: Iterable[RecognisedLifeEvent] = (),
    events: Iterable[LifeEventDefinition] = EVENTS,
) -> set[tuple[str, str, bool]]:
    """Kind, whose, and whether it stands."""
    found = recognise(events, changes, date.fromisoformat(on), FAMILY, kept)
    return {(one.kind, one.subject, not one.annulled) for one in found}


DIED = (
    earlier("died", "dead", "2026-05-01", "death"),
    earlier("spouse_died", "widow", "2026-05-01", "dead"),
    earlier("parent_died", "son", "2026-05-01", "dead"),
)
ALIVE = change("dead", DEATH, "2026-05-01", None, "2026-05-03")


def test_what_nothing_speaks_against_is_not_told_of_again() -> None:
    assert told("2026-05-03", kept=DIED) == set()
    moved = change("dead", "person.address_key", None, "b", "2026-05-02")
    assert told("2026-05-03", [moved], DIED) == set()


def test_a_death_that_turns_out_not_to_be_is_annulled_with_all_that_followed_from_it() -> None:
    annulled = {("died", "dead", False), ("spouse_died", "widow", False), ("parent_died", "son", False)}
    assert told("2026-05-03", [ALIVE], DIED) == annulled
    assert told("2026-05-03", [ALIVE], DIED[:1]) == annulled  # whether we hold the others' events or not


@pytest.mark.parametrize("on", ["2026-10-31", "2026-11-01", "2031-01-01"])
def test_a_death_is_taken_back_however_late_and_with_it_what_followed(on: str) -> None:
    """What is half a year ago is no news, but nobody is to stay bereaved of the living."""
    assert told(on, [ALIVE], DIED) == {
        ("died", "dead", False),
        ("spouse_died", "widow", False),
        ("parent_died", "son", False),
    }
    withdrawn = change("dead", DEATH, "2026-05-01", None, "2026-05-01", withdrawn=True)
    assert told(on, [withdrawn]) == told(on, [ALIVE], DIED)


def test_an_event_of_somebody_else_is_left_alone() -> None:
    other = earlier("died", "other", "2026-05-01", "death")
    assert told("2026-05-03", [ALIVE], [other]) == set()


def test_a_kind_that_is_no_longer_in_the_catalogue_is_left_alone() -> None:
    none_of_it = [event for event in EVENTS if event.kind != "died"]
    assert told("2026-05-03", [ALIVE], DIED, none_of_it) == set()


def test_what_is_stated_anew_stands_with_its_new_day() -> None:
    """Annulled yesterday, and today he does die: the same event, for there is one death in a life."""
    dies = change("dead", DEATH, None, "2026-06-01", "2026-06-01")
    standing = [event for event in DIED if event.kind != "died"]
    withdrawn = change("dead", DEATH, "2026-05-01", None, "2026-05-01", withdrawn=True)
    for changes, kept in (
        ([dies], DIED),
        ([dies], standing),
        ([withdrawn, dies], DIED),
        ([dies, withdrawn], DIED),
    ):
        found = recognise(EVENTS, changes, date(2026, 6, 2), FAMILY, kept)
        assert {(one.key, one.occurred_on, one.annulled) for one in found} == {
            (event.key, date(2026, 6, 1), False) for event in DIED
        }


def test_what_is_stated_anew_wins_over_what_speaks_against_it_as_it_was() -> None:
    """As kept, the first birthday would have come after the death; by the corrected birth date it came before."""
    kept = earlier("child_turned_1", "child", "2026-05-01", "birthday")
    dies = change("child", DEATH, None, "2026-04-28", "2026-04-28")
    corrected = change("child", BIRTH, "2025-05-01", "2025-04-20", "2025-04-20")
    assert ("child_turned_1", "child", False) in told("2026-05-01", [dies], [kept])
    for changes in ([dies, corrected], [corrected, dies]):
        assert ("child_turned_1", "child", True) in told("2026-05-01", changes, [kept])


def test_a_job_lost_again_is_another_event_than_the_one_that_a_new_job_took_back() -> None:
    lost = earlier("lost_job", "p", "2026-05-01", "2026-05-01")
    new = change("p", JOB, "2026-05-01", None, "2026-05-10")
    again = change("p", JOB, None, "2026-05-20", "2026-05-20")
    found = recognise(EVENTS, [new, again], date(2026, 6, 10), FAMILY, [lost])
    assert [(one.occurred_on, one.annulled) for one in found] == [
        (date(2026, 5, 1), True),
        (date(2026, 5, 20), False),
    ]


BORN = (
    earlier("child_born", "child", "2026-05-01", "birth"),
    earlier("became_parent", "mother", "2026-05-01", "child"),
    earlier("became_parent", "father", "2026-05-01", "child"),
    earlier("gave_birth", "mother", "2026-05-01", "child"),
)


def test_a_child_who_dies_soon_after_birth_is_no_birth_to_anybody() -> None:
    dies = change("child", DEATH, None, "2026-05-04", "2026-05-04")
    assert told("2026-05-04", [dies], BORN) >= {
        ("child_born", "child", False),
        ("became_parent", "mother", False),
        ("became_parent", "father", False),
        ("gave_birth", "mother", False),
        ("died", "child", True),
        ("child_died", "mother", True),
    }


def test_a_child_who_dies_at_six_has_been_born() -> None:
    dies = change("child", DEATH, None, "2032-05-04", "2032-05-04")
    found = told("2032-05-04", [dies], BORN)
    assert {kind for kind, _, stands in found if not stands} == set()
    assert ("died", "child", True) in found


def test_a_birth_its_source_takes_back_is_annulled_however_late() -> None:
    withdrawn = change("child", BIRTH, "2026-05-01", None, "2026-05-01", withdrawn=True)
    for on in ("2026-05-02", "2027-05-02"):
        assert ("child_born", "child", False) in told(on, [withdrawn], BORN)
        assert ("gave_birth", "mother", False) in told(on, [withdrawn], BORN)
