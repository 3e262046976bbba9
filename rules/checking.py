"""Checking rule files: each must be complete, and its own tests must come out as their author says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rules.catalogue_loader import (
    AUTHORITIES,
    CONCEPTS,
    DEFAULT_ROOT,
    LIFE_EVENTS,
    SERVICES,
    SHARED_VALUES,
    TACT,
    Catalogue,
)
from rules.checks import faults_of
from rules.concept_file import read_concept_file
from rules.dated_values import read_shared_value
from rules.faults import Fault, RuleFault
from rules.life_event_file import read_life_event_file
from rules.rule import Rule
from rules.rule_file import load_rule
from rules.service_file import read_authorities_file, read_services_file
from rules.tact import failures
from rules.tact_file import read_tact_file


@dataclass(frozen=True)
class Report:
    """What was checked, and every fault."""

    rules: int
    tests: int
    concepts: int
    life_events: int
    tact: int
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        counts = (
            f"{_counted(self.rules, 'rule')}, {_counted(self.tests, 'test')}, "
            f"{_counted(self.concepts, 'concept')}, {_counted(self.life_events, 'life event')}, "
            f"{_counted(self.tact, 'rule')} of tact"
        )
        return f"{counts}: {_counted(len(self.faults), 'fault') if self.faults else 'no faults'}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


@dataclass
class Chosen:
    """The rules of some files and folders, in a catalogue where they find what they use."""

    catalogue: Catalogue
    rules: list[Rule]
    faults: list[Fault]  # of what could not be read, or links to what is not there
    concepts: int = 0
    life_events: int = 0
    tact: int = 0


def chosen(paths: Iterable[Path] = (), catalogue_root: Path = DEFAULT_ROOT) -> Chosen:
    """Read files and folders (default: the whole catalogue). A path that does not exist is a fault.

    A rule file outside the catalogue may use the catalogue's rules and concepts.
    """
    catalogue = Catalogue.load_what_holds(catalogue_root)
    paths = [Path(path) for path in paths]
    if not paths:
        return Chosen(
            catalogue,
            list(catalogue.rules.values()),
            list(catalogue.faults),
            len(catalogue.model.concepts),
            len(catalogue.life_events),
            len(catalogue.tact),
        )
    found = Chosen(catalogue, [], [])
    for path in _files(paths, found.faults):
        try:
            _read(path, found)
        except RuleFault as fault:
            found.faults.extend(fault.faults)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            found.faults.append(Fault(str(path), 0, f"cannot be read: {reason}"))
    together = {**catalogue.rules, **{rule.id: rule for rule in found.rules}}
    found.catalogue = Catalogue(catalogue.model, together, catalogue.life_events)
    found.faults.extend(fault for rule in found.rules for fault in found.catalogue.link_faults(rule))
    return found


def check(paths: Iterable[Path] = (), catalogue_root: Path = DEFAULT_ROOT) -> Report:
    """Check files and folders: shape, links, completeness, and every test. Faults are in order of file and line."""
    found = chosen(paths, catalogue_root)
    faults = [*found.faults, *(fault for rule in found.rules for fault in faults_of(rule, found.catalogue))]
    return Report(
        len(found.rules),
        sum(len(rule.tests) for rule in found.rules),
        found.concepts,
        found.life_events,
        found.tact,
        tuple(sorted(set(faults))),
    )


def _read(path: Path, found: Chosen) -> None:
    text = path.read_text(encoding="utf-8")
    model = found.catalogue.model
    if path.parent.name == CONCEPTS:
        found.concepts += len(read_concept_file(text, str(path)).concepts)
    elif path.parent.name == LIFE_EVENTS:
        read_life_event_file(text, str(path), model)
        found.life_events += 1
    elif path.parent.name == SHARED_VALUES:
        read_shared_value(text, str(path))
    elif path.parent.name == SERVICES:
        read_services_file(text, str(path))
    elif path.parent.name == AUTHORITIES:
        read_authorities_file(text, str(path))
    elif path.parent.name == TACT:
        for one in read_tact_file(text, str(path)):
            found.tact += 1
            beside = found.catalogue.tact
            found.faults += [Fault(str(path), line, said) for line, said in failures(one, beside)]
    else:
        found.rules.append(load_rule(text, str(path), model))


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
