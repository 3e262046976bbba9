"""The same errand in three municipalities, each in its own time: what becomes of one income and one child.

Three single mothers with the same income, each with a child of two in kindergarten, live in three municipalities
that differ in one setting: who carries the facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.demo.inhabitants import PAY, SINGLE_PARENT_BENEFIT, Family, Income, Municipality
from assistant.demo.making import NAME, NUMBER, Making
from assistant.twin import Generation

SAME_INCOME = Income({PAY: 126_000, SINGLE_PARENT_BENEFIT: 72_000})


@dataclass(frozen=True)
class Neighbour:
    """One of the three: where, by which generation, and who lives there. `worker` handles what needs a human."""

    number: str
    name: str
    generation: Generation
    key: str
    first: str
    last: str
    child: str
    worker: str
    worker_name: str
    neighbour: tuple[str, str, str] | None = None  # key, first name and child of another mother like her


NEIGHBOURS = (
    Neighbour(
        "9997",
        "Papirvik",
        "documented",
        "pia",
        "Pia",
        "Papirvik",
        "Petter",
        "paul",
        "Paul Behandler",
        ("pernille", "Pernille", "Pål"),
    ),
    Neighbour(
        "9998", "Hentevik", "fetched", "helga", "Helga", "Hentevik", "Henrik", "hilde", "Hilde Behandler"
    ),
    Neighbour(NUMBER, NAME, "flagged", "vigdis", "Vigdis", "Vardevik", "Vilje", "sakia", "Sakia Behandler"),
)


def family_of(making: Making, who: Neighbour) -> Family:
    """A mother and her child of two. Where flags are used, she applied when she accepted the place."""
    home = making.home()
    mother = making.adult(who.key, who.first, who.last, 31, home, SAME_INCOME)
    child = making.child(f"{who.key}-child", who.child, who.last, 2, home)
    place = making.place(child, whole_stay=True if who.generation == "flagged" else None)
    return Family((mother,), (child,), sole_responsibility=True, places=(replace(place, weekly_hours=45),))


def neighbouring(making: Making) -> tuple[Municipality, ...]:
    """The municipalities beside Vardevik, with one family each."""
    found = []
    for who in NEIGHBOURS:
        if who.number == NUMBER:
            continue
        making.number, making.town, making.letters = who.number, who.name, who.name[:2].upper()
        families = [family_of(making, who)]
        if who.neighbour is not None:
            key, first, child = who.neighbour
            families.append(family_of(making, replace(who, key=key, first=first, child=child)))
        found.append(Municipality(who.number, who.name, making.today, tuple(families)))
    making.number, making.town, making.letters = NUMBER, NAME, "VB"
    return tuple(found)
