"""When a deadline is told of: in the morning as it nears; at once only where the morning is too late. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from rules import Rule
from rules.determination import Determination

ONE_DAY = timedelta(days=1)


def last_day(rule: Rule, said: Determination) -> date | None:
    """The last day to do what there is to do, where there is one and it is known."""
    return rule.last_day(said.values) if said.answer == "yes" else None


def waits_till_morning(rule: Rule, said: Determination, today: date) -> bool:
    """Whether it is time to tell of a deadline, and time enough to do it next morning.

    By then people have heard of the life event behind it, and what was a mistake has been taken back. It cannot wait
    where nobody would have a whole day left to act.
    """
    last = last_day(rule, said)
    if rule.deadline is None or last is None:
        return False
    return rule.deadline.told_from(last) <= today < last - ONE_DAY


def tells_of_deadline(rule: Rule, said: Determination, today: date, in_the_morning: bool) -> date | None:
    """The later day on which people are to be told of a deadline, where one is known.

    None where they are told of it now: it is looked at once, not each night until its day.
    """
    last = last_day(rule, said)
    if rule.deadline is None or last is None:
        return None
    if not in_the_morning and waits_till_morning(rule, said, today):
        return today + ONE_DAY
    tell = rule.deadline.told_from(last)
    return tell if tell > today else None
