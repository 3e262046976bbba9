"""The twin as a picture its person may see: who and what belongs together, and the facts about each. Pure.

Two questions are kept apart. What may be seen is settled by what is known today (`Sight`): an earlier day's picture
never shows more than today's would. What is shown is what was known then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from assistant.twin.graph import BELONGS, EMPLOYER, HAS, Belonging
from assistant.twin.household import LIVES_AS_SPOUSE, SPEAKS_FOR_ITSELF_AT, children_of, full_years
from assistant.twin.neighbourhood import UNKNOWN, Fact, Neighbourhood, Unknown

Kind = Belonging | Literal["me", "home", "partner", "child", "parent"]

HOME: Final = "home"
ADDRESS: Final = ("person.address", "person.municipality", "person.address_protection")
NOT_DRAWN: Final = frozenset({"person.address_key"})
"""A mark that two people live in one dwelling: the picture draws that, and the mark itself says nothing."""

NAMED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "me": ("person.name",),
    "child": ("person.name",),
    "partner": ("person.name",),
    "parent": ("person.name",),
    "home": ("person.address",),
    "vehicle": ("vehicle.registration_number",),
    "property": ("property.address", "property.cadastral_number"),
    "employment": ("employment.occupation",),
    "organisation": ("organisation.name",),
    "kindergarten_place": ("kindergarten_place.kindergarten",),
    "school": ("school.name",),
}
"""Which concepts a node is called by, the first that is known."""


@dataclass(frozen=True)
class Sight:
    """What a person may see of others, as known today.

    `wards`: those under 18 whom they have parental responsibility for. `hidden`: the wards of whom no more than the
    name may be told, for it could lead to a protected home. `guarded`: the wards of whom that is so on every day they
    did not live here, for somebody close to them has a protected home now. `grown`: the wards of 15 or more, whose
    confidential facts, work and belongings are their own to show. `nameable`: other people who may be named.
    """

    person_id: str
    wards: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    grown: frozenset[str] = frozenset()
    nameable: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Node:
    """Somebody or something in the picture. `under`: the key of what it is drawn under; '' for the person."""

    key: str  # the subject's id, or 'home'
    kind: Kind
    subject_id: str
    under: str = ""
    name: str | None = field(default=None, repr=False)  # None: nobody has told us
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    hidden: bool = False  # no more than the name may be told


@dataclass(frozen=True)
class Edge:
    """Two nodes that belong together, by their keys, in the order they are drawn."""

    start: str
    end: str


@dataclass(frozen=True)
class Picture:
    """Nodes in the order they are read, and what binds them. `names`: subject id → name, of those facts speak of."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    def node(self, key: str) -> Node | None:
        return next((node for node in self.nodes if node.key == key), None)

    def belonging_to(self, key: str) -> tuple[Node, ...]:
        """The nodes another one is bound to on the way to the person."""
        starts = {edge.start for edge in self.edges if edge.end == key}
        return tuple(node for node in self.nodes if node.key in starts)


def sight(now: Neighbourhood, person_id: str, wards: Iterable[str], hidden: Iterable[str], on: date) -> Sight:
    """What the person may see, from what is known now. `hidden`: the wards whose home is protected elsewhere.

    Others are named only when it is known that their address is not protected, or that they live here.
    """
    family = tuple(sorted(wards, key=lambda child: (_born(now, child) or date.max, child)))
    secret = frozenset(hidden)
    grown = frozenset(child for child in family if _age(now, child, on) >= SPEAKS_FOR_ITSELF_AT)
    home = now.value(person_id, "person.address_key", on)
    others = now.subjects() - {person_id, *family}
    nameable = frozenset(one for one in others if _may_be_named(now, one, home, on))
    free = nameable | {person_id}
    guarded = frozenset(
        child for child in family if not _close_to(now, child) <= free or _is_protected(now, child, on)
    )
    return Sight(person_id, family, secret, guarded, grown, nameable)


