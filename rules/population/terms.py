"""The value of an expression for every row at once: a column of values, and a column of whether they are known.

A value that is known and null is FEEL's null; one that is not known is unknown, whatever its column holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import ibis
from ibis.common.deferred import Deferred, Just

Base = Literal["number", "text", "date", "boolean", "months", "days", "null", "entity", "list", "used rule"]
Flag = Any
"""A column of booleans without nulls, or True or False where it is the same for every row."""


class NotColumns(Exception):  # no fault of anybody: the exact function answers instead
    """The rule uses something there is no column form for; the text says what."""


@dataclass(frozen=True)
class Term:
    """One value a row. `value` is an expression over columns of the table that is being made, or a plain value."""

    value: Any
    base: Base
    known: Flag = True
    rough: Flag = False
    """A number that floating point may have moved: next to a limit, only the exact function can tell."""
    whole: bool = False
    """A number without decimals in every row."""
    constant: tuple[Any, ...] = ()
    """The exact value, where every row has the same."""
    moved: tuple[Term, int] | None = None
    """Of a day that is another day moved: that day, and by how many months."""
    where: Any = None
    """Where it stands: of an entity or a list, what its facts are read by."""

    @property
    def there(self) -> Flag:
        """Is it known, and not null?"""
        if self.constant:
            return both(self.known, self.constant[0] is not None)
        return both(self.known, self.value.notnull())


def literal(value: Any, kind: str | None = None) -> Any:
    """A plain value that can stand on either side of a column that is not there yet."""
    return Deferred(Just(ibis.literal(value, kind) if value is not None else ibis.null(kind or "null")))


def exact_float(value: Any) -> Any:
    """A number as the nearest there is in floating point; from its digits, for engines that read 0.3 as a decimal."""
    return Deferred(Just(ibis.literal(repr(float(value))).cast("float64")))


def both(*flags: Flag) -> Flag:
    """All of them."""
    columns = [flag for flag in flags if flag is not True]
    if any(flag is False for flag in columns):
        return False
    found: Flag = True
    for column in columns:
        found = column if found is True else found & column
    return found


def either(*flags: Flag) -> Flag:
    """One of them or more."""
    columns = [flag for flag in flags if flag is not False]
    if any(flag is True for flag in columns):
        return True
    found: Flag = False
    for column in columns:
        found = column if found is False else found | column
    return found


def opposite(flag: Flag) -> Flag:
    return not flag if isinstance(flag, bool) else ~flag


def negated(value: Any) -> Any:
    """not: null of null. Written out, for `NOT a IS NULL` is read as `NOT (a IS NULL)`."""
    return ibis.cases((value, False), (value.isnull(), literal(None, "boolean")), else_=True)


def surely(column: Any) -> Flag:
    """A column of booleans where null counts as false."""
    return column if isinstance(column, bool) else column.fill_null(False)


def column(flag: Flag) -> Any:
    """A flag as a column."""
    return literal(flag) if isinstance(flag, bool) else flag


def chosen(flag: Flag, then: Any, otherwise: Any) -> Any:
    """Of two values or flags, by a flag."""
    if isinstance(flag, bool):
        return then if flag else otherwise
    if then is otherwise:
        return then
    return ibis.ifelse(flag, then, otherwise)


def identical(one: Any, other: Any) -> Any:
    """Are two values the same, null being the same as null?"""
    return (one == other).fill_null(False) | (one.isnull() & other.isnull())


def all_known(terms: Iterable[Term]) -> Flag:
    return both(*(term.known for term in terms))


def settled_by_null(one: Term, other: Term) -> Flag:
    """Where is what is reckoned of two known? Where both are, and where one is null whatever the other will be."""
    if one.known is True and other.known is True:
        return True
    nulls = (both(term.known, True if term.base == "null" else term.value.isnull()) for term in (one, other))
    return either(both(one.known, other.known), *nulls)


def only_where(term: Term, flag: Flag) -> Term:
    """The term, null where the flag does not hold."""
    return replace(term, value=chosen(flag, term.value, literal(None)), constant=())
