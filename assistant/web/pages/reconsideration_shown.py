"""A reconsideration in words for a page: what was known, what is known now, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from assistant.casework import drafting, wording
from assistant.casework.case_rows import Case, Decision
from assistant.casework.drafting import Readers
from assistant.casework.errands import errand_of
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.config import local_date
from assistant.web.parts import Parts


@dataclass(frozen=True)
class ChangedShown:
    """One fact: `before` and `after` as one writes them; empty `after`: nobody says any more."""

    label: str
    before: str
    after: str
    how: str
    source: str
    learned_on: date | None


def changed_shown(
    parts: Parts, one: Reconsideration, readers: Readers, language: str
) -> tuple[tuple[ChangedShown, ...], bool]:
    """The changed facts the reader may see, and whether some were held back."""
    lines, hidden = drafting.changed_lines(parts.catalogue, one.changed, readers)
    shown = []
    for line in lines:
        title = wording.of(line.label, language)
        shown.append(
            ChangedShown(
                label=f"{title}, {line.about}" if line.about else title,
                before="" if line.how == "new" else wording.value(line.before, line.unit, language),
                after="" if line.how == "annulled" else wording.value(line.after, line.unit, language),
                how=line.how,
                source=wording.name_of(line.source, language) if line.source else "",
                learned_on=line.learned_on,
            )
        )
    return tuple(shown), hidden


def shown(
    parts: Parts, opened: Case, made: Decision, one: Reconsideration, readers: Readers, language: str
) -> dict[str, Any]:
    """What both the person's page and the desk's show."""
    changed, hidden = changed_shown(parts, one, readers, language)
    proposed = one.proposed
    return {
        "one": one,
        "case": opened,
        "made": made,
        "errand": wording.begun_high(wording.of(errand_of(opened.kind).title, language)),
        "decided_on": local_date(made.decided_at),
        "found_on": local_date(one.found_at),
        "noticed_on": None if one.noticed_at is None else local_date(one.noticed_at),
        "answered_on": None if one.answered_at is None else local_date(one.answered_at),
        "settled_on": None if one.settled_at is None else local_date(one.settled_at),
        "last_day": made.valid_to - timedelta(days=1),
        "changed": changed,
        "hidden": hidden,
        "proposed": proposed,
        # What is to be paid is always told, also where a fact behind it is held back: it is the decision itself.
        "more": None if proposed.difference is None else abs(proposed.difference),
        "dearer": proposed.difference is not None and proposed.difference > Decimal(0),
    }


def is_overtaken(one: Reconsideration) -> bool:
    """Whether the register, or another decision in the place of the one it was about, ended it."""
    return one.state == "dropped" and (one.settled_by == "varde" or one.new_decision_id is not None)
