"""What matters now, told once and in time: what life events bring, and the deadlines that near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from assistant.determinations import DeterminationChange
from assistant.guidance.content import item_of, plain
from assistant.guidance.mattering import (
    LifeEventRow,
    ToldBefore,
    nearing,
    plan_deadlines,
    plan_life_events,
)
from assistant.guidance.overtaken import less, overtaken
from assistant.guidance.people import Circle, Person
from assistant.guidance.planning import PlannedGuidance, strictest
from assistant.guidance.tact import Telling
from assistant.guidance.writing import write
from rules import Catalogue, Determination
from rules.determination import Discretion

CATALOGUE = Catalogue.load()
ON = date(2026, 9, 1)
BENEFIT, NAMING, PARENTHOOD = (
    "having_a_child.child_benefit",
    "having_a_child.name_choice",
    "having_a_child.parenthood",
)
PASSPORT, INSPECTION, PENSION = "identity.passport", "vehicles.periodic_inspection", "pension.old_age_pension"
SUPPLEMENT = "pension.supplementary_benefit"

KARI = Person(
    id="kari",
    first_name="Kari",
    alive=True,
    resident=True,
    born=date(1990, 5, 1),
    protected=False,
    home="A",
    reserved=False,
    may_be_notified=True,
    verified_on=date(2026, 6, 1),
    email="kari@post.example",
)
OLA = replace(KARI, id="ola", first_name="Ola", email="ola@post.example")
LISE = Person(
    id="lise", first_name="Lise", alive=True, resident=True, born=date(2026, 8, 30), protected=False, home="A"
)
BOTH, NOTICED, CHAT = (KARI, OLA), ("chat", "email"), ("chat",)


def said(
    rule: str, answer: str = "yes", subject: str = "lise", missing: tuple[str, ...] = (), **values: Any
) -> DeterminationChange:
    found = Determination(
        rule=rule,
        rule_version="v1",
        on=ON,
        answer=answer,  # type: ignore[arg-type]
        values=values,
        missing=missing,
        conditions=(),
        used=(),
        law=(),
    )
    return DeterminationChange(f"d:{rule}:{subject}", rule, subject, "9999", None, found, "clock:1")


def born(kind: str = "child_born", subject: str = "lise", event_id: str = "birth") -> LifeEventRow:
    return LifeEventRow(event_id, kind, subject, date(2026, 8, 30))


def told_of(
    change: DeterminationChange, kind: str = "life_event", days_ago: int = 10
) -> tuple[str, ToldBefore]:
    """The rule, and what was told of it then in the words that hold now."""
    item = plain(item_of(CATALOGUE.rules[change.rule], change.after))
    deadline = date.fromisoformat(item["deadline"]) if item["deadline"] else None
    at = ON - timedelta(days=days_ago)
    return change.rule, ToldBefore(kind, item["answer"], deadline, at, item["values"])


def before(person: str, subject: str, *told: tuple[str, ToldBefore]) -> dict[Any, list[ToldBefore]]:
    found: dict[Any, list[ToldBefore]] = {}
    for rule, one in told:
        found.setdefault((person, subject, rule), []).append(one)
    return found


def circles(
    subject: Person | None = LISE,
    recipients: Sequence[Person] = (KARI,),
    others: Sequence[Person] = (),
    thing: str = "",
) -> dict[tuple[str, str], Circle]:
    subject_id = subject.id if subject else "car"
    circle = Circle(subject, tuple(recipients), tuple(others), thing)
    return {(subject_id, told_to): circle for told_to in {rule.told_to for rule in CATALOGUE.rules.values()}}


def events_told(
    events: Sequence[LifeEventRow],
    *changes: DeterminationChange,
    around: Mapping[tuple[str, str], Circle] | None = None,
    told: Mapping[Any, Sequence[ToldBefore]] | None = None,
    on: date = ON,
) -> tuple[PlannedGuidance, ...]:
    return plan_life_events(events, changes, around or circles(), told or {}, {}, CATALOGUE, on)


def deadlines_told(
    *changes: DeterminationChange,
    around: Mapping[tuple[str, str], Circle] | None = None,
    told: Mapping[Any, Sequence[ToldBefore]] | None = None,
    on: date = ON,
) -> tuple[PlannedGuidance, ...]:
    return plan_deadlines(changes, around or circles(), told or {}, {}, CATALOGUE, on)


def rules_of(planned: tuple[PlannedGuidance, ...]) -> list[list[str]]:
    return [[item["rule"] for item in one.content["items"]] for one in planned]


def body_of(one: PlannedGuidance) -> str:
    written = write(one.kind, "chat", "en", plain(one.content), "Eksempel kommune")
    return f"{written.title}\n{written.body}"


# ---- life events


def test_what_an_event_brings_is_one_message_with_how_it_is_opened() -> None:
    (one,) = events_told([born()], said(BENEFIT), said(NAMING, last_day=date(2027, 2, 28)))
    assert (one.person, one.subject_id, one.kind, one.rule) == (KARI, "lise", "life_event", BENEFIT)
    assert (one.cause, one.determination_id) == ("life_event:birth:2026-08-30", f"d:{BENEFIT}:lise")
    assert one.content["life_events"] == ["birth"]
    assert one.content["opening"]["en"] == "Lise is in the population register"
    assert "Deadline: 28 February 2027" in body_of(one)


def test_what_is_no_is_left_out() -> None:
    assert rules_of(events_told([born()], said(BENEFIT, "no"), said(NAMING))) == [[NAMING]]
    assert events_told([born()], said(BENEFIT, "no"), said(NAMING, "no")) == ()


def test_what_hangs_on_something_unknown_is_told_as_what_may_be() -> None:
    (one,) = events_told(
        [born()], said(BENEFIT, "undetermined", missing=("child.residence_status",)), said(NAMING)
    )
    assert [item["answer"] for item in one.content["items"]] == ["undetermined", "yes"]
    titles = [CATALOGUE.rules[rule].title["en"] for rule in (BENEFIT, NAMING)]
    assert f"{titles[0]} (may apply)" in body_of(one)
    assert f"{titles[1]} (may apply)" not in body_of(one)


def test_what_a_case_worker_must_judge_is_said_and_not_what_the_question_is() -> None:
    change = said(BENEFIT)
    asked = replace(change.after, discretion=(Discretion("secret", {"en": "Is she shielded?"}, ()),))
    (one,) = events_told([born()], replace(change, after=asked))
    assert "judged by a case worker" in body_of(one)
    assert "shielded" not in str(one.content)


def test_the_order_is_that_of_the_events_file_whatever_order_the_rules_were_run_in() -> None:
    assert CATALOGUE.life_events["child_born"].brings[:3] == (BENEFIT, NAMING, PARENTHOOD)
    assert rules_of(events_told([born()], said(PARENTHOOD), said(NAMING), said(BENEFIT))) == [
        [BENEFIT, NAMING, PARENTHOOD]
    ]


def test_what_the_event_does_not_bring_is_not_told() -> None:
    assert rules_of(events_told([born()], said(BENEFIT), said("school.transport"))) == [[BENEFIT]]


def test_what_was_said_of_somebody_else_is_not_told() -> None:
    around = {**circles(), **circles(replace(LISE, id="per"))}
    assert events_told([born()], said(BENEFIT, subject="per"), around=around) == ()


def test_each_recipient_is_told() -> None:
    found = events_told([born()], said(BENEFIT), around=circles(recipients=BOTH))
    assert [(one.person.id, one.telling.channels) for one in found] == [("kari", NOTICED), ("ola", NOTICED)]


@pytest.mark.parametrize(
    ("days_ago", "again"),
    [(0, False), (364, False), (365, True), (800, True)],
)
def test_what_was_told_is_told_again_only_after_a_year(days_ago: int, again: bool) -> None:
    """A second child, a second job lost: it is news again."""
    told = before("kari", "lise", told_of(said(BENEFIT), days_ago=days_ago))
    assert bool(events_told([born()], said(BENEFIT), told=told)) is again


def test_who_has_heard_part_hears_the_rest() -> None:
    told = before("kari", "lise", told_of(said(BENEFIT)))
    assert rules_of(events_told([born()], said(BENEFIT), said(NAMING), told=told)) == [[NAMING]]


def test_what_one_parent_has_heard_the_other_still_hears() -> None:
    told = before("kari", "lise", told_of(said(BENEFIT)))
    found = events_told([born()], said(BENEFIT), told=told, around=circles(recipients=BOTH))
    assert [one.person.id for one in found] == ["ola"]


@pytest.mark.parametrize(
    "then",
    [
        said(BENEFIT, "undetermined"),
        said(BENEFIT, first_paid_month=date(2026, 11, 1)),
        said(BENEFIT),
    ],
    ids=["may be", "another month", "no month"],
)
def test_what_now_reads_otherwise_is_news(then: DeterminationChange) -> None:
    told = before("kari", "lise", told_of(then))
    assert events_told([born()], said(BENEFIT, first_paid_month=date(2026, 10, 1)), told=told)


def test_a_deadline_told_of_as_near_says_the_same_as_the_event_would() -> None:
    change = said(NAMING, last_day=date(2026, 10, 1))
    assert events_told([born()], change, told=before("kari", "lise", told_of(change, "deadline_near"))) == ()


@pytest.mark.parametrize(("last", "told"), [(ON, True), (ON - timedelta(days=1), False)])
def test_what_is_too_late_is_not_told(last: date, told: bool) -> None:
    assert bool(events_told([born()], said(NAMING, last_day=last))) is told


RETIREMENT = born("turned_67", "kari", "67")


def test_events_of_one_morning_about_the_same_subject_are_one_message() -> None:
    """Two ways into the same right: it is said once, and the first event opens."""
    found = events_told(
        [RETIREMENT, born("turned_62", "kari", "62")],
        said(PENSION, subject="kari"),
        said(SUPPLEMENT, subject="kari"),
        around=circles(KARI),
    )
    assert rules_of(found) == [[PENSION, SUPPLEMENT]]
    assert found[0].content["life_events"] == ["67", "62"]
    assert found[0].content["opening"]["en"] == "You are 67"
    assert found[0].cause == "life_event:67:2026-08-30"


def test_one_morning_is_one_knock_on_the_door() -> None:
    found = events_told(
        [born("gave_birth", "kari", "mother"), born()],
        said("having_a_child.parental_benefit", subject="kari"),
        said(BENEFIT),
        around={**circles(KARI), **circles(recipients=BOTH)},
    )
    assert [(one.person.id, one.subject_id, one.telling.channels) for one in found] == [
        ("kari", "kari", NOTICED),
        ("kari", "lise", CHAT),
        ("ola", "lise", NOTICED),
    ]
    assert found[1].telling.because == ("told_with_another",)


def test_who_is_not_noticed_of_the_first_is_not_noticed_of_the_second_either() -> None:
    kari = replace(KARI, may_be_notified=None)
    found = events_told([born()], said(BENEFIT), around=circles(recipients=[kari]))
    assert [one.telling for one in found] == [Telling(CHAT, because=("may_not_be_notified",))]


def test_what_was_told_of_a_day_that_was_a_mistake_is_no_reason_to_be_silent_of_the_right_one() -> None:
    rule, earlier = told_of(said(BENEFIT))
    for cause, again in [("life_event:birth:2026-08-30", False), ("life_event:birth:2026-08-01", True)]:
        told = before("kari", "lise", (rule, replace(earlier, cause=cause)))
        assert bool(events_told([born()], said(BENEFIT), told=told)) is again


# ---- what is no longer so


def waiting(*changes: DeterminationChange) -> dict[str, Any]:
    """A message of what a birth brought."""
    (one,) = events_told([born()], *changes)
    return {"kind": one.kind, "rule": one.rule, "cause": one.cause, "content": plain(one.content)}


def test_what_has_become_no_is_overtaken_and_what_is_only_uncertain_is_not() -> None:
    row = waiting(said(BENEFIT), said(NAMING), said(PARENTHOOD))
    now = [
        said(BENEFIT, "no"),
        said(NAMING, "undetermined"),
        said(PARENTHOOD),
        said("school.transport", "no"),
    ]
    assert overtaken([row], now, CATALOGUE, ON) == [(row, {BENEFIT})]
    assert overtaken([row], now[1:], CATALOGUE, ON) == []


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        (said(PASSPORT, "yes", "kari", expires_on=date(2026, 12, 1)), False),
        (said(PASSPORT, "yes", "kari", expires_on=date(2026, 11, 1)), True),
        (said(PASSPORT, "yes", "kari", expires_on=date(2036, 12, 1)), True),
        (said(PASSPORT, "no", "kari"), True),
        (said(BENEFIT, "no", "kari"), False),
    ],
    ids=["the same day", "another day", "not near", "no", "another rule"],
)
def test_a_deadline_that_is_another_or_none_is_overtaken(now: DeterminationChange, gone: bool) -> None:
    (one,) = deadlines_told(passport(), around=circles(KARI))
    row = {"kind": one.kind, "rule": one.rule, "cause": one.cause, "content": plain(one.content)}
    assert bool(overtaken([row], [now], CATALOGUE, ON)) is gone


def test_what_is_left_reads_as_if_the_rest_had_never_been_there() -> None:
    rest = waiting(said(NAMING), said(PARENTHOOD))["content"]
    records = {
        f"d:{rule}:lise": {"facts": [], "missing": [], "law": [], "conditions": []}
        for rule in (BENEFIT, NAMING, PARENTHOOD)
    }
    assert less(
        waiting(said(BENEFIT), said(NAMING), said(PARENTHOOD))["content"], {BENEFIT}, records, CATALOGUE
    ) == {
        **rest,
        "values": {},
    }


# ---- tact


def test_what_is_told_together_is_told_as_the_one_that_asks_most() -> None:
    told, waits, longer = Telling(CHAT), Telling(CHAT, not_before=ON), Telling(CHAT, not_before=date.max)
    silent, paper, human = Telling(silent="dead"), Telling(by_hand="reserved"), Telling(by_hand="represented")
    ordered = [told, waits, longer, silent, paper, human]
    for n, most in enumerate(ordered):
        assert strictest(ordered[: n + 1][::-1]) == most


def test_whom_tact_lets_be_is_not_told() -> None:
    dead = replace(LISE, alive=False)
    assert events_told([born()], said(BENEFIT), around=circles(dead)) == ()
    assert deadlines_told(said(NAMING, last_day=date(2026, 10, 1)), around=circles(dead)) == ()


def test_what_a_human_must_say_is_planned_for_a_human() -> None:
    elsewhere = replace(OLA, protected=True, home="B")
    around = circles(others=[elsewhere])
    for found in (
        events_told([born()], said(BENEFIT), around=around),
        deadlines_told(said(NAMING, last_day=date(2026, 10, 1)), around=around),
    ):
        assert [(one.telling.by_hand, one.telling.channels) for one in found] == [("protected_other", ())]


def test_what_waits_is_a_message_of_its_own() -> None:
    """In the first two weeks after a husband's death a duty is told at once, and what can wait waits."""
    widow = replace(KARI, lost_spouse_on=date(2026, 8, 25))
    found = events_told(
        [born()], said(BENEFIT), said(NAMING, last_day=date(2027, 2, 28)), around=circles(recipients=[widow])
    )
    assert [(rules, one.telling.not_before) for rules, one in zip(rules_of(found), found, strict=True)] == [
        ([BENEFIT], date(2026, 9, 8)),
        ([NAMING], None),
    ]
    # A notice that comes in a week says nothing of what is there today.
    assert [one.telling.channels for one in found] == [NOTICED, NOTICED]


