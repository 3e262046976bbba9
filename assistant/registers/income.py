"""Adding up a person's income for § 3d from the posts of the tax basis, by the table `income_posts.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from assistant.yaml_file import read_yaml

TABLE = Path(__file__).with_name("income_posts.yaml")
UPWARD_ADJUSTMENT = "upward_adjustment"

Group = Literal["person_income", "capital_income", "upward_adjustment", "not_counted", "unclassified"]


@dataclass(frozen=True)
class Post:
    """One amount of the tax basis, in NOK a year, under the tax administration's name for it."""

    name: str
    amount: Decimal = field(repr=False)
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddedUp:
    """The sums, in NOK a year, and the posts that stand in no group of the table (`unclassified`)."""

    person_income: Decimal
    capital_income: Decimal
    upward_adjustment: Decimal
    posts: Mapping[str, Decimal]  # those counted
    unclassified: tuple[str, ...]

    @property
    def amount(self) -> Decimal | None:
        """What counts, or None when a post is there that nobody has said whether to count."""
        return None if self.unclassified else self.person_income + self.capital_income

    @property
    def amount_adjusted(self) -> Decimal:
        """The other reading: with the upward adjustment of dividends and gains."""
        return self.person_income + self.capital_income + self.upward_adjustment


@cache
def _table() -> tuple[Mapping[str, Group], str]:
    raw = read_yaml(TABLE)
    groups: dict[str, Group] = {}
    listed: tuple[Group, ...] = ("person_income", "capital_income", "not_counted")
    for group in listed:
        for name in raw[group]["posts"]:
            if name in groups:
                raise ValueError(f"{TABLE.name}: {name} stands both in {groups[name]} and in {group}")
            groups[name] = group
    return MappingProxyType(groups), str(raw[UPWARD_ADJUSTMENT]["prefix"])


def group_of(post: Post) -> Group:
    """The post's group in the table; other categories (wealth, debt, deductions, totals) are not income."""
    groups, adjustment = _table()
    if post.name.startswith(adjustment):
        return "upward_adjustment"
    if post.name in groups:
        return groups[post.name]
    return "unclassified" if "inntekt" in post.categories and post.amount != 0 else "not_counted"


def add_up(posts: Iterable[Post]) -> AddedUp:
    """The sums of § 3d third paragraph over a person's posts."""
    sums: dict[Group, Decimal] = {}
    counted: dict[str, Decimal] = {}
    unclassified: dict[str, None] = {}
    for post in posts:
        group = group_of(post)
        sums[group] = sums.get(group, Decimal(0)) + post.amount
        if group == "unclassified":
            unclassified[post.name] = None
        elif group != "not_counted":
            counted[post.name] = counted.get(post.name, Decimal(0)) + post.amount
    return AddedUp(
        person_income=sums.get("person_income", Decimal(0)),
        capital_income=sums.get("capital_income", Decimal(0)),
        upward_adjustment=sums.get("upward_adjustment", Decimal(0)),
        posts=MappingProxyType(counted),
        unclassified=tuple(unclassified),
    )
