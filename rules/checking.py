"""Checking rule files: each must be complete, and its own tests must come out as their author says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rules.catalogue_loader import CONCEPTS, DEFAULT_ROOT, LIFE_EVENTS, Catalogue
from rules.checks import faults_of
from rules.concept_file import read_concept_file
from rules.faults import Fault, RuleFault
from rules.life_event_file import read_life_event_file
from rules.rule import Rule
from rules.rule_file import load_rule


@dataclass(frozen=True)
class Report:
    """What was checked, and every fault."""

    rules: int
    tests: int
    concepts: int
    life_events: int
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        counts = (
            f"{_counted(self.rules, 'rule')}, {_counted(self.tests, 'test')}, "
            f"{_counted(self.concepts, 'concept')}, {_counted(self.life_events, 'life event')}"
        )
        return f"{counts}: {_counted(len(self.faults), 'fault') if self.faults else 'no faults'}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def check(paths: Iterable[Path] = (), catalogue_root: Path = DEFAULT_ROOT) -> Report:
    """Check files and folders (default: the whole catalogue): shape, links, completeness, and every test.

    A rule file outside the catalogue may use the catalogue's rules and concepts. Faults are in order of file
    and line. A path that does not exist is a fault.
    """
    catalogue = Catalogue.load_what_holds(catalogue_root)
    chosen = [Path(path) for path in paths]
    if not chosen:
        rules = list(catalogue.rules.values())
        return _report(
            catalogue, rules, catalogue.faults, len(catalogue.model.concepts), len(catalogue.life_events)
        )
    faults: list[Fault] = []
    found: list[Rule] = []
    concepts = life_events = 0
    for path in _files(chosen, faults):
        try:
            text = path.read_text(encoding="utf-8")
            if path.parent.name == CONCEPTS:
                concepts += len(read_concept_file(text, str(path)).concepts)
            elif path.parent.name == LIFE_EVENTS:
                read_life_event_file(text, str(path), catalogue.model)
                life_events += 1
            else:
                found.append(load_rule(text, str(path), catalogue.model))
        except RuleFault as fault:
            faults.extend(fault.faults)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            faults.append(Fault(str(path), 0, f"cannot be read: {reason}"))
    together = {**catalogue.rules, **{rule.id: rule for rule in found}}
    catalogue = Catalogue(catalogue.model, together, catalogue.life_events)
    faults.extend(fault for rule in found for fault in catalogue.link_faults(rule))
    return _report(catalogue, found, faults, concepts, life_events)


def _files(paths: Iterable[Path], faults: list[Fault]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files.extend(sorted(path.rglob("*.yaml")))
        elif path.exists():
            files.append(path)
        else:
            faults.append(Fault(str(path), 0, "there is no such file or folder"))
    return files


def _report(
    catalogue: Catalogue, rules: list[Rule], faults: Iterable[Fault], concepts: int, life_events: int
) -> Report:
    found = list(faults)
    for rule in rules:
        found.extend(faults_of(rule, catalogue))
    tests = sum(len(rule.tests) for rule in rules)
    return Report(len(rules), tests, concepts, life_events, tuple(sorted(set(found))))
