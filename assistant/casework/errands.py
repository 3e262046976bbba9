"""What may be applied for: the rights that are decided together, and the rule that says the amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.yaml_file import read_yaml
from rules.determination import LawReference

FOLDER = Path(__file__).parent


class UnknownErrand(LookupError):
    """Nothing by that name can be applied for here."""


@dataclass(frozen=True)
class Errand:
    """An errand at the municipality that ends in one decision."""

    id: str
    fee: str  # what the biller calls it: 'kindergarten'
    decides: tuple[str, ...]  # rules; granted if one answers yes
    amount: str  # the rule that gives monthly_fee and full_fee, NOK a month
    title: Mapping[str, str]
    law: tuple[LawReference, ...]
    automation: LawReference  # what lets a machine decide
    billing: LawReference  # what lets the biller know the fee

    @property
    def rules(self) -> tuple[str, ...]:
        return (*self.decides, self.amount)


def law_from(entries: list[dict[str, Any]]) -> tuple[LawReference, ...]:
    return tuple(LawReference(**entry) for entry in entries)


@cache
def errands() -> Mapping[str, Errand]:
    """All errands of `errands.yaml`, by id."""
    entries = read_yaml(FOLDER / "errands.yaml")
    return {
        name: Errand(
            id=name,
            fee=entry["fee"],
            decides=tuple(entry["decides"]),
            amount=entry["amount"],
            title=entry["title"],
            law=law_from(entry["law"]),
            automation=LawReference(**entry["automation"]),
            billing=LawReference(**entry["billing"]),
        )
        for name, entry in entries.items()
    }


def billing_basis(fee: str) -> str:
    """The law that lets a biller know what was decided of a fee, in words for the usage log."""
    for errand in errands().values():
        if errand.fee == fee:
            return f"{errand.billing.act} {errand.billing.section}"
    raise UnknownErrand(f"no errand decides the fee {fee!r}")


def errand_with(rule: str) -> Errand | None:
    """The errand a rule is decided or billed by; None where nothing is applied for."""
    return next((errand for errand in errands().values() if rule in errand.rules), None)


def errand_of(name: str) -> Errand:
    """The errand by its own id, or by a rule it decides or bills by."""
    for errand in errands().values():
        if name == errand.id or name in errand.rules:
            return errand
    known = ", ".join(sorted(errands()))
    raise UnknownErrand(f"{name!r} cannot be applied for here; errands are {known}")
