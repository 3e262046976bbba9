"""The day a rule is asked about: a date that notes what it is compared with, to know when to look again."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Self

from rules.feel import Expression, tree
from rules.feel.values import Context

TODAY = "today"
_PARTS = ("year", "month", "day", "weekday")


@lru_cache(maxsize=4096)
def only_watched(expression: Expression) -> bool:
    """Does the expression use `today` only as a `WatchedDay` notes it: compared, or for one of its parts?

    Elsewhere (in arithmetic, as an argument) the day is read past our back, and may count anew each day.
    """
    return all(
        _notes(node)
        for node in tree.every_node(expression.tree)
        if any(_is_today(child) for child in tree.children(node))
    ) and not _is_today(expression.tree)


def _is_today(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == TODAY


def _notes(node: tree.Node) -> bool:
    if isinstance(node, tree.Path):
        return node.attribute in _PARTS
    return isinstance(node, tree.Comparison | tree.Between | tree.In)


def unwatched(value: Any) -> Any:
    """A value to hand out: a day that was watched is a date like any other."""
    if isinstance(value, WatchedDay):
        return value.plain
    if isinstance(value, list):
        return [unwatched(item) for item in value]
    if isinstance(value, Context):
        return Context({key: unwatched(item) for key, item in value.items()})
    return value


class WatchedDay(date):
    """A date that an expression sees as `today`.

    As long as no day on which a comparison turns is reached, each comparison turns out the same, and so does the
    rule: "before D" and "from D on" turn on D, "until D" and "after D" on the day after. Where an expression takes
    the day apart instead, we look again when that part changes: the year next 1 January, the month on the next
    1st, anything else tomorrow. That is never too late, and at worst too early.
    """

    _days: set[date]

    @classmethod
    def watching(cls, day: date) -> Self:
        made = cls(date.year.__get__(day), date.month.__get__(day), date.day.__get__(day))
        made._days = set()
        return made

    @property
    def plain(self) -> date:
        return date(date.year.__get__(self), date.month.__get__(self), date.day.__get__(self))

    @property
    def next_look(self) -> date | None:
        """The first later day on which something this day was used for can turn out otherwise."""
        plain = self.plain
        return min((day for day in self._days if day > plain), default=None)

    def look_tomorrow(self) -> None:
        """Note that it is used in a way that may count anew each day."""
        if self.plain < date.max:
            self._days.add(self.plain + timedelta(days=1))

    def _turns_on(self, other: object) -> None:
        if isinstance(other, date) and not isinstance(other, WatchedDay):
            self._days.add(other)

    def _turns_after(self, other: object) -> None:
        if isinstance(other, date) and not isinstance(other, WatchedDay) and other < date.max:
            self._days.add(date.fromordinal(date.toordinal(other) + 1))

    # ---- comparison

    def __lt__(self, other: date) -> bool:
        self._turns_on(other)
        return super().__lt__(other)

    def __le__(self, other: date) -> bool:
        self._turns_after(other)
        return super().__le__(other)

    def __gt__(self, other: date) -> bool:
        self._turns_after(other)
        return super().__gt__(other)

    def __ge__(self, other: date) -> bool:
        self._turns_on(other)
        return super().__ge__(other)

    def __eq__(self, other: object) -> bool:
        self._turns_on(other)
        self._turns_after(other)
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        self._turns_on(other)
        self._turns_after(other)
        return super().__ne__(other)

    __hash__ = date.__hash__

    # ---- taken apart

    @property
    def year(self) -> int:
        year: int = date.year.__get__(self)
        if year < date.max.year:
            self._days.add(date(year + 1, 1, 1))
        return year

    @property
    def month(self) -> int:
        plain = self.plain
        month: int = date.month.__get__(self)
        if plain < date(date.max.year, 12, 1):
            self._days.add(date(plain.year + (month == 12), month % 12 + 1, 1))
        return month

    @property
    def day(self) -> int:
        self.look_tomorrow()
        return date.day.__get__(self)  # type: ignore[no-any-return]

    def __add__(self, other: timedelta) -> date:  # type: ignore[override]
        self.look_tomorrow()
        return self.plain + other

    __radd__ = __add__  # type: ignore[assignment]

    def __sub__(self, other: Any) -> Any:
        self.look_tomorrow()
        return self.plain - (other.plain if isinstance(other, WatchedDay) else other)

    def __rsub__(self, other: Any) -> Any:
        self.look_tomorrow()
        return other - self.plain

    def toordinal(self) -> int:
        self.look_tomorrow()
        return super().toordinal()

    def weekday(self) -> int:
        self.look_tomorrow()
        return super().weekday()

    def isoweekday(self) -> int:
        self.look_tomorrow()
        return super().isoweekday()

    def isocalendar(self) -> Any:
        self.look_tomorrow()
        return super().isocalendar()

    def isoformat(self) -> str:
        self.look_tomorrow()
        return super().isoformat()

    def __str__(self) -> str:
        return self.isoformat()

    def strftime(self, format: str) -> str:
        self.look_tomorrow()
        return super().strftime(format)

    def timetuple(self) -> Any:
        self.look_tomorrow()
        return super().timetuple()

    def replace(self, *args: Any, **named: Any) -> date:  # type: ignore[override]
        self.look_tomorrow()
        return self.plain.replace(*args, **named)
