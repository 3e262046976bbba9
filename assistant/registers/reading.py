"""Reading a register's JSON: one field at a time, by name, with an error that names the field and no value.

Fields we do not know are left alone: registers add fields without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from assistant.config import local_date
from assistant.registers.errors import MalformedAnswer

EARLIEST = date(1500, 1, 1)
"""Days before this are placeholders: the population register writes 0001-01-01 for a day nobody knows."""


@dataclass(frozen=True)
class Fields:
    """A JSON object and where in the answer it stands. The values are kept out of `repr`."""

    register: str
    task: str
    values: Mapping[str, Any] = field(repr=False)
    path: str = ""

    @classmethod
    def of(cls, register: str, task: str, answer: Any) -> Fields:
        if not isinstance(answer, Mapping):
            raise MalformedAnswer(register, task, "", "the answer is not a JSON object")
        return cls(register, task, answer)

    def fault(self, name: str, reason: str) -> MalformedAnswer:
        return MalformedAnswer(self.register, self.task, self.at(name), reason)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self.text_or_none(name)
        if value is None:
            raise self.fault(name, "is missing")
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text; null, absent and empty are all "not given" (the population register writes all three)."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.fault(name, "is not a text")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.fault(name, "is not true or false")
        return value

    def whole(self, name: str) -> int:
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fault(name, "is not a whole number")
        return value

    def amount(self, name: str) -> Decimal:
        """A number, exactly as written: money is never a float."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise self.fault(name, "is not a number")
        return Decimal(value)

    def year(self, name: str) -> int:
        """A year, written as a number or as four digits."""
        value = self.values.get(name)
        if isinstance(value, str) and len(value) == 4 and value.isdigit():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999:
            return value
        raise self.fault(name, "is not a year")

    def day_or_none(self, name: str) -> date | None:
        """A day; a placeholder is no day."""
        value = self.text_or_none(name)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise self.fault(name, "is not a date") from None
        return None if day < EARLIEST else day

    def moment_or_none(self, name: str) -> datetime | None:
        """A moment with its time zone, in UTC; a placeholder is no moment."""
        value = self.text_or_none(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.fault(name, "is not a moment in time") from None
        if moment.tzinfo is None:
            raise self.fault(name, "has no time zone")
        return None if moment.date() < EARLIEST else moment.astimezone(UTC)

    def local_day_or_none(self, name: str) -> date | None:
        """The Norwegian day of a moment."""
        moment = self.moment_or_none(name)
        return None if moment is None else local_date(moment)

    def part(self, name: str) -> Fields:
        found = self.part_or_none(name)
        if found is None:
            raise self.fault(name, "is missing")
        return found

    def part_or_none(self, name: str) -> Fields | None:
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.fault(name, "is not an object")
        return Fields(self.register, self.task, value, self.at(name))

    def parts(self, name: str) -> tuple[Fields, ...]:
        """The objects of a list; null and absent are the empty list."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.fault(name, "is not a list")
        made = []
        for index, one in enumerate(value):
            if not isinstance(one, Mapping):
                raise self.fault(f"{name}[{index}]", "is not an object")
            made.append(Fields(self.register, self.task, one, self.at(f"{name}[{index}]")))
        return tuple(made)