def test_a_rule_that_is_told_to_nobody_known_is_not_planned() -> None:
    assert events_told([born()], said(BENEFIT), around={("other", ""): Circle(LISE, (KARI,))}) == ()
    assert events_told([born()], said(BENEFIT), around=circles(recipients=())) == ()


# ---- deadlines

EXPIRES = date(2026, 12, 1)  # told of from three months before: today


def passport(last: Any = EXPIRES, answer: str = "yes", subject: str = "kari") -> DeterminationChange:
    return said(PASSPORT, answer, subject, expires_on=last)


@pytest.mark.parametrize(
    ("on", "near"),
    [
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), True),
        (date(2026, 12, 1), True),
        (date(2026, 12, 2), False),
    ],
)
def test_a_deadline_is_told_from_the_day_it_nears_to_its_last(on: date, near: bool) -> None:
    assert bool(deadlines_told(passport(), around=circles(KARI), on=on)) is near
    assert nearing(passport(), CATALOGUE.rules[PASSPORT], on) == (EXPIRES if near else None)


@pytest.mark.parametrize(
    "change",
    [
        passport(answer="no"),
        passport(answer="undetermined"),
        passport(last=None),
        said(BENEFIT, subject="kari"),
    ],
    ids=["no", "undetermined", "no day", "a rule without a deadline"],
)
def test_what_has_no_deadline_for_certain_nears_nobody(change: DeterminationChange) -> None:
    assert deadlines_told(change, around=circles(KARI)) == ()