def picture(near: Neighbourhood, seen: Sight, is_confidential: Callable[[str], bool], on: date) -> Picture:
    """The picture on a day, of facts loaded as known at some moment.

    `is_confidential(concept)`: whether the information model has it so. What nobody had told us of is not there.
    """
    return _Drawing(near, seen, is_confidential, on).drawn()


@dataclass
class _Drawing:
    near: Neighbourhood
    seen: Sight
    is_confidential: Callable[[str], bool]
    on: date
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)

    def drawn(self) -> Picture:
        me = self.seen.person_id
        facts = self._facts(me)
        address = tuple(one for one in facts if one.concept in ADDRESS)
        self._add(Node(me, "me", me, name=self._name(me, "me"), facts=_without(facts, address)))
        if address:
            name = self._name(me, "home")
            self._add(Node(HOME, "home", me, me, name, address))
        for other in self._partners(me):
            self._add(Node(other, "partner", other, me, self._name(other, "partner")))
        self._things(me)
        for child in self.seen.wards:
            if self._is_mine(child):
                self._child(child)
        return Picture(tuple(self.nodes.values()), tuple(self.edges.values()), self._names())

    def _add(self, node: Node) -> None:
        """A node met again is bound to both; it is drawn where it was met first."""
        self.nodes.setdefault(node.key, node)
        if node.under:
            self.edges.setdefault((node.under, node.key), Edge(node.under, node.key))

    def _child(self, child: str) -> None:
        me, name = self.seen.person_id, self._name(child, "child")
        if child in self.seen.hidden or (child in self.seen.guarded and not self._live_together(me, child)):
            self._add(Node(child, "child", child, me, name, hidden=True))
            return
        facts = self._facts(child)
        if child in self.seen.grown:
            facts = tuple(one for one in facts if not self.is_confidential(one.concept))
        self._add(Node(child, "child", child, me, name, facts))
        if HOME in self.nodes and self._live_together(me, child):
            self.edges[HOME, child] = Edge(HOME, child)
        self._held(child)
        if child not in self.seen.grown:
            self._things(child)
        for parent in self._parents(child):
            self._add(Node(parent, "parent", parent, child, self._name(parent, "parent")))

    def _things(self, person: str) -> None:
        for relation, kind in BELONGS.items():
            for thing in self.near.pointing_at(person, relation, self.on):
                self._thing(thing, kind, person)
        if person == self.seen.person_id:
            self._held(person)

    def _held(self, person: str) -> None:
        for relation, kind in HAS.items():
            other = self.near.one(person, relation, self.on)
            if isinstance(other, str):
                self._thing(other, kind, person)

    def _thing(self, thing: str, kind: Belonging, person: str) -> None:
        facts = self._facts(thing)
        self._add(Node(thing, kind, thing, person, self._name(thing, kind), facts))

    def _facts(self, subject: str) -> tuple[Fact, ...]:
        """What is held to be so that day; what is known to be absent is no thing to draw."""
        return tuple(
            one
            for one in self.near.about(subject)
            if one.concept not in NOT_DRAWN
            and one.holds_on(self.on)
            and (one.object_id is not None or one.value not in (None, []))
        )

    def _name(self, subject: str, kind: str) -> str | None:
        if kind == "employment":
            employer = self.near.one(subject, EMPLOYER, self.on)
            name = self._first(employer, NAMED_BY["organisation"]) if isinstance(employer, str) else None
            if name is not None:
                return name
        return self._first(subject, NAMED_BY[kind])

    def _first(self, subject: str, concepts: Iterable[str]) -> str | None:
        for concept in concepts:
            value = self.near.value(subject, concept, self.on)
            if isinstance(value, str) and value:
                return value
        return None

    def _is_mine(self, child: str) -> bool:
        me = self.seen.person_id
        return me in self._many(child, "person.guardians") or child in children_of(self.near, me, self.on)

    def _partners(self, person: str) -> tuple[str, ...]:
        married = self.near.value(person, "person.marital_status", self.on) in LIVES_AS_SPOUSE
        names = ("spouse", "cohabitant") if married else ("cohabitant",)
        told = (self.near.one(person, f"person.{name}", self.on) for name in names)
        found = (one for one in told if isinstance(one, str) and one in self.seen.nameable)
        return tuple(dict.fromkeys(found))

    def _parents(self, child: str) -> tuple[str, ...]:
        """The child's other parents and those who share the responsibility: those who may be named."""
        found = (*self._many(child, "person.parents"), *self._many(child, "person.guardians"))
        return tuple(dict.fromkeys(one for one in found if one in self.seen.nameable))

    def _many(self, subject: str, concept: str) -> tuple[str, ...]:
        found = self.near.many(subject, concept, self.on)
        return () if isinstance(found, Unknown) else found

    def _live_together(self, one: str, other: str) -> bool:
        home = self.near.value(one, "person.address_key", self.on)
        return home not in (UNKNOWN, None) and home == self.near.value(other, "person.address_key", self.on)

    def _names(self) -> dict[str, str]:
        """Of those the shown facts speak of: things that are drawn, employers, and people who may be named."""
        told = {node.key: node.name for node in self.nodes.values() if node.name}
        for node in self.nodes.values():
            for one in node.facts:
                other = one.object_id
                if other is None or other in told:
                    continue
                if one.concept == EMPLOYER:
                    name = self._first(other, NAMED_BY["organisation"])
                else:
                    allowed = {self.seen.person_id, *self.seen.wards, *self.seen.nameable}
                    name = self._first(other, NAMED_BY["me"]) if other in allowed else None
                if name is not None:
                    told[other] = name
        return told


