"""Making up people the same way every time: numbers, homes, birthdays and places from one seed and one day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.demo.inhabitants import Family, Income, Person, Place, Reach
from assistant.registers.national_id import synthetic_ids
from assistant.registers.simulators.documents import Home

NUMBER = "9999"  # no municipality has it
NAME = "Vardevik"
POSTAL_CODE = "9998"

STREETS = (
    "Steinrøysa",
    "Vardevegen",
    "Lyngbakken",
    "Fyrstien",
    "Naustgata",
    "Kvernbekken",
    "Skoleåsen",
    "Torget",
)
KINDERGARTENS = ("Steinrøysa barnehage", "Fjærebukta barnehage", "Lyngbakken naturbarnehage")


class Making:
    """Gives out made-up homes, people and places. The same seed and day give the same municipality."""

    def __init__(self, today: date, seed: int) -> None:
        self.today = today
        self.number, self.town, self.letters = NUMBER, NAME, "VB"
        self.chance = random.Random(seed)  # noqa: S311  (nothing secret hangs on it)
        self.lodgers: list[Family] = []
        self._numbers: dict[date, Iterator[str]] = {}
        self._homes = 0
        self._places = 1000
        self._twins: dict[str, date] = {}

    @property
    def kindergarten_year(self) -> int:
        """The calendar year in which the running kindergarten year began, on 1 August."""
        return self.today.year if self.today >= date(self.today.year, 8, 1) else self.today.year - 1

    def years_ago(self, years: int) -> date:
        return date(self.today.year - years, 6, 14)

    def home(self) -> Home:
        """A dwelling nobody else has."""
        self._homes += 1
        index = (self._homes - 1) % len(STREETS)
        house, floor = 1 + (self._homes - 1) // len(STREETS), 1 + self._homes % 2
        return Home(
            municipality=self.number,
            street=STREETS[index],
            street_code=str(1000 + index),
            house=str(house),
            unit=f"H0{floor}01",
            postal_code=POSTAL_CODE,
            town=self.town.upper(),
        )

    def identifier(self, born: date) -> str:
        """A synthetic identity number that nobody else here has."""
        return next(self._numbers.setdefault(born, synthetic_ids(born)))

    def adult(
        self,
        key: str,
        first: str,
        last: str,
        age: int,
        home: Home,
        income: Income,
        reach: Reach | None = None,
    ) -> Person:
        """Somebody who turned that age this year, or will."""
        born = self._day_in(self.today.year - age)
        return Person(key, self.identifier(born), first, last, born, home, income, reach or Reach())

    def child(self, key: str, first: str, last: str, turns: int, home: Home, *, twin: str = "") -> Person:
        """A child that turns that age in the calendar year in which the running kindergarten year began.

        `twin`: children with the same word are born the same day.
        """
        born = self._twins.get(twin) or self._day_in(self.kindergarten_year - turns)
        if twin:
            self._twins[twin] = born
        return Person(key, self.identifier(born), first, last, born, home, reach=Reach(registered=False))

    def place(self, child: Person, *, weekly_hours: int = 45, whole_stay: bool | None = None) -> Place:
        """A place since the August after the child turned one, or since this August."""
        self._places += 1
        starts = date(min(child.born.year + 1, self.kindergarten_year), 8, 15)
        if starts > self.today:
            starts = date(self.kindergarten_year, 8, 1)
        return Place(
            number=f"{self.letters}-{self._places}",
            child=child.key,
            kindergarten=self.chance.choice(KINDERGARTENS),
            starts_on=starts,
            weekly_hours=weekly_hours,
            whole_stay=whole_stay,
        )

    def lodger(self, person: Person) -> None:
        """Somebody who lives with a family without being of it."""
        self.lodgers.append(Family((person,)))

    def _day_in(self, year: int) -> date:
        day = date(year, 1, 1) + timedelta(days=self.chance.randrange(365))
        return min(day, self.today - timedelta(days=20))