def test_a_deadline_is_told_with_its_day_and_what_to_do() -> None:
    (one,) = deadlines_told(passport(), around=circles(KARI))
    assert (one.kind, one.cause, one.rule) == ("deadline_near", "deadline_near:2026-12-01", PASSPORT)
    assert one.content["due_on"] == EXPIRES
    assert body_of(one).startswith(f"By 1 December 2026: {CATALOGUE.rules[PASSPORT].title['en']}\n")
    assert CATALOGUE.rules[PASSPORT].next_step["en"] in body_of(one)


@pytest.mark.parametrize(
    ("kind", "days_ago", "again"),
    [
        ("deadline_near", 0, False),
        ("deadline_near", 400, False),  # told of once, however long ago
        ("life_event", 0, False),  # told of on the first day it was near
        ("life_event", 1, True),  # told of the day before: it was not yet near
        ("life_event", 200, True),
    ],
)
def test_a_deadline_is_told_once_and_not_where_an_event_told_of_it_while_it_was_near(
    kind: str, days_ago: int, again: bool
) -> None:
    told = before("kari", "kari", told_of(passport(), kind, days_ago))
    assert bool(deadlines_told(passport(), told=told, around=circles(KARI))) is again


def test_a_deadline_that_is_put_off_is_told_anew() -> None:
    told = before("kari", "kari", told_of(passport(date(2026, 11, 1)), "deadline_near"))
    assert len(deadlines_told(passport(), told=told, around=circles(KARI))) == 1


