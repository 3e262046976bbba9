"""May the tax administration be asked about a household now? FOR-2005-12-16-1478 § 3e says what for.

Second paragraph: to handle an application. Third: year by year, where one application covers the whole stay.
Before anybody has applied it is the municipality's own choice (`flagged`); where people send papers
(`documented`), nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from assistant.casework.case_rows import OPEN, is_replaced
from assistant.store import Transaction
from assistant.store.asking import among
from assistant.store.tables import case, decision
from assistant.twin import BEFOREHAND, Generation


@dataclass(frozen=True)
class Application:
    """One application about a child. `granted_until`: exclusive; None: no grant of it holds any more."""

    generation: Generation
    is_open: bool
    covers_whole_stay: bool
    granted_until: date | None


def may_be_fetched(chosen: Generation, applications: Iterable[Application], on: date) -> bool:
    """Whether incomes may be fetched for a child, as the municipality has `chosen` and people have applied.

    An application that was begun with papers is finished with papers; the renewal of its grant is not.
    """
    if chosen == BEFOREHAND:
        return True
    for one in applications:
        if one.is_open and one.generation != "documented":
            return True
        holds = one.granted_until is not None and one.granted_until >= on
        if chosen != "documented" and holds and one.covers_whole_stay:
            return True
    return False


About = tuple[str, str, str]
"""An errand by its id, the child it is about, and the municipality it is applied for in."""


_APPLICATIONS = (
    select(
        case.c.id,
        case.c.kind,
        case.c.subject_id,
        case.c.municipality,
        case.c.generation,
        case.c.status,
        case.c.content,
        decision.c.outcome,
        decision.c.valid_to,
    )
    .select_from(case.outerjoin(decision, and_(decision.c.case_id == case.c.id, ~is_replaced())))
    .where(
        case.c.subject_id.in_(among("children")),
        case.c.kind.in_(among("errands")),
        case.c.municipality.in_(among("numbers")),
        case.c.status.in_((*OPEN, "decided")),
    )
)


async def applications_about(
    tx: Transaction, asked: Collection[About]
) -> Mapping[About, Sequence[Application]]:
    """What has been applied for about children in municipalities, and not been taken back."""
    if not asked:
        return {}
    rows = await tx.all(
        _APPLICATIONS,
        {
            "children": sorted({child for _, child, _ in asked}),
            "errands": sorted({errand for errand, _, _ in asked}),
            "numbers": sorted({number for _, _, number in asked}),
        },
    )
    found: dict[About, dict[str, Application]] = {}
    for row in rows:
        if row["content"].get("taken_back"):
            continue
        theirs = found.setdefault((row["kind"], row["subject_id"], row["municipality"]), {})
        before = theirs.get(row["id"])
        until = row["valid_to"] if row["outcome"] == "granted" else None
        if before is not None and (until is None or (before.granted_until or until) > until):
            until = before.granted_until
        theirs[row["id"]] = Application(
            generation=row["generation"],
            is_open=row["status"] in OPEN,
            covers_whole_stay=row["content"]["duration"] == "whole_stay",
            granted_until=until,
        )
    return {about: list(theirs.values()) for about, theirs in found.items()}
