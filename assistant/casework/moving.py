"""A child who changes kindergarten in the year a decision holds for takes the decision along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from assistant.casework.flags import Flag, running_flags
from assistant.store import Transaction
from assistant.store.tables import fact
from assistant.twin import UNKNOWN, Neighbourhood, Twin

HELD = "person.kindergarten_place"
TERMS = ("kindergarten_place.price", "kindergarten_place.weekly_hours")


@dataclass(frozen=True)
class Move:
    """`carried` is the flag of the place left, written for the new one from the day it is held.

    `same_terms`: price and hours are known to be the same, so the fee decided is the fee there too.
    """

    carried: Flag
    same_terms: bool


async def moves(
    tx: Transaction, twin: Twin, today: date, subject_ids: Collection[str] | None = None
) -> list[Move]:
    """The places in the same municipality that a running decision has not reached yet."""
    of_child: dict[str, list[Flag]] = defaultdict(list)
    for flag in await running_flags(tx, today, subject_ids):
        of_child[flag.subject_id].append(flag)
    if not of_child:
        return []
    found: list[Move] = []
    for child in await _with_another_place(tx, of_child, today):
        near = await twin.near(tx, [child])
        days = {today, *near.turning_days(child, today), *(flag.valid_from for flag in of_child[child])}
        for fee in sorted({flag.fee for flag in of_child[child]}):
            flags = [flag for flag in of_child[child] if flag.fee == fee]
            for day in sorted(one for one in days if one >= today):
                move = _move_on(near, flags, child, day)
                if move is not None:
                    flags.append(move.carried)
                    found.append(move)
    return found


async def _with_another_place(tx: Transaction, of_child: dict[str, list[Flag]], today: date) -> list[str]:
    held, number = fact.alias(), fact.alias()
    rows = await tx.all(
        select(held.c.subject_id, number.c.value)
        .join(number, number.c.subject_id == held.c.object_id)
        .where(
            held.c.concept == HELD,
            held.c.subject_id.in_(sorted(of_child)),
            held.c.superseded_at.is_(None),
            held.c.valid_to.is_(None) | (held.c.valid_to > today),
            number.c.concept == "kindergarten_place.place_number",
            number.c.superseded_at.is_(None),
        )
    )
    return sorted(
        {
            row["subject_id"]
            for row in rows
            if row["subject_id"] in of_child
            and row["value"] not in {flag.place_number for flag in of_child[row["subject_id"]]}
        }
    )


def _move_on(near: Neighbourhood, flags: list[Flag], child: str, day: date) -> Move | None:
    relation = near.best(child, HELD, day)
    if relation is None or relation.object_id is None:
        return None
    place = relation.object_id
    number = near.value(place, "kindergarten_place.place_number", day)
    municipality = near.value(place, "kindergarten_place.municipality", day)
    holding = [flag for flag in flags if flag.period.contains(day) and flag.municipality == municipality]
    if not isinstance(number, str) or not holding or number in {flag.place_number for flag in holding}:
        return None
    left = max(holding, key=lambda flag: flag.sequence)
    begins = max(relation.valid_from or left.valid_from, left.valid_from)
    carried = replace(left, place_number=number, valid_from=begins, id="", replaces=None, created_at=None)
    return Move(carried, _same_terms(near, child, left, place, begins))


def _same_terms(near: Neighbourhood, child: str, left: Flag, place: str, begins: date) -> bool:
    """As the fee was decided: on the first day of the flag that is carried."""
    for row in near.facts(child, HELD):
        old = row.object_id
        if old is None or old == place:
            continue
        if near.value(old, "kindergarten_place.place_number", left.valid_from) == left.place_number:
            before = [near.value(old, term, left.valid_from) for term in TERMS]
            after = [near.value(place, term, begins) for term in TERMS]
            return UNKNOWN not in (*before, *after) and [str(one) for one in before] == [
                str(one) for one in after
            ]
    return False
