"""From the twin to what an errand is walked with: who, which facts with which sources, what is lacking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from assistant.casework.assessment import answer_of
from assistant.casework.errands import Errand, errand_of
from assistant.config import local_date
from assistant.determinations import Determinations, current
from assistant.documents import Document
from assistant.processes.definition import ProcessDefinition
from assistant.processes.picture import ConceptWords, ErrandView, Gap, HeldFact, ValueKind, Who
from assistant.processes.state import ProcessState
from assistant.processes.wording import word
from assistant.store import Transaction
from assistant.twin import UNKNOWN, Fact, Municipality, Neighbourhood, Twin, View
from assistant.twin.view import build_view
from rules import determine
from rules.determination import Determination
from rules.model import Concept

SHOWN = (
    "child.household.adults.assessed_income",
    "child.kindergarten_place.price",
    "child.kindergarten_place.weekly_hours",
    "child.kindergarten_place.kindergarten",
    "child.birth_date",
)
"""What an applicant is shown to confirm, where it is known. No address: nobody needs to see it."""

PROTECTION = (
    "child.address_protection",
    "child.household.adults.address_protection",
    "child.guardians.address_protection",
    "child.parents.address_protection",
)

_KINDS: Mapping[str, ValueKind] = {
    "text": "text",
    "number": "number",
    "money": "money",
    "date": "date",
    "boolean": "yes_no",
}


@dataclass(frozen=True)
class Declared:
    """A fact the person states in the errand."""

    subject_id: str
    concept: str
    value: Any


@dataclass(frozen=True)
class Gathered:
    """What the walker is given, what the rule says on it, and whose facts were read."""

    view: ErrandView
    determination: Determination
    subjects: frozenset[str]
    municipality: Municipality
    hides_home: bool  # it would tell the person of a protected home they do not live in


def words_of(concept: Concept) -> ConceptWords:
    """A concept of the information model as the walker speaks of it."""
    question = concept.question
    return ConceptWords(
        concept=concept.id,
        label=concept.title,
        question=None if question is None else question.text,
        help=None if question is None else question.help,
        kind="choice" if concept.choices else _KINDS.get(concept.type.base, "text"),
        unit=concept.unit,
        choices=tuple((choice.value, choice.title) for choice in concept.choices),
    )


def register_of(concept: Concept) -> str | None:
    """The register that will tell, or None where the person is one of those who know."""
    if concept.derived or "person" in concept.known_by:
        return None
    return next(iter(concept.known_by), None)


def stated_value(kind: str, answer: str) -> Any:
    """An answer as the value of its concept."""
    if kind == "yes_no":
        return answer == "yes"
    return Decimal(answer) if kind in ("money", "number") else answer


def declared(
    definition: ProcessDefinition, state: ProcessState, applicant: str, gaps: Iterable[Gap]
) -> tuple[Declared, ...]:
    """The facts the person's answers state: about themself, and those nobody else could tell."""
    stated = [
        Declared(gap.about.id, gap.words.concept, stated_value(gap.words.kind, answer.value))
        for gap in gaps
        if (answer := state.answers.get(gap.key)) is not None
    ]
    for step in definition.steps:
        question = step.question
        if question is not None and question.concept and (said := state.answers.get(question.name)):
            stated.append(Declared(applicant, question.concept, said.value == "yes"))
    return tuple(stated)


