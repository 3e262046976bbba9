"""Who may read what a rule says of somebody: they themselves, and those who would be told of it. The one place."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement

from assistant.guidance.people import circle_around
from assistant.guidance.tact import is_open_to, telling
from assistant.store.tables import message
from assistant.twin import Neighbourhood
from rules import Catalogue, Matter, Rule

IS_READABLE: Final[ColumnElement[bool]] = (message.c.channel != "letter") & message.c.state.in_(
    ("sent", "failed")
)
"""The messages their person may read anywhere: sent, or tried in vain (a notice of what the chat has).

Not what waits, for tact may have it wait; nor what was withdrawn, which may be what must not be said; nor letters,
which people in the municipality send or do not.
"""


def may_read(
    catalogue: Catalogue, near: Neighbourhood, rule: Rule, subject_id: str, person_id: str, on: date
) -> bool:
    """Whether the person is among those told of the rule about the subject, and tact keeps nothing from them.

    What nobody would tell a parent (the illness of a child of 15, where it lives with the other) is not to be
    looked up by the parent either.
    """
    if subject_id == person_id:
        return True
    circle = circle_around(near, subject_id, rule.told_to, on)
    person = next((one for one in circle.recipients if one.id == person_id), None)
    if person is None:
        return False
    matter = Matter(rule.id, rule.kind, about=rule.about)
    return is_open_to(telling(catalogue.tact, person, circle.subject, circle.others, matter, on))
