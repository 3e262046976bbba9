"""What a change of income does to a decision that holds: more support, never less, until the year is out.

Only a lasting fall in income gives a new decision in the running kindergarten year; an increase does not
reduce the support (FOR-2005-12-16-1478 §§ 3b b and 3c b, as the Directorate of Education reads them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

INCOME = "assessed_income"

Change = Literal["nothing", "income", "other"]


@dataclass(frozen=True)
class Fee:
    """NOK a month without food. `kept`: the fee of an earlier decision stands although income has risen."""

    amount: Decimal
    kept: bool = False


def _facts(used: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    return {
        (entry["path"], str(entry.get("subject", ""))): str(entry["value"])
        for entry in used
        if entry.get("kind") == "fact"
    }


def what_changed(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> Change:
    """What differs between the facts two determinations used (their `used`): only incomes, or more."""
    old, new = _facts(before), _facts(after)
    changed = {key[0] for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    if not changed:
        return "nothing"
    return "income" if all(path.endswith(INCOME) for path in changed) else "other"


def income_rose(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the incomes that the later determinations used sum to more than those of the earlier."""
    return _income(after) > _income(before)


def _income(used: Iterable[Mapping[str, Any]]) -> Decimal:
    incomes = {
        subject: Decimal(value)
        for (path, subject), value in _facts(used).items()
        if path.endswith(INCOME) and value != "None"
    }
    return sum(incomes.values(), Decimal(0))


def fee_in_running_year(determined: Decimal, running: Decimal | None, change: Change) -> Fee:
    """The fee that holds, given what the rule now says and what was decided for the same year.

    >>> fee_in_running_year(Decimal(2000), Decimal(1636), "income")
    Fee(amount=Decimal('1636'), kept=True)
    """
    if running is None or determined <= running or change != "income":
        return Fee(determined)
    return Fee(running, kept=True)
