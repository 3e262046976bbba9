"""The twin as a picture: who and what is in it, what may be seen of others, and what has changed since a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from assistant.twin import Fact, Neighbourhood
from assistant.twin.picture import HOME, Changes, Picture, Sight, changes, picture, sight

TODAY = date(2026, 11, 2)
LEARNT = datetime(2026, 1, 5, 12, tzinfo=UTC)
CONFIDENTIAL = {"person.assessed_income", "person.says_long_illness", "person.address_protection"}
PEOPLE = ("me", "ex", "kid", "teen", "new", "stranger")
_ids = count()


def fact(subject: str, concept: str, value: Any, **more: Any) -> Fact:
    """A fact; a value that is somebody or something here is a relation."""
    ends = value if value in (*PEOPLE, "car", "flat", "job", "club", "place", "school", "boss") else None
    row = Fact(
        id=str(next(_ids)),
        subject_id=subject,
        concept=concept,
        scope="",
        value=None if ends else value,
        object_id=ends,
        valid_from=None,
        valid_to=None,
        recorded_at=LEARNT,
        superseded_at=None,
        source="population_register",
        basis="folkeregisterloven § 10-1",
        detail={},
    )
    return row._replace(**more)


def person(
    key: str, home: str | None = None, born: str = "1990-01-01", protection: str = "none"
) -> list[Fact]:
    facts = [
        fact(key, "person.name", key.title()),
        fact(key, "person.birth_date", born),
        fact(key, "person.address_protection", protection),
    ]
    if home:
        facts += [fact(key, "person.address", f"{home} 1"), fact(key, "person.address_key", home)]
    return facts


def family(kid_lives: str = "mine", ex_protection: str = "none", kid_born: str = "2022-03-01") -> list[Fact]:
    """I and my ex have a child together; it lives here unless something else is said."""
    return [
        *person("me", "mine"),
        *person("ex", "theirs", protection=ex_protection),
        *person("kid", kid_lives, kid_born),
        *(fact("kid", "person.parents", one) for one in ("me", "ex")),
        *(fact("kid", "person.guardians", one) for one in ("me", "ex")),
        fact("kid", "person.kindergarten_place", "place"),
        fact("place", "kindergarten_place.kindergarten", "Steinrøysa barnehage"),
        fact("kid", "person.says_long_illness", True, source="person"),
    ]


def drawn(facts: list[Fact], on: date = TODAY, wards: tuple[str, ...] = ("kid",), **seen: Any) -> Picture:
    near = Neighbourhood(facts)
    mine = replace(sight(near, "me", wards, (), TODAY), **seen)
    return picture(near, mine, CONFIDENTIAL.__contains__, on)


def told(of: Picture, key: str) -> set[str]:
    node = of.node(key)
    assert node is not None
    return {one.concept for one in node.facts}


def kinds(of: Picture) -> dict[str, str]:
    return {node.key: node.kind for node in of.nodes}


def test_everything_of_mine_is_there_with_what_binds_it() -> None:
    mine = [
        fact("car", "vehicle.owner", "me"),
        fact("car", "vehicle.registration_number", "VV10001"),
        fact("flat", "property.owners", "me"),
        fact("flat", "property.address", "Torget 1"),
        fact("job", "employment.employee", "me"),
        fact("job", "employment.employer", "boss"),
        fact("boss", "organisation.name", "Vardevik kommune"),
        fact("club", "organisation.owners", "me"),
        fact("club", "organisation.name", "Turlaget"),
    ]
    made = drawn(family() + mine)
    assert kinds(made) == {
        "me": "me",
        HOME: "home",
        "car": "vehicle",
        "flat": "property",
        "job": "employment",
        "club": "organisation",
        "kid": "child",
        "place": "kindergarten_place",
        "ex": "parent",
    }
    names = {node.key: node.name for node in made.nodes}
    assert (names["job"], names["car"], names[HOME]) == ("Vardevik kommune", "VV10001", "mine 1")
    bound = {(edge.start, edge.end) for edge in made.edges}
    assert {
        ("me", HOME),
        (HOME, "kid"),
        ("me", "kid"),
        ("kid", "place"),
        ("kid", "ex"),
        ("me", "car"),
    } <= bound


def test_the_mark_of_a_dwelling_and_what_is_known_to_be_absent_are_not_drawn() -> None:
    made = drawn([*family(), fact("me", "person.death_date", None), fact("me", "person.wards", [])])
    assert told(made, "me") == {"person.name", "person.birth_date"}
    assert told(made, HOME) == {"person.address", "person.address_protection"}


def test_what_does_not_hold_that_day_is_not_there() -> None:
    sold = fact("car", "vehicle.owner", "me", valid_to=date(2026, 5, 1))
    moved = fact("me", "person.moved_on", "2025-01-01", valid_to=date(2026, 5, 1))
    assert "person.moved_on" not in told(drawn([*family(), moved]), "me")
    assert drawn([*family(), sold]).node("car") is None
    assert drawn([*family(), sold], on=date(2026, 4, 30)).node("car") is not None


def test_of_the_other_parent_there_is_the_name_alone() -> None:
    more = [fact("ex", "person.assessed_income", 500_000), fact("car", "vehicle.owner", "ex")]
    made = drawn(family() + more)
    other = made.node("ex")
    assert other is not None
    assert (other.name, other.facts) == ("Ex", ())
    assert made.node("car") is None
    assert "500000" not in repr(made)


def test_one_who_is_separated_is_no_partner_but_still_a_parent() -> None:
    married = [fact("me", "person.spouse", "ex"), fact("me", "person.marital_status", "married")]
    apart = [fact("me", "person.spouse", "ex"), fact("me", "person.marital_status", "separated")]
    assert kinds(drawn(family() + married))["ex"] == "partner"
    assert kinds(drawn(family() + apart))["ex"] == "parent"


@pytest.mark.parametrize("protection", ["confidential", "strictly_confidential"])
def test_a_parent_with_a_protected_home_elsewhere_is_not_even_named(protection: str) -> None:
    made = drawn(family(ex_protection=protection))
    assert made.node("ex") is None
    assert "Ex" not in made.names.values()
    assert made.node("kid") is not None  # it lives here


def test_nor_is_one_of_whom_nobody_has_told_whether_the_home_is_protected() -> None:
    untold = [one for one in family() if (one.subject_id, one.concept) != ("ex", "person.address_protection")]
    assert drawn(untold).node("ex") is None


def test_who_is_protected_and_lives_here_is_named() -> None:
    here = [*person("new", "mine", protection="confidential"), fact("me", "person.cohabitant", "new")]
    elsewhere = [*person("new", "away", protection="confidential"), fact("me", "person.cohabitant", "new")]
    assert kinds(drawn(family() + here))["new"] == "partner"
    assert drawn(family() + elsewhere).node("new") is None


def test_a_hidden_child_has_a_name_and_nothing_more() -> None:
    made = drawn(family("theirs"), hidden=frozenset({"kid"}))
    kid = made.node("kid")
    assert kid is not None
    assert (kid.name, kid.hidden, kid.facts) == ("Kid", True, ())
    assert made.node("place") is None
    assert made.node("ex") is None


def test_an_earlier_day_does_not_tell_where_the_child_lived_with_one_who_is_protected_now() -> None:
    """Last year the child lived with the other parent, whose home is protected since; now it lives here."""
    moved = [
        one
        for one in family(ex_protection="confidential")
        if one.concept not in ("person.address", "person.address_key")
    ]
    homes = [
        fact("me", "person.address_key", "mine"),
        fact("kid", "person.address_key", "theirs", valid_to=date(2026, 3, 1)),
        fact("kid", "person.address", "Secret street 9", valid_to=date(2026, 3, 1)),
        fact("kid", "person.address_key", "mine", valid_from=date(2026, 3, 1)),
        fact("kid", "person.address", "mine 1", valid_from=date(2026, 3, 1)),
    ]
    now, then = drawn(moved + homes), drawn(moved + homes, on=date(2025, 11, 2))
    assert "person.address" in told(now, "kid")
    kid = then.node("kid")
    assert kid is not None
    assert (kid.hidden, kid.facts) == (True, ())
    assert then.node("place") is None
    assert "Secret" not in repr([node.facts for node in then.nodes])


@pytest.mark.parametrize(("born", "tells"), [("2011-11-03", True), ("2011-11-02", False)])
def test_from_the_day_it_turns_fifteen_what_is_confidential_is_the_young_persons_own(
    born: str, tells: bool
) -> None:
    young = [
        *family(kid_born=born),
        fact("job", "employment.employee", "kid"),
        fact("kid", "person.school", "school"),
    ]
    made = drawn(young)
    assert ("person.says_long_illness" in told(made, "kid")) is tells
    assert (made.node("job") is not None) is tells
    assert made.node("school") is not None


def test_who_is_no_ward_any_more_is_not_a_child_in_the_picture() -> None:
    """The day a child turns 18 nobody has parental responsibility: the caller's wards no longer hold it."""
    made = drawn([*family(), fact("me", "person.children", "kid")], wards=())
    assert made.node("kid") is None
    assert made.node("place") is None
    assert made.names["kid"] == "Kid"  # my own child may be named


