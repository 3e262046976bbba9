"""Whom a matter concerns and how they may be told of it, by the facts as they are in a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.determinations import DeterminationChange
from assistant.guidance.being_told import as_wanted, by_open_addresses, in_their_language
from assistant.guidance.not_mine import without_closed
from assistant.guidance.people import Circle, Person, circle_around, person_as_known
from assistant.guidance.planning import strictest
from assistant.guidance.tact import Telling, telling
from assistant.guidance.themes import theme_of
from assistant.guidance.wish_rows import told_how_for, wishes_of
from assistant.guidance.wishes import way_for
from assistant.store import Transaction
from assistant.twin import Twin
from rules import Catalogue, Matter


def kind_of_subject(catalogue: Catalogue, told_to: str) -> str:
    """The subject type of a path 'child.guardians', 'vehicle.owner'."""
    found = catalogue.model.subject_type(told_to.partition(".")[0])
    return found.id if found else "person"


async def circles_of(
    tx: Transaction, twin: Twin, changes: Sequence[DeterminationChange], catalogue: Catalogue, on: date
) -> dict[tuple[str, str], Circle]:
    """(subject id, the rule's `told_to`) → circle, of all that changed."""
    circles: dict[tuple[str, str], Circle] = {}
    for change in changes:
        told_to = catalogue.rules[change.rule].told_to
        if (change.subject_id, told_to) not in circles:
            near = await twin.near(tx, [change.subject_id])
            circles[change.subject_id, told_to] = circle_around(
                near, change.subject_id, told_to, on, kind=kind_of_subject(catalogue, told_to)
            )
    return circles


async def telling_now(
    tx: Transaction, twin: Twin, row: Mapping[str, Any], catalogue: Catalogue, on: date
) -> tuple[Person, Telling, frozenset[str]]:
    """How a message's receiver may be told of it, each of its rules judged by itself, and as they want to be told.

    The rules of which nothing may be said come last, where the rest may be told without them.
    """
    near = await twin.near(tx, [row["subject_id"], row["person_id"]])
    person, content = person_as_known(near, row["person_id"], on), row["content"]
    want = await told_how_for(tx, row["person_id"], theme_of(row["rule"]))
    reachable = await without_closed(tx, twin.identities.keys, person)
    person, party = in_their_language(reachable, want), bool(content.get("party"))
    wishes = (await wishes_of(tx, [person.id])).get(person.id, ())
    ways: dict[str, Telling] = {}
    for rule_id in content.get("rules") or [row["rule"]]:
        rule = catalogue.rules.get(rule_id)
        told_to = rule.told_to if rule and not party else content.get("told_to", "")
        also, kind = person.id if party else None, kind_of_subject(catalogue, told_to)
        circle = circle_around(near, row["subject_id"], told_to, on, also, kind)
        if person.id not in {one.id for one in circle.recipients}:
            ways[rule_id] = Telling(silent="not_concerned")  # no longer has parental responsibility
            continue
        if way_for(wishes, rule_id, row["kind"], asked_for=party) == "nothing":
            ways[rule_id] = Telling(silent="left_alone")  # as they wish, since it was planned
            continue
        of_rule = (rule.kind, rule.about) if rule else ("", "")
        matter = Matter(rule_id, of_rule[0], row["kind"], party, of_rule[1])
        ways[rule_id] = telling(catalogue.tact, person, circle.subject, circle.others, matter, on)
    unsaid = frozenset(rule_id for rule_id, way in ways.items() if way.silent)
    if not content.get("items") or len(unsaid) == len(ways):
        how = by_open_addresses(strictest(ways.values()), person)
        return person, as_wanted(how, person, want, row["kind"]), frozenset()
    said = strictest([way for way in ways.values() if not way.silent])
    return person, as_wanted(by_open_addresses(said, person), person, want, row["kind"]), unsaid
