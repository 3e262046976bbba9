"""The demonstration's world as its pages and its login see it: the story, its people, and the staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from assistant.config import Clock, local_date
from assistant.demo.inhabitants import Municipality, Person
from assistant.demo.login_provider import TestUser
from assistant.demo.making import NUMBER
from assistant.demo.neighbours import NEIGHBOURS
from assistant.demo.story import Story
from assistant.registers.simulators import Simulators

BILLER = "demo-biller-token"
"""What the demonstration's biller shows at the API. Everything here is made up, and only on this machine."""

SETTINGS: Mapping[str, Any] = {
    "language": "nb",
    "generations": {"apply_reduced_fee": "flagged"},
    "zone": "normal",
    "rounding": "half_up",
    "first_child": "youngest",
    "full_week_hours": 45,
    "application_on_first_of_month": "next_month",
    "four_eyes": ["judged_income"],
    "control_share": "0.5",  # a small town: two in a hundred would hardly show
    "contact": {"name": "Vardevik kommune, barnehagekontoret", "phone": "", "email": "", "url": ""},
}
"""What law leaves to the municipality, as Vardevik has settled it."""

STAFF = (
    ("sakia", "Sakia Behandler", "case_worker", "/desk"),
    ("petra", "Petra Prøver", "case_worker", "/desk"),
    ("rune", "Rune Regel", "rule_editor", "/editor"),
    ("bente", "Bente Faktura", "invoicing", "/biller"),
    ("dina", "Dina Drift", "operator", "/desk/work"),
)


@dataclass(frozen=True)
class World:
    """One made-up municipality with its story. `play` may be called from a thread."""

    story: Story
    clock: Clock

    @classmethod
    def open(cls, simulators: Simulators, clock: Clock) -> Self:
        """The world as it was left; at the first start its people settle and the story begins."""
        story = Story.over(simulators, local_date(clock()))
        story.begin(clock())
        return cls(story, clock)

    @property
    def municipality(self) -> Municipality:
        return self.story.municipality

    @property
    def settings(self) -> dict[str, Any]:
        return dict(SETTINGS)

    def served(self) -> Mapping[str, tuple[str, dict[str, Any]]]:
        """Each municipality the assistant serves: number → name and what it has settled."""
        return {
            who.number: (
                who.name,
                {
                    **SETTINGS,
                    "generations": {"apply_reduced_fee": who.generation},
                    "four_eyes": SETTINGS["four_eyes"] if who.number == NUMBER else [],  # one person there
                    "contact": {**SETTINGS["contact"], "name": f"{who.name} kommune, barnehagekontoret"},
                },
            )
            for who in NEIGHBOURS
        }

    def playable(self) -> tuple[str, ...]:
        return tuple(step.id for step in self.story.steps if self.story.ready(step))

    def play(self, step_id: str) -> bool:
        return self.story.play(step_id, self.clock())

    def steps(self, language: str) -> list[dict[str, Any]]:
        """The story as the page shows it."""
        return [
            {
                "id": step.id,
                "title": step.title[language],
                "text": step.what[language],
                "played": step.id in self.story.played,
                "ready": self.story.ready(step),
                "who": [
                    {"key": person.key, "name": person.name}
                    for person in self.story.people(step)
                    if self._is_adult(person)
                ],
            }
            for step in self.story.steps
        ]

    def cast(self) -> list[dict[str, str]]:
        """The adults the story is about, each once, in the order they appear."""
        found: dict[str, str] = {}
        for step in self.story.steps:
            for person in self.story.people(step):
                if self._is_adult(person):
                    found.setdefault(person.key, person.name)
        return [{"key": key, "name": name} for key, name in found.items()]

    def staff(self) -> list[dict[str, str]]:
        return [
            {"key": key, "name": name, "home": home, "role": f"demo.{role}"}
            for key, name, role, home in STAFF
        ]

    def number_of(self, key: str) -> str:
        """The made-up identity number of somebody who lives here or in a neighbouring municipality."""
        return next(one.identifier for one in self._everybody() if one.key == key)

    def _everybody(self) -> list[Person]:
        elsewhere = [one for place in self.story.neighbours for one in place.persons]
        return [*self.municipality.persons, *elsewhere]

    def residents(self) -> Sequence[TestUser]:
        """Everybody who can log in: the people of the story first, then all other adults."""
        first = [one["key"] for one in self.cast()]
        adults = [person for person in self._everybody() if self._is_adult(person)]
        order = {key: place for place, key in enumerate(first)}
        adults.sort(key=lambda person: order.get(person.key, len(order)))
        return [TestUser.resident(one.key, one.identifier, one.name) for one in adults]

    def employees(self) -> Sequence[TestUser]:
        elsewhere = [who for who in NEIGHBOURS if who.number != NUMBER]
        return [
            *(TestUser.staff(key, name, [role], NUMBER) for key, name, role, _ in STAFF),
            *(
                TestUser.staff(who.worker, who.worker_name, ["case_worker", "operator"], who.number)
                for who in elsewhere  # small places, where one does it all
            ),
        ]

    def _is_adult(self, person: Person) -> bool:
        return person.income is not None
