"""The catalogue: every rule, concept and life event in its folders, and which rules read which concept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from rules.concept_file import check_model, read_concept_file
from rules.dated_values import read_shared_value
from rules.faults import Fault, RuleFault, suggestion
from rules.life_event_file import read_life_event_file
from rules.life_events import LifeEventDefinition
from rules.model import EMPTY_MODEL, Concept, FactFault, InformationModel
from rules.parameter import Parameter
from rules.rule import Rule
from rules.rule_file import load_rule
from rules.service_file import Authority, ServiceCard, read_authorities_file, read_services_file
from rules.tact import TactRule, failures
from rules.tact_file import read_tact_file

DEFAULT_ROOT = Path(__file__).parent / "catalogue"
CONCEPTS, LIFE_EVENTS, SHARED_VALUES = "concepts", "life_events", "shared_values"
SERVICES, AUTHORITIES, TACT = "services", "authorities", "tact"
BESIDE_RULES = (CONCEPTS, LIFE_EVENTS, SHARED_VALUES, SERVICES, AUTHORITIES, TACT)


@dataclass(frozen=True)
class Catalogue:
    """What the assistant knows of law. Immutable: a changed rule gives another catalogue (`with_rule`)."""

    model: InformationModel
    rules: Mapping[str, Rule]
    life_events: Mapping[str, LifeEventDefinition]
    faults: tuple[Fault, ...] = field(default=())
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    services: Mapping[str, ServiceCard] = field(default_factory=dict)
    tact: tuple[TactRule, ...] = ()

    def __repr__(self) -> str:  # whole it is megabytes, and asyncio says what its tasks hold
        return f"<Catalogue: {len(self.rules)} rules, {len(self.model.concepts)} concepts>"

    @classmethod
    def load(cls, *roots: Path | None) -> Catalogue:
        """Every file below the roots (default: the catalogue we ship). Raises `RuleFault` if any is wrong."""
        catalogue = cls.load_what_holds(*roots)
        if catalogue.faults:
            raise RuleFault(catalogue.faults)
        return catalogue

    @classmethod
    def load_what_holds(cls, *roots: Path | None) -> Catalogue:
        """As `load`, but a file with faults is left out and its faults are in `.faults`: the others run."""
        folders = [root for root in roots if root is not None] or [DEFAULT_ROOT]
        files = sorted({path for folder in folders for path in folder.rglob("*.yaml")})
        faults: list[Fault] = []
        shared = _shared_values(_in_folder(files, SHARED_VALUES), faults)
        model = _model(_in_folder(files, CONCEPTS), faults).sharing(shared)
        life_events: dict[str, LifeEventDefinition] = {}
        for path, text in _texts(_in_folder(files, LIFE_EVENTS), faults):
            try:
                definition = read_life_event_file(text, str(path), model)
            except RuleFault as fault:
                faults.extend(fault.faults)
            else:
                life_events[definition.kind] = definition
        rules: dict[str, Rule] = {}
        rest = [path for path in files if path.parent.name not in BESIDE_RULES]
        for path, text in _texts(rest, faults):
            try:
                rule = load_rule(text, str(path), model)
            except RuleFault as fault:
                faults.extend(fault.faults)
                continue
            if rule.id in rules:
                faults.append(Fault(str(path), 1, f"rule '{rule.id}' is also in {rules[rule.id].filename}"))
            rules[rule.id] = rule
        authorities = dict(_each(_in_folder(files, AUTHORITIES), read_authorities_file, faults))
        services = dict(_each(_in_folder(files, SERVICES), read_services_file, faults))
        tact = tuple(one for _, one in _each(_in_folder(files, TACT), read_tact_file, faults))
        catalogue = cls(model, rules, life_events, tuple(faults), authorities, services, tact)
        unsound = [fault for rule in rules.values() for fault in catalogue.link_faults(rule)]
        unsound += [*_unknown_authorities(catalogue), *_brought_faults(catalogue), *_tact_faults(catalogue)]
        broken = {fault.filename for fault in unsound}
        sound = {rule_id: rule for rule_id, rule in rules.items() if rule.filename not in broken}
        return replace(catalogue, rules=sound, faults=(*faults, *unsound))

    def with_rule(self, rule: Rule) -> Catalogue:
        """This catalogue with a rule added or replaced. Raises `RuleFault` if what it uses is not there."""
        changed = replace(self, rules={**self.rules, rule.id: rule})
        if faults := changed.link_faults(rule):
            raise RuleFault(faults)
        return changed

    def rule(self, rule_id: str) -> Rule:
        """The rule of an id. Raises `RuleFault` with the nearest id there is."""
        try:
            return self.rules[rule_id]
        except KeyError:
            message = f"no rule '{rule_id}' in the catalogue{suggestion(rule_id, self.rules)}"
            raise RuleFault([Fault(rule_id, 0, message)]) from None

    def link_faults(self, rule: Rule) -> list[Fault]:
        """Rules it uses that are not there, are about something else, or use it in turn."""
        line = _line_of(rule.text, "uses:")
        faults = []
        for name, other in rule.uses.items():
            if other not in self.rules:
                message = (
                    f"uses: '{name}' is rule '{other}', which is not here{suggestion(other, self.rules)}"
                )
                faults.append(Fault(rule.filename, line, message))
            elif self.rules[other].about != rule.about:
                message = (
                    f"uses: rule '{other}' is about {self.rules[other].about}, this one about {rule.about}"
                )
                faults.append(Fault(rule.filename, line, message))
        if rule.id in self._used_by(rule.id):
            faults.append(Fault(rule.filename, line, f"uses: rule '{rule.id}' uses itself through others"))
        return faults

    def _used_by(self, rule_id: str) -> set[str]:
        """Every rule a rule uses, directly or through others."""
        found: set[str] = set()
        waiting = [rule_id]
        while waiting:
            rule = self.rules.get(waiting.pop())
            for other in rule.uses.values() if rule else ():
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def paths(self, rule_id: str) -> tuple[str, ...]:
        """Every fact path a rule reads, with those of the rules it uses."""
        rules = [self.rule(rule_id), *(self.rules[other] for other in sorted(self._used_by(rule_id)))]
        return tuple(dict.fromkeys(path for rule in rules for path in rule.paths))

    @cached_property
    def cards(self) -> Mapping[str, ServiceCard]:
        """A card for each service and each rule that says what people write who look for it."""
        of_rules = (
            ServiceCard(rule.id, rule.title, rule.summary, rule.asked, rule.authority, rule.filename)
            for rule in self.rules.values()
            if rule.asked
        )
        return {**self.services, **{card.id: card for card in of_rules}}

    @cached_property
    def with_errand(self) -> frozenset[str]:
        """The rules one can apply by here, with what they are part of or use."""
        found = {rule.id for rule in self.rules.values() if rule.process}
        found |= {rule_id for rule_id in self.rules if found & self._used_by(rule_id)}
        return frozenset(found.union(*(self._used_by(rule_id) for rule_id in found)))

    @cached_property
    def followed_up(self) -> frozenset[str]:
        """The rules that are run whenever a fact they read changes.

        Those with an errand, for the right is told when it arises; and those with a deadline, for its day is to
        be known in time. What a life event brings is run when that event has happened; the rest when asked for.
        """
        dated = {rule.id for rule in self.rules.values() if rule.deadline}
        return self.with_errand.union(dated, *(self._used_by(rule_id) for rule_id in dated))

    @cached_property
    def _readers(self) -> Mapping[str, tuple[str, ...]]:
        readers: dict[str, list[str]] = {}
        for rule_id, rule in self.rules.items():
            concepts = {concept.id for path in self.paths(rule_id) for concept in _along(rule.model, path)}
            for concept_id in concepts:
                readers.setdefault(concept_id, []).append(rule_id)
        return {concept_id: tuple(sorted(rule_ids)) for concept_id, rule_ids in readers.items()}

    def reading(self, concept_id: str) -> tuple[str, ...]:
        """The rules to run again when a concept changes: directly or through another."""
        return self._readers.get(concept_id, ())


def _along(model: InformationModel, path: str) -> Iterator[Concept]:
    try:
        yield from model.along(path)
    except FactFault:  # a path of a rule with faults, which is not in the catalogue
        return


def _in_folder(files: Iterable[Path], name: str) -> list[Path]:
    return [path for path in files if path.parent.name == name]


def _texts(paths: Iterable[Path], faults: list[Fault]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        try:
            yield path, path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            faults.append(Fault(str(path), 1, f"cannot be read: {reason}"))


def _shared_values(paths: Iterable[Path], faults: list[Fault]) -> Iterator[Parameter]:
    for path, text in _texts(paths, faults):
        try:
            yield read_shared_value(text, str(path))
        except RuleFault as fault:
            faults.extend(fault.faults)


Named = TypeVar("Named", Authority, ServiceCard, TactRule)


def _each(
    paths: Iterable[Path], read: Callable[[str, str], Iterable[Named]], faults: list[Fault]
) -> Iterator[tuple[str, Named]]:
    for path, text in _texts(paths, faults):
        try:
            yield from ((one.id, one) for one in read(text, str(path)))
        except RuleFault as fault:
            faults.extend(fault.faults)


def _unknown_authorities(catalogue: Catalogue) -> Iterator[Fault]:
    """Authorities that a card or a rule names and that are not there; none are known to a catalogue without."""
    known = catalogue.authorities
    named = [
        (card.by, f"service {card.id}", card.filename, card.line) for card in catalogue.services.values()
    ]
    named += [
        (rule.authority, f"rule '{rule.id}'", rule.filename, _line_of(rule.text, "authority:"))
        for rule in catalogue.rules.values()
        if rule.authority
    ]
    for name, what, filename, line in named if known else ():
        if name not in known:
            yield Fault(filename, line, f"{what}: there is no authority '{name}'{suggestion(name, known)}")


def _brought_faults(catalogue: Catalogue) -> Iterator[Fault]:
    """Rules that a life event brings, and that are not there or are about something else."""
    types = catalogue.model.subject_type
    for event in catalogue.life_events.values():
        line = _line_of(event.text, "brings:")
        for name in event.brings:
            rule = catalogue.rules.get(name)
            if rule is None:
                near = suggestion(name, catalogue.rules)
                yield Fault(event.filename, line, f"brings: there is no rule '{name}'{near}")
            elif types(rule.about) != types(event.about):
                message = f"brings: rule '{name}' is about {rule.about}, this event about {event.about}"
                yield Fault(event.filename, line, message)


def _tact_faults(catalogue: Catalogue) -> Iterator[Fault]:
    """Rules of tact of one id or in one order, or whose tests come out otherwise."""
    orders: dict[int, str] = {}
    files: dict[str, str] = {}
    for rule in catalogue.tact:
        if rule.id in files:
            yield Fault(rule.filename, 1, f"tact {rule.id}: is also in {files[rule.id]}")
        files[rule.id] = rule.filename
        if rule.order in orders:
            message = f"tact {rule.id}: has order {rule.order}, which '{orders[rule.order]}' has too"
            yield Fault(rule.filename, _line_of(rule.text, "order:"), message)
        orders[rule.order] = rule.id
        for line, message in failures(rule, catalogue.tact):
            yield Fault(rule.filename, line, message)


def _model(paths: Iterable[Path], faults: list[Fault]) -> InformationModel:
    model = EMPTY_MODEL
    places: dict[str, tuple[str, int]] = {}
    for path, text in _texts(paths, faults):
        try:
            part = read_concept_file(text, str(path))
        except RuleFault as fault:
            faults.extend(fault.faults)
            continue
        for concept in part.concepts.values():
            if concept.id in places:
                first = places[concept.id][0]
                faults.append(Fault(str(path), 1, f"{concept.id}: is in {Path(first).name} already"))
            places[concept.id] = (str(path), _line_of(text, f"  {concept.attribute}:"))
        model = model.including(part.subject_types.values(), part.concepts.values())
    faults.extend(Fault(*wrong) for wrong in check_model(model, places))
    return model


def _line_of(text: str, start: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start)), 1)
