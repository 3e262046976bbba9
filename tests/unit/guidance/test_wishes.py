"""What each wish means for each kind of message, and that law is stronger than a wish."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.guidance.mattering import LifeEventRow, plan_deadlines, plan_life_events
from assistant.guidance.overtaken import less
from assistant.guidance.people import Circle
from assistant.guidance.planning import PlannedGuidance, plan
from assistant.guidance.themes import themes_of, titles
from assistant.guidance.wishes import (
    CHOICES,
    Choice,
    Wish,
    as_wished,
    choice_for,
    is_statutory,
    judged_kinds,
    law_behind,
    way_for,
    way_of,
)
from assistant.guidance.writing import KINDS, write
from assistant.store.columns import from_json, to_json
from tests.unit.guidance.test_planning import CATALOGUE, CORE, KARI, LISE, OLA, ON, REDUCED, change, said

LAW = {
    "decision_made": "§ 27",
    "flag_renewed": "§ 27",
    "needs_worker": "§ 11a",
    "application_received": "§ 11a",
    "sent_for_you": "§ 17",
    "prepared_for_you": "§ 17",
    "right_found": None,
    "right_possible": None,
    "right_changed": None,
    "right_lost": None,
    "facts_missing": None,
    "life_event": None,
    "deadline_near": None,
}
"""Kind by kind: the section of forvaltningsloven that demands it, or none."""


@pytest.mark.parametrize("kind", KINDS)
def test_of_every_kind_it_is_settled_whether_law_demands_it(kind: str) -> None:
    assert kind in judged_kinds(), f"say in statutory.yaml whether law demands {kind}, and which"


@pytest.mark.parametrize(("kind", "section"), LAW.items())
def test_the_law_behind_each_kind(kind: str, section: str | None) -> None:
    assert is_statutory(kind) is (section is not None)
    assert [(one.act, one.section) for one in law_behind(kind)] == (
        [("LOV-1967-02-10", section)] if section else []
    )


def test_a_kind_nobody_has_judged_always_comes() -> None:
    assert is_statutory("something new")
    assert way_of("leave", "something new", has_errand=False) == "tell"


@pytest.mark.parametrize("kind", sorted(judged_kinds()))
@pytest.mark.parametrize("choice", CHOICES)
def test_what_law_demands_comes_whatever_one_wishes(choice: Choice, kind: str) -> None:
    if is_statutory(kind):
        assert way_of(choice, kind, has_errand=True) == "tell"
    assert way_of(choice, kind, has_errand=True, asked_for=True) == "tell"


@pytest.mark.parametrize(
    ("choice", "kind", "has_errand", "way"),
    [
        ("do", "right_found", True, "act"),
        ("do", "right_found", False, "tell"),
        ("do", "right_possible", True, "tell"),
        ("do", "right_changed", True, "tell"),
        ("do", "life_event", False, "tell"),
        ("ask", "right_found", True, "tell"),
        ("tell", "right_found", True, "tell_only"),
        ("tell", "life_event", False, "tell_only"),
        ("leave", "right_found", True, "nothing"),
        ("leave", "life_event", False, "nothing"),
        ("leave", "deadline_near", False, "nothing"),
        ("leave", "facts_missing", True, "nothing"),
        ("leave", "right_lost", True, "nothing"),
    ],
)
def test_each_choice(choice: Choice, kind: str, has_errand: bool, way: str) -> None:
    assert way_of(choice, kind, has_errand=has_errand) == way


def test_a_wish_is_for_its_theme_alone() -> None:
    wishes = [Wish("kindergarten", "leave")]
    assert way_for(wishes, REDUCED, "right_found") == "nothing"
    assert way_for(wishes, "school.transport", "life_event") == "tell"
    assert choice_for(wishes, "school") == "ask"


def planned(choice: Choice, *, by_hand: bool = False) -> tuple[PlannedGuidance, ...]:
    kari = replace(KARI, represented=True) if by_hand else KARI
    circles = {("lise", "child.guardians"): Circle(LISE, (kari, OLA), (kari, OLA))}
    changes = (change(said(REDUCED, "yes", monthly_fee=1636)), change(said(CORE, "yes", free_hours=20)))
    wishes = {"kari": (Wish("kindergarten", choice),)}
    return plan(changes, circles, {}, {}, CATALOGUE, ON, wishes=wishes)


class TestPlanning:
    def test_who_wants_to_be_left_alone_hears_nothing_and_the_other_does(self) -> None:
        assert [one.person.id for one in planned("leave")] == ["ola"]

    def test_who_wants_it_done_is_told_of_what_was_done(self) -> None:
        kari, ola = planned("do")
        assert (kari.way, ola.way) == ("act", "tell")
        assert kari.content["process"] == "apply_reduced_fee"

    def test_where_a_human_must_tell_nothing_is_done_by_itself(self) -> None:
        kari, _ = planned("do", by_hand=True)
        assert kari.telling.by_hand == "represented"
        assert kari.way == "tell"

    def test_who_only_wants_to_hear_is_led_into_no_errand(self) -> None:
        kari, ola = planned("tell")
        assert (kari.content["process"], ola.content["process"]) == ("", "apply_reduced_fee")
        content = from_json(to_json(kari.content))
        for language, words in (
            ("nb", "bare å få vite det"),
            ("nn", "berre å få vite det"),
            ("en", "only to be told"),
        ):
            assert words in write("right_found", "chat", language, content, "Vardevik").body
        item = {"title": {}, "summary": {}, "values": {}, "human": False}
        more = {"items": [item, item], "determinations": ["a", "b"]}
        assert less({**content, **more}, {CORE}, {}, CATALOGUE)["process"] == ""
        assert less({**ola.content, **more}, {CORE}, {}, CATALOGUE)["process"] == "apply_reduced_fee"

    def test_asked_first_is_as_it_always_was(self) -> None:
        assert planned("ask") == planned_without_a_wish()


def planned_without_a_wish() -> tuple[PlannedGuidance, ...]:
    circles = {("lise", "child.guardians"): Circle(LISE, (KARI, OLA), (KARI, OLA))}
    changes = (change(said(REDUCED, "yes", monthly_fee=1636)), change(said(CORE, "yes", free_hours=20)))
    return plan(changes, circles, {}, {}, CATALOGUE, ON)


@pytest.mark.parametrize(("choice", "told"), [("ask", 1), ("do", 1), ("tell", 1), ("leave", 0)])
def test_what_a_life_event_brings_is_wished_by_its_theme(choice: Choice, told: int) -> None:
    born = LifeEventRow("e1", "child_born", "lise", ON)
    brings = [
        rule for rule in CATALOGUE.life_events["child_born"].brings if rule.startswith("having_a_child.")
    ]
    rule = next(one for one in brings if CATALOGUE.rules[one].told_to == "child.guardians")
    circles = {("lise", CATALOGUE.rules[rule].told_to): Circle(LISE, (KARI,), (KARI,))}
    wishes = {"kari": (Wish("having_a_child", choice),)}
    found = plan_life_events([born], [change(said(rule, "yes"))], circles, {}, {}, CATALOGUE, ON, wishes)
    assert len(found) == told


def test_a_deadline_too() -> None:
    rule = next(one for one in CATALOGUE.rules.values() if one.deadline and one.told_to)
    answer = replace(said(rule.id, "yes"), values={rule.deadline.value: ON})  # type: ignore[union-attr]
    circles = {("lise", rule.told_to): Circle(LISE, (KARI,), (KARI,))}
    theme = rule.id.partition(".")[0]
    told = [
        len(
            plan_deadlines([change(answer)], circles, {}, {}, CATALOGUE, ON, {"kari": (Wish(theme, choice),)})
        )
        for choice in ("ask", "leave")
    ]
    assert told == [1, 0]


def test_as_wished_leaves_all_else_as_it_was() -> None:
    content = {"process": "p", "title": {"nb": "t"}}
    assert as_wished(content, "tell") is content
    assert as_wished(content, "tell_only") == {"process": "", "only_told": True, "title": {"nb": "t"}}


def test_every_theme_has_a_title_in_each_language_and_no_title_is_left_over() -> None:
    assert set(titles()) == set(themes_of(CATALOGUE))
    assert all(set(title) == {"nb", "nn", "en"} and all(title.values()) for title in titles().values())
