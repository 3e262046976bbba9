"""May a decision be made by the machine, and if not, why must a case worker decide?

A decision may be automatic only where no discretion is used (FOR-2005-12-16-1478 § 3e last paragraph).
Each reason for a human is one small check of what is known; texts and law stand in `reasons.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from assistant.casework.errands import FOLDER, law_from
from assistant.casework.period import FirstOfMonth, on_edge
from assistant.casework.submission import Submission
from assistant.store.columns import to_json
from assistant.yaml_file import read_yaml
from rules.determination import Determination, LawReference, Texts, UsedFact, UsedParameter


@dataclass(frozen=True)
class HumanReason:
    """Why a case worker must decide, in words and law.

    `waits`: a missing fact may still make it automatic.
    """

    id: str
    text: Texts
    law: tuple[LawReference, ...]
    waits: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text": dict(self.text),
            "law": [reference.as_json() for reference in self.law],
            "waits": self.waits,
        }


@dataclass(frozen=True)
class Situation:
    """What the case turns on besides the rules' answers. None: nobody has told us."""

    protected_address: bool | None  # anybody in the household, the child or the applicant
    shared_residence: bool | None  # delt bosted
    declared_cohabitant: bool | None  # a cohabitant without common child
    shielded_income: bool | None  # the tax administration shields somebody's income
    applicant_elsewhere: bool | None = False  # who applies is not of the household whose income counts


@dataclass(frozen=True)
class Matter:
    """All that is weighed when it is asked whether a machine may decide."""

    determinations: tuple[Determination, ...]
    situation: Situation
    submission: Submission
    applied_on: date
    edge: FirstOfMonth | None  # the municipality's setting for an application on the first of a month


@cache
def _reasons() -> Mapping[str, HumanReason]:
    entries = read_yaml(FOLDER / "reasons.yaml")
    return {
        name: HumanReason(name, entry["text"], law_from(entry["law"]), bool(entry.get("waits", False)))
        for name, entry in entries.items()
    }


def reason_named(name: str) -> HumanReason:
    """A reason of `reasons.yaml`."""
    return _reasons()[name]


def _missing(matter: Matter) -> set[str]:
    return {path for determination in matter.determinations for path in determination.missing}


def _is_documented(matter: Matter) -> bool:
    return matter.submission.generation == "documented"


def _income_missing(matter: Matter) -> bool:
    return any(path.endswith(".assessed_income") for path in _missing(matter))


def _undetermined(matter: Matter) -> bool:
    unknown = any(determination.answer == "undetermined" for determination in matter.determinations)
    return (unknown or bool(_missing(matter))) and not _income_missing(matter)


def _price_above_limit(matter: Matter) -> bool:
    prices: list[Decimal] = []
    limits: list[Decimal] = []
    for used in _used(matter.determinations):
        if used.value is None:
            continue
        if isinstance(used, UsedFact) and used.path.endswith(".kindergarten_place.price"):
            prices.append(Decimal(str(used.value)))
        if isinstance(used, UsedParameter) and used.name == "max_price":
            limits.append(Decimal(str(used.value)))
    return bool(prices) and bool(limits) and max(prices) > min(limits)


def _used(determinations: Iterable[Determination]) -> Iterable[UsedFact | UsedParameter]:
    for determination in determinations:
        yield from determination.used


# A protected address and a shielded income are looked for, so an unknown one is no reason: registers state
# protection where there is any. What a person declares is only known when declared.
_CHECKS: Mapping[str, Callable[[Matter], bool]] = {
    "documents": _is_documented,
    "income_missing": lambda matter: _income_missing(matter) and not _is_documented(matter),
    "income_shielded": lambda matter: matter.situation.shielded_income is True,
    "undetermined": _undetermined,
    "disputed_fact": lambda matter: bool(matter.submission.disputed),
    "address_protected": lambda matter: matter.situation.protected_address is True,
    "shared_residence": lambda matter: matter.situation.shared_residence is True,
    "cohabitant": lambda matter: matter.situation.declared_cohabitant is True,
    "applicant_elsewhere": lambda matter: matter.situation.applicant_elsewhere is True,
    "edge_date": lambda matter: on_edge(matter.applied_on) and matter.edge is None,
    "price_above_limit": _price_above_limit,
}


_SAME_AS: Mapping[str, tuple[str, ...]] = {
    "income_shielded": ("discretion.income_shielded",),
    "cohabitant": ("discretion.cohabitant_without_common_child", "answer.cohabitant"),
}
"""A check that need not be told where a rule or the errand has asked the same question in its own words."""


def reasons_for_human(matter: Matter) -> tuple[HumanReason, ...]:
    """Every reason a case worker must decide; empty: the machine may.

    The rules' own questions of discretion come first, as the rule file words them, then what was answered
    in the errand, then the checks above in order.
    """
    asked: dict[str, HumanReason] = {}
    for determination in matter.determinations:
        for question in determination.discretion:
            reason = HumanReason(f"discretion.{question.id}", question.text, question.law)
            asked[to_json(question.text)] = reason  # two rules may ask the same, or word one question each
    for name, text in matter.submission.for_worker.items():
        asked[f"answer.{name}"] = HumanReason(f"answer.{name}", text, _reasons()["answer"].law)
    said = {reason.id for reason in asked.values()}
    found = [
        _reasons()[name]
        for name, holds in _CHECKS.items()
        if holds(matter) and not said.intersection(_SAME_AS.get(name, ()))
    ]
    return (*asked.values(), *found)
