"""What one person may see and do for another, decided on values alone: the only place where it is decided.

Law: forvaltningsloven (LOV-1967-02-10) §§ 16, 18 and 27 (from 15 years a minor is heard and told as well). What no
law at hand says is ours, and errs on the side of less: who is not known to be of age holds no mandate, who has a
guardian signs none here (what the guardian may do follows from a mandate we do not know), and a protected address,
or one of which we know nothing, closes the way in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.acting.mandates import Mandate
from assistant.guidance.people import Person
from assistant.twin.household import SPEAKS_FOR_ITSELF_AT, full_years

May = Literal["see", "act"]
Thing = Literal["overview", "message", "decision", "errand"]
"""What can be opened for another. Settings, mandates, requests about data and exports are none of these."""

EVERYTHING: frozenset[Thing] = frozenset({"overview", "message", "decision", "errand"})
OF_AGE = 18  # years

Refusal = Literal["not_of_age", "represented", "protected", "not_alive"]


@dataclass(frozen=True)
class Grant:
    """One ground to act. `themes` None: all of the catalogue. `until` is exclusive; None: while the ground lasts."""

    kind: Literal["parent", "mandate"]
    may: May
    opens: frozenset[Thing]
    themes: frozenset[str] | None = None
    mandate_id: str | None = None
    until: date | None = None

    def covers(self, thing: Thing, theme: str | None) -> bool:
        """`theme` None: of no one theme, such as the page that shows of each only what is covered."""
        in_theme = theme is None or self.themes is None or theme in self.themes
        return thing in self.opens and in_theme

    @property
    def basis(self) -> str:
        """What stands in the usage log as the ground: of a mandate, which one."""
        return f"mandate:{self.mandate_id}" if self.mandate_id else "parental_responsibility"


@dataclass(frozen=True)
class Authority:
    """That somebody may act for somebody, on at least one ground."""

    actor_id: str
    principal_id: str
    grants: tuple[Grant, ...]

    def grant_for(self, needs: May, thing: Thing, theme: str | None) -> Grant | None:
        """The ground that carries it; None where there is none."""
        return next(
            (one for one in self.grants if one.covers(thing, theme) and (needs == "see" or one.may == "act")),
            None,
        )

    @property
    def as_parent(self) -> bool:
        return any(one.kind == "parent" for one in self.grants)

    @property
    def may_act(self) -> bool:
        return any(one.may == "act" for one in self.grants)


Holder = tuple[Mandate, Person, Person]
"""A mandate, who signed it, and who holds it, both as known today."""


def as_parent(child: Person, responsible: bool, hides_home: bool, on: date) -> Grant | None:
    """What one who has parental responsibility may do on the child's page.

    From 15 the young person's own messages, decisions and errands are their own; from 18 all is. Where what we know
    could tell the parent of a protected home they do not live in, nothing is open.
    """
    if not responsible or hides_home or child.alive is False or child.born is None:
        return None
    age = full_years(child.born, on)
    if age >= OF_AGE:
        return None
    if age >= SPEAKS_FOR_ITSELF_AT:
        return Grant("parent", "see", frozenset({"overview"}))
    return Grant("parent", "act", EVERYTHING)


def as_holder(mandate: Mandate, signer: Person, holder: Person, on: date) -> Grant | None:
    """What the holder of a mandate may do today. A seal that does not hold has been refused before."""
    if mandate.state(on) != "in_force" or may_sign(signer, on) is not None:
        return None
    if mandate.to_id != holder.id or mandate.from_id != signer.id or why_not_accepted(holder, on) is not None:
        return None
    return Grant("mandate", mandate.may, EVERYTHING, frozenset(mandate.themes), mandate.id, mandate.valid_to)


def may_sign(person: Person, on: date) -> Refusal | None:
    """Why this person cannot let another act for them here; None where they can."""
    if person.alive is False:
        return "not_alive"
    if not _of_age(person, on):
        return "not_of_age"
    if person.represented:
        return "represented"
    return "protected" if person.protected is not False else None


def why_not_accepted(person: Person, on: date) -> Refusal | None:
    """Why this person cannot act for another by a mandate; None where they can."""
    if person.alive is False:
        return "not_alive"
    if not _of_age(person, on):
        return "not_of_age"
    return "represented" if person.represented else None


def _of_age(person: Person, on: date) -> bool:
    return person.born is not None and full_years(person.born, on) >= OF_AGE
