"""Who belongs to a child's household, and the child's number among siblings: derived, never stored.

Law: FOR-2005-12-16-1478 § 3d second and fourth paragraph (household), § 3a (siblings who live together
permanently and go to kindergartens in the same municipality).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assistant.twin.neighbourhood import UNKNOWN, Neighbourhood, Unknown

LIVES_AS_SPOUSE = frozenset({"married", "registered_partner"})
LIVES_NOWHERE_HERE = frozenset({"emigrated", "dead", "ceased"})
"""Who is registered so has no registered address in Norway, and none is missing."""


SPEAKS_FOR_ITSELF_AT = (
    15  # years: from then a young person is a party of its own (forvaltningsloven §§ 16, 18, 27)
)


def full_years(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def is_alive(near: Neighbourhood, person: str, on: date) -> bool:
    died = near.value(person, "person.death_date", on)
    return died is UNKNOWN or died is None


def parents_of(near: Neighbourhood, child: str, on: date) -> tuple[str, ...] | Unknown:
    told = near.many(child, "person.parents", on)
    parents = near.pointing_at(child, "person.children", on) if isinstance(told, Unknown) else told
    return parents if parents else UNKNOWN


def children_of(near: Neighbourhood, parent: str, on: date) -> tuple[str, ...]:
    own = near.many(parent, "person.children", on)
    told = () if isinstance(own, Unknown) else own
    return tuple(dict.fromkeys((*told, *near.pointing_at(parent, "person.parents", on))))


def household_adults(near: Neighbourhood, child: str, on: date) -> tuple[str, ...] | Unknown:
    """The adults of the household that § 3d counts for this child, or UNKNOWN when the registers do not say.

    The eldest comes first, so that they come in one order wherever they are told of.

    The parents who live at the child's registered address (which settles shared residence), with their
    spouses, registered partners, cohabitants with a common child at the same address, and the cohabitant
    that a parent has told us of (§ 3d: one without a common child must be told). A partner there may be, but
    whom nobody names, makes the household unknown, not smaller: another income may count.
    """
    home = near.value(child, "person.address_key", on)
    parents = parents_of(near, child, on)
    if isinstance(parents, Unknown) or home is UNKNOWN or home is None:
        return UNKNOWN
    at_home: list[str] = []
    for parent in parents:
        if not is_alive(near, parent, on):
            continue
        address = near.value(parent, "person.address_key", on)
        if isinstance(address, Unknown):
            return UNKNOWN
        if address == home:
            at_home.append(parent)
    if not at_home:
        return UNKNOWN
    adults = dict.fromkeys(at_home)
    for parent in at_home:
        partners = partners_of(near, parent, home, on)
        if isinstance(partners, Unknown):
            return UNKNOWN
        adults.update(dict.fromkeys(partners))
    return eldest_first(near, adults, on)


def eldest_first(near: Neighbourhood, persons: Iterable[str], on: date) -> tuple[str, ...]:
    """Those persons in the order of their birth; those of whom no birth is known come last, by id."""
    return tuple(sorted(persons, key=lambda one: (str(near.value(one, "person.birth_date", on)), one)))


def partners_of(near: Neighbourhood, person: str, home: object, on: date) -> tuple[str, ...] | Unknown:
    """Those with whom the person makes a household: spouse, cohabitant with a common child, one told of.

    UNKNOWN where there may be one more: married to somebody the register does not name, of a marital status
    it does not state, or with a common child whose other parent lives where nobody has told us.
    """
    found: list[str] = []
    status = near.value(person, "person.marital_status", on)
    spouse = near.one(person, "person.spouse", on)
    if isinstance(status, Unknown) and spouse is not None:
        return UNKNOWN
    if status in LIVES_AS_SPOUSE:
        if isinstance(spouse, Unknown):
            return UNKNOWN
        found.extend([spouse] if spouse else [])
    for child in children_of(near, person, on):
        others = parents_of(near, child, on)
        for other in () if isinstance(others, Unknown) else others:
            if other == person or not is_alive(near, other, on):
                continue
            address = _registered_home(near, other, on)
            if isinstance(address, Unknown):
                return UNKNOWN
            if address == home:
                found.append(other)
    told = near.one(person, "person.cohabitant", on)
    if isinstance(told, str):
        found.append(told)
    return tuple(dict.fromkeys(other for other in found if is_alive(near, other, on)))


def _registered_home(near: Neighbourhood, person: str, on: date) -> object:
    """The key of the address where the person is registered; None where known to have none in Norway."""
    address = near.value(person, "person.address_key", on)
    elsewhere = near.value(person, "person.residence_status", on) in LIVES_NOWHERE_HERE
    return None if address is UNKNOWN and elsewhere else address


def siblings_with_place(near: Neighbourhood, child: str, on: date) -> tuple[str, ...] | Unknown:
    """The children who live here, share a parent and have a place in the same municipality (§ 3a)."""
    home = near.value(child, "person.address_key", on)
    parents = parents_of(near, child, on)
    own = _place_municipality(near, child, on)
    if isinstance(parents, Unknown) or home is UNKNOWN or own is None:
        return UNKNOWN if own is not None else ()
    family = dict.fromkeys([child])
    for parent in parents:
        family.update(dict.fromkeys(children_of(near, parent, on)))
    return tuple(
        one
        for one in family
        if near.value(one, "person.address_key", on) == home
        and _place_municipality(near, one, on) == own
        and is_alive(near, one, on)
    )


def _place_municipality(near: Neighbourhood, child: str, on: date) -> object:
    place = near.one(child, "person.kindergarten_place", on)
    return near.value(place, "kindergarten_place.municipality", on) if isinstance(place, str) else None


def sibling_number(near: Neighbourhood, child: str, on: date, first_child: str) -> int | Unknown | None:
    """1 for the child that pays in full, 2 and 3 for those with a discount; None for a child without a place.

    Which child is number one is the municipality's own choice (no law says it): `youngest`, `oldest`, or
    `dearest` (the discount goes to the cheapest place). Twins are told apart by their ids, so that exactly
    one of them is number one.
    """
    siblings = siblings_with_place(near, child, on)
    if isinstance(siblings, Unknown):
        return UNKNOWN
    if child not in siblings:
        return None  # has no place, or has died

    def order(one: str) -> tuple[float, str]:
        if first_child == "dearest":
            place = near.one(one, "person.kindergarten_place", on)
            price = near.value(place, "kindergarten_place.price", on) if isinstance(place, str) else UNKNOWN
            return (0.0 if price is UNKNOWN or price is None else -float(price), one)
        born = near.value(one, "person.birth_date", on)
        if born is UNKNOWN or born is None:
            return (0.0, one)
        day = date.fromisoformat(str(born)).toordinal()
        return (float(-day if first_child == "youngest" else day), one)

    return sorted(siblings, key=order).index(child) + 1


def guardians_at_home(near: Neighbourhood, child: str, on: date) -> tuple[str, ...]:
    """Those with parental responsibility whom the child lives with: at its address, or in turn (barnelova § 36).

    Nobody lives together at an address that is unknown to the register too.
    """
    home = near.value(child, "person.address_key", on)
    in_turn = near.many(child, "person.shared_residence", on)
    guardians = near.many(child, "person.guardians", on)
    return tuple(
        one
        for one in (() if isinstance(guardians, Unknown) else guardians)
        if (home not in (UNKNOWN, None) and near.value(one, "person.address_key", on) == home)
        or (not isinstance(in_turn, Unknown) and one in in_turn)
    )


def next_of_kin(near: Neighbourhood, person: str, on: date) -> tuple[str, ...]:
    """The spouse, the children and the parents who are alive: the closest family, as far as it is known."""
    spouse = near.one(person, "person.spouse", on)
    parents = parents_of(near, person, on)
    family = [
        *([spouse] if isinstance(spouse, str) else []),
        *children_of(near, person, on),
        *(() if isinstance(parents, Unknown) else parents),
    ]
    return tuple(dict.fromkeys(one for one in family if is_alive(near, one, on)))


def gave_birth_on(near: Neighbourhood, person: str, on: date) -> str | Unknown | None:
    """The latest birth of a child the person is registered as mother of (ISO); None where there is none."""
    children = near.many(person, "person.mother_of", on)
    if isinstance(children, Unknown):
        return UNKNOWN
    born = [near.value(child, "person.birth_date", on) for child in children]
    known = [str(day) for day in born if day is not UNKNOWN and day is not None]
    return max(known, default=None) if len(known) == len(born) else UNKNOWN


DERIVED_FROM = {
    "person.gave_birth_on": frozenset({"person.mother_of", "person.birth_date"}),
    "person.household": frozenset(
        {
            "person.address_key",
            "person.parents",
            "person.children",
            "person.marital_status",
            "person.spouse",
            "person.cohabitant",
            "person.death_date",
            "person.residence_status",
        }
    ),
    "person.sibling_number": frozenset(
        {
            "person.address_key",
            "person.parents",
            "person.children",
            "person.birth_date",
            "person.death_date",
            "person.kindergarten_place",
            "kindergarten_place.municipality",
            "kindergarten_place.price",
        }
    ),
}
"""What each derived concept rests on: when one of these changes, what is derived may have changed too."""


FAMILY_TIES = DERIVED_FROM["person.household"] | {
    "person.birth_date",
    "person.kindergarten_place",
    "person.municipality",
}
"""All that `affected_persons` and `household_adults` ask about, and where somebody lives."""


def affected_persons(near: Neighbourhood, subject_id: str, on: date) -> frozenset[str]:
    """Those whose rights may change when something about the subject changes: the subject and its family."""
    persons = {subject_id, *near.pointing_at(subject_id, "person.kindergarten_place", on)}
    for row in near.facts_towards(subject_id, "person.kindergarten_place"):
        persons.add(row.subject_id)  # also a place that begins later
    elders = set(persons)
    for person in persons:
        parents = parents_of(near, person, on)
        elders.update(() if isinstance(parents, Unknown) else parents)
        elders.update(near.pointing_at(person, "person.cohabitant", on))
        spouse = near.one(person, "person.spouse", on)
        elders.update([spouse] if isinstance(spouse, str) else [])
    for elder in tuple(elders):
        elders.update(near.pointing_at(elder, "person.spouse", on))
    children = {child for elder in elders for child in children_of(near, elder, on)}
    for child in tuple(children):
        parents = parents_of(near, child, on)
        for parent in () if isinstance(parents, Unknown) else parents:
            children.update(children_of(near, parent, on))
    return frozenset(persons | children)