def test_deadlines_of_one_morning_are_one_knock() -> None:
    around = {**circles(KARI), **circles(recipients=[KARI])}
    found = deadlines_told(passport(), said(NAMING, last_day=date(2026, 10, 1)), around=around)
    assert [(one.rule, one.telling.channels) for one in found] == [(PASSPORT, NOTICED), (NAMING, CHAT)]


def test_nobody_reads_their_own_name_in_their_own_deadline() -> None:
    """Her passport is hers to her, and Emma's to her father."""
    emma = replace(KARI, id="emma", first_name="Emma", born=date(2010, 9, 1))
    around = circles(emma, [emma, OLA], [OLA])
    found = deadlines_told(passport(subject="emma"), around=around)
    assert [(one.person.id, one.content["subject_name"]) for one in found] == [("emma", ""), ("ola", "Emma")]
    assert "Emma" not in body_of(found[0])
    assert "(Emma)" in body_of(found[1]).splitlines()[0]


def test_a_thing_is_called_what_tells_it_from_another() -> None:
    change = said(INSPECTION, subject="car", inspect_by=date(2026, 10, 15))
    (one,) = deadlines_told(change, around=circles(None, thing="EL12345"))
    assert "(EL12345)" in body_of(one).splitlines()[0]


def test_a_child_too_young_for_letters_gets_none_of_its_own_deadline() -> None:
    young = replace(LISE, born=date(2012, 1, 1))
    found = deadlines_told(passport(subject="lise"), around=circles(young, [young, KARI]))
    assert [one.person.id for one in found] == ["kari"]
