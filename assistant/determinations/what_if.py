"""What would the rules say if a fact were otherwise? Nothing is kept; that the facts were used is logged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.config import local_date
from assistant.determinations.concerned import may_concern, readers
from assistant.determinations.determinations import Determinations, look_ahead, uses_of
from assistant.store import Transaction
from assistant.twin import Changed, Fact, Use, log_usage
from rules.determination import Determination

PURPOSE = "to show what a correction would change"


@dataclass(frozen=True)
class Supposed:
    """What a rule says for a subject, as things are held and as somebody says they should be."""

    subject_id: str
    rule: str
    before: Determination
    after: Determination

    @property
    def changes(self) -> bool:
        return (self.before.answer, self.before.values, self.before.on) != (
            self.after.answer,
            self.after.values,
            self.after.on,
        )


async def what_if(
    determinations: Determinations,
    tx: Transaction,
    held: Fact,
    instead: Fact | None,
    subjects: Collection[str],
    now: datetime,
) -> tuple[Supposed, ...]:
    """Run the rules that read the fact, for those of the `subjects` it may concern: with it, and with another.

    `instead`: the fact as it should be; None: as if nobody had told us. Of the others whose rules read the fact
    nothing is determined: the one who asks may not know of them.
    """
    on = local_date(now)
    by_day = await determinations.versions.by_day(tx)
    changed = Changed(held.subject_id, held.concept)
    around = await determinations.twin.near(tx, [held.subject_id])
    rules_of = readers(by_day.at(on), changed, around, on)
    found: list[Supposed] = []
    uses: list[Use] = []
    for subject_id in sorted(rules_of.keys() & set(subjects)):
        near = await determinations.twin.near(tx, [subject_id])
        other = near.instead(held, instead)
        place = await determinations.municipality_of(tx, near, subject_id, on)
        for rule_id in sorted(rules_of[subject_id]):
            if not may_concern(by_day.at(on).rules[rule_id], subject_id, near, on):
                continue
            as_held, _ = look_ahead(near, by_day, rule_id, subject_id, place, on)
            as_said, _ = look_ahead(other, by_day, rule_id, subject_id, place, on)
            uses += [replace(use, purpose=PURPOSE) for use in uses_of(rule_id, as_held)]
            found.append(Supposed(subject_id, rule_id, as_held.determination, as_said.determination))
    await log_usage(tx, uses, now)
    return tuple(found)


def supposing(held: Fact, value: object) -> Fact:
    """The fact with another value, for the same time."""
    return held._replace(value=value, object_id=None)
