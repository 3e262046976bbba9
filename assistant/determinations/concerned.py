"""Whose determinations a changed fact may change: backwards along the paths that a rule reads. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from assistant.twin import Changed, Neighbourhood, is_minor
from assistant.twin.household import DERIVED_FROM, affected_persons, is_alive
from assistant.twin.neighbourhood import INVERSE
from rules import Catalogue, Rule

WITHIN_FAMILY = ("household", "siblings", "sibling_number")
"""Derived from a whole family's facts: a change to anybody in it may concern everybody in it."""

READ_ALONG = {"gave_birth_on": ("mother_of", "birth_date")}
"""Derived from what stands at the end of a path."""


def readers(catalogue: Catalogue, changed: Changed, near: Neighbourhood, on: date) -> dict[str, set[str]]:
    """Subject id → the rules to run again for it because of a change.

    Of the rules that are followed up alone: what nobody is told of is not determined and kept, for data are to be
    limited to what is needed (the General Data Protection Regulation article 5 no. 1 c).
    """
    found: dict[str, set[str]] = {}
    family = cache(lambda subject_id: affected_persons(near, subject_id, on))
    for concept, subject_id in _same_change(changed, near):
        for rule_id in _rules_reading(catalogue, concept):
            for one in set(_subjects(catalogue, rule_id, concept, subject_id, near, family)):
                if may_concern(catalogue.rules[rule_id], one, near, on):
                    found.setdefault(one, set()).add(rule_id)
    return found


def names_read(catalogue: Catalogue, rule_id: str) -> frozenset[str] | None:
    """The attributes a rule reads of anybody; None where it rests on all there is to know of a family.

    A fact that a rule does not read is not run again for, so the day it ends is no day of the rule's either.
    """
    names = {name for path in catalogue.paths(rule_id) for name in path.split(".")[1:]}
    if names.intersection(WITHIN_FAMILY):
        return None
    told = {f"person.{name}": name for name in names}
    inverse = {INVERSE[concept].partition(".")[2] for concept in told if concept in INVERSE}
    return frozenset(names | inverse)


def may_concern(rule: Rule, subject_id: str, near: Neighbourhood, on: date) -> bool:
    """Whether a rule is about somebody like this: a child under 18, a person who lives, one who has died."""
    if rule.about == "child":
        return is_minor(near, subject_id, on)
    kind = rule.model.subject_type(rule.about)
    if kind is None or kind.id != "person":
        return True
    return is_alive(near, subject_id, on) is (rule.about != "deceased")


def _same_change(changed: Changed, near: Neighbourhood) -> Iterable[tuple[str, str]]:
    """The change, and what it says seen from the other side: a child's new guardian has a new ward."""
    yield changed.concept, changed.subject_id
    for concept, inverse in INVERSE.items():
        if inverse == changed.concept:
            for row in near.facts(changed.subject_id, inverse):
                if row.object_id is not None:
                    yield concept, row.object_id


def _rules_reading(catalogue: Catalogue, concept: str) -> frozenset[str]:
    derived = [made for made, parts in DERIVED_FROM.items() if concept in parts]
    reading = frozenset(rule for name in (concept, *derived) for rule in catalogue.reading(name))
    return reading & catalogue.followed_up


def _subjects(
    catalogue: Catalogue,
    rule_id: str,
    concept: str,
    subject_id: str,
    near: Neighbourhood,
    family: Callable[[str], frozenset[str]],
) -> Iterable[str]:
    """Those for whom one of the rule's paths leads to the changed fact, on whatever day it does."""
    rule, kind = catalogue.rules[rule_id], concept.partition(".")[0]
    subject_type = rule.model.subject_type(rule.about)
    for path in catalogue.paths(rule_id):
        names = [step for name in path.split(".")[1:] for step in READ_ALONG.get(name, (name,))]
        if any(name in WITHIN_FAMILY for name in names):
            if kind != "vehicle":
                yield from family(subject_id)
            continue
        at = subject_type.id if subject_type else ""
        way: list[str] = []  # the relations from the rule's subject to whose attribute it is
        for name in names:
            here = f"{at}.{name}"
            if here == concept:
                yield from _backwards(way, subject_id, near)
            known = catalogue.model.concepts.get(here)
            if known is None or not known.type.subject:
                break
            way.append(here)
            at = known.type.subject


def _backwards(way: list[str], subject_id: str, near: Neighbourhood) -> set[str]:
    found = {subject_id}
    for relation in reversed(way):
        step = {row.subject_id for one in found for row in near.facts_towards(one, relation)}
        if inverse := INVERSE.get(relation):
            step |= {row.object_id for one in found for row in near.facts(one, inverse) if row.object_id}
        found = step
    return found