def with_declared(facts: Mapping[str, Any], stated: Iterable[Declared]) -> dict[str, Any]:
    """The facts a rule is given, with what the person has stated where no register has spoken."""
    changed = deepcopy(dict(facts))
    values = {(one.subject_id, one.concept.partition(".")[2]): one.value for one in stated}

    def fill(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                fill(item)
        elif isinstance(node, dict):
            for (subject, name), value in values.items():
                if node.get("id") == subject:
                    node.setdefault(name, value)
            for item in tuple(node.values()):
                fill(item)

    fill(changed)
    return changed


def together(errand: Errand, found: Mapping[str, Determination]) -> Determination:
    """What the rules of an errand say as one: a right if one of them gives it, and the fee in the end."""
    missing = (path for rule in errand.rules for path in found[rule].missing)
    traces = [found[rule].trace for rule in errand.rules]
    return replace(
        found[errand.amount],
        answer=answer_of(errand, found),
        missing=tuple(dict.fromkeys(missing)),
        trace={name: value for trace in traces for name, value in trace.items()},
    )


@dataclass(frozen=True)
class Gathering:
    """Reads what an errand needs, in the caller's transaction. The caller logs the use."""

    determinations: Determinations

    async def municipality_of(self, tx: Transaction, child_id: str, on: date) -> Municipality:
        """The municipality that handles an errand about the child."""
        near = await self.determinations.twin.near(tx, [child_id])
        return await self.determinations.municipality_of(tx, near, child_id, on)

    async def gather(
        self,
        tx: Transaction,
        definition: ProcessDefinition,
        state: ProcessState,
        person_id: str,
        child_id: str,
        on: date,
        language: str,
        documents: tuple[Document, ...] = (),
    ) -> Gathered:
        """The picture on the day the fee was last determined for, or today if that has passed."""
        twin, errand = self.determinations.twin, errand_of(definition.errand)
        kept = await current(tx, errand.amount, child_id)
        when = max(on, kept["on_date"]) if kept is not None else on
        catalogue = await self.determinations.versions.catalogue_at(tx, when)
        read = tuple(dict.fromkeys(path for rule in errand.rules for path in catalogue.paths(rule)))
        near = await twin.near(tx, [child_id, person_id])
        place = await self.determinations.municipality_of(tx, near, child_id, when)
        paths = (*read, *SHOWN)
        seen = build_view(near, catalogue.model, child_id, "child", "person", paths, when, place.settings)
        names = _Names(near, when, language)
        adults = _adults(seen.facts)
        gaps = tuple(
            gap for gap in self._gaps(seen, read, names) if gap.words.concept not in definition.documented
        )
        stated = declared(definition, state, person_id, gaps)
        facts = with_declared(seen.facts, stated)
        found = {
            rule: determine(catalogue.rules[rule], when, facts, place.settings, catalogue)
            for rule in errand.rules
        }
        determination = together(errand, found)
        applicant = names.who(person_id)
        view = ErrandView(
            language=language,
            on=when,
            applicant=applicant,
            child=names.who(child_id),
            adults=None if adults is None else tuple(names.who(adult["id"]) for adult in adults),
            held=tuple(self._held(seen, names, {person_id, child_id})),
            gaps=gaps,
            amounts=dict(determination.trace),
            documents=documents,
        )
        own = tuple(subject for subject in seen.subjects if not subject.startswith("household:"))
        hidden = await hides_home(twin, tx, person_id, child_id, when)
        return Gathered(view, determination, frozenset(own), place, hidden)

    def _gaps(self, seen: View, paths: Iterable[str], names: _Names) -> Iterable[Gap]:
        model = self.determinations.catalogue.model
        for path in paths:
            for subject in seen.unknown.get(path, ()):
                concept = model.concept_at(path)
                yield Gap(path, words_of(concept), names.who(subject), register_of(concept))

    def _held(self, seen: View, names: _Names, readable: set[str]) -> Iterable[HeldFact]:
        model = self.determinations.catalogue.model
        child = seen.facts["child"]
        for path in SHOWN:
            concept = model.concept_at(path)
            for owner in _owners(child, path.split(".")[1:-1]):
                fact = seen.sources.get((owner, concept.id))
                if fact is not None and fact.object_id is None:
                    yield self._held_fact(fact, concept, owner, child["id"], names, readable)

    def _held_fact(
        self, fact: Fact, concept: Concept, owner: str, child: str, names: _Names, readable: set[str]
    ) -> HeldFact:
        of_a_person = concept.subject == "person"
        return HeldFact(
            words=words_of(concept),
            about=Who(owner, names.who(owner if of_a_person else child).name),
            value=fact.value,
            source=fact.source,
            learned_on=local_date(fact.recorded_at),
            basis=fact.basis,
            hidden=of_a_person and owner not in readable,
        )


async def hides_home(twin: Twin, tx: Transaction, person_id: str, child_id: str, on: date) -> bool:
    """Whether what is known of the child could tell the person of a protected home they do not live in.

    Where nobody knows who lives with the child (a register may keep a protected address to itself), the
    protection of any other guardian or parent counts.
    """
    seen = await twin.view(tx, child_id, (*PROTECTION, "child.household.adults.name"), on)
    child, adults = seen.facts["child"], _adults(seen.facts)
    if adults is not None and person_id in {adult["id"] for adult in adults}:
        return False
    near = [*(child.get("guardians") or ()), *(child.get("parents") or ())] if adults is None else adults
    return any(_is_protected(one) for one in (child, *near) if one["id"] != person_id)


@dataclass(frozen=True)
class _Names:
    near: Neighbourhood
    on: date
    language: str

    def who(self, subject_id: str) -> Who:
        name = self.near.value(subject_id, "person.name", self.on)
        known = name is not UNKNOWN and name is not None
        return Who(subject_id, str(name) if known else word("values", "unnamed", self.language))


def _owners(node: Any, steps: list[str]) -> list[str]:
    """The ids of the entities a path leads to."""
    if isinstance(node, list):
        return [owner for item in node for owner in _owners(item, steps)]
    if not isinstance(node, Mapping):
        return []
    if not steps:
        return [node["id"]]
    return _owners(node.get(steps[0]), steps[1:])


def _adults(facts: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    household = facts["child"].get("household")
    return None if household is None else list(household["adults"])


def _is_protected(person: Mapping[str, Any]) -> bool:
    return person.get("address_protection", "none") not in ("none", None)