@dataclass(frozen=True)
class Changes:
    """What has come and gone between two pictures. Facts by node; a fact that was put right has both."""

    new_nodes: tuple[Node, ...] = ()
    gone_nodes: frozenset[str] = frozenset()
    gone_facts: frozenset[str] = frozenset()  # ids of facts of the earlier picture that are so no more
    new_facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)  # node key → of the later picture


def changes(then: Picture, now: Picture) -> Changes:
    """What is no longer so, and what has come since. The same said again by the same source is no change."""
    earlier = {(node.key, _said(one)) for node in then.nodes for one in node.facts}
    later = {(node.key, _said(one)) for node in now.nodes for one in node.facts}
    keys, kept = {node.key for node in then.nodes}, {node.key for node in now.nodes}
    gone = (one.id for node in then.nodes for one in node.facts if (node.key, _said(one)) not in later)
    fresh = {
        node.key: tuple(one for one in node.facts if (node.key, _said(one)) not in earlier)
        for node in now.nodes
        if node.key in keys
    }
    return Changes(
        tuple(node for node in now.nodes if node.key not in keys),
        frozenset(keys - kept),
        frozenset(gone),
        {key: facts for key, facts in fresh.items() if facts},
    )


def _said(one: Fact) -> tuple[str, str, str, str]:
    return (one.concept, one.scope, one.source, one.object_id or repr(one.value))


def _without(facts: tuple[Fact, ...], those: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(one for one in facts if one not in those)


def _close_to(near: Neighbourhood, child: str) -> set[str]:
    """Everybody who is told of as parent or guardian of the child, whatever the day."""
    rows = (*near.facts(child, "person.parents"), *near.facts(child, "person.guardians"))
    return {row.object_id for row in rows if row.object_id}


def _is_protected(near: Neighbourhood, person: str, on: date) -> bool:
    return bool(near.value(person, "person.address_protection", on) != "none")


def _may_be_named(near: Neighbourhood, other: str, home: object, on: date) -> bool:
    if not _is_protected(near, other, on):
        return True
    address = near.value(other, "person.address_key", on)
    return address not in (UNKNOWN, None) and address == home


def _born(near: Neighbourhood, person: str) -> date | None:
    born = next((row.value for row in near.facts(person, "person.birth_date")), None)
    return date.fromisoformat(born) if isinstance(born, str) else None


def _age(near: Neighbourhood, person: str, on: date) -> int:
    born = near.value(person, "person.birth_date", on)
    return full_years(date.fromisoformat(born), on) if isinstance(born, str) else SPEAKS_FOR_ITSELF_AT