def test_a_strangers_name_is_not_told_by_what_we_own_together() -> None:
    shared = [fact("flat", "property.owners", "me"), fact("flat", "property.owners", "stranger")]
    protected = [*shared, *person("stranger", "away", protection="confidential")]
    assert "stranger" not in drawn(family() + protected).names
    assert drawn(family() + shared + person("stranger", "away")).names["stranger"] == "Stranger"


def test_what_is_seen_is_asked_of_today_and_not_of_the_day_shown() -> None:
    near = Neighbourhood(family(ex_protection="none"))
    seen = replace(sight(near, "me", ["kid"], ["kid"], TODAY), nameable=frozenset())
    made = picture(near, seen, CONFIDENTIAL.__contains__, date(2026, 2, 1))
    assert made.node("ex") is None


def test_sight_puts_the_eldest_first_and_knows_who_is_grown() -> None:
    near = Neighbourhood([*family(), *person("teen", "mine", "2010-05-01")])
    assert sight(near, "me", ["kid", "teen"], [], TODAY) == Sight(
        "me", ("teen", "kid"), frozenset(), frozenset(), frozenset({"teen"}), frozenset({"ex"})
    )


# ---- what has changed since ----


def test_a_correction_an_annulment_and_what_is_new_are_told_apart() -> None:
    kept, gone = fact("me", "person.name", "Me"), fact("me", "person.marital_status", "married")
    wrong, right = (
        fact("me", "person.birth_date", "1990-01-01"),
        fact("me", "person.birth_date", "1991-01-01"),
    )
    fresh = fact("me", "person.language", "nn")
    then = drawn([kept, gone, wrong], wards=())
    now = drawn([kept._replace(id="again"), right, fresh, fact("car", "vehicle.owner", "me")], wards=())
    found = changes(then, now)
    assert found.gone_facts == {gone.id, wrong.id}
    assert found.new_facts == {"me": (right, fresh)} or set(found.new_facts["me"]) == {right, fresh}
    assert [node.key for node in found.new_nodes] == ["car"]


def test_what_is_gone_is_marked_in_the_earlier_picture() -> None:
    car = fact("car", "vehicle.owner", "me")
    assert changes(drawn([*family(), car]), drawn(family())).gone_nodes == {"car"}
    assert changes(drawn(family()), drawn(family())) == Changes()
