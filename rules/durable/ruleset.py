"""Life-event definitions as a durable-rules ruleset in its JSON form, for those that can be said in it.

Each rule matches one fact, or joins two or three by equality of one field:

* a change, or an event recognised before, is a signal;
* … and somebody stands in a relation to the one it happened to, and is the one it concerns;
* … and another change of the same subject speaks against it.

What durable-rules cannot be trusted with is left out of the ruleset altogether: an order or a difference between
two facts (it may crash), and `none()` (it may be wrong). So is the pick of one of several signals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.durable.canonical import canonical, kind_of, name
from rules.durable.conditions import Alternative, FieldTest, NotAsked, alternatives, kind_field
from rules.life_events import LifeEventDefinition, Signal

MOST_PATTERNS = 60
"""Of one concept or kind. The engine keeps what one fact may still match on a stack of 64, and one place for
every 512 conditions behind the same first one: with one more it hangs."""

Pattern = dict[str, Any]


class NotExpressible(ValueError):
    """Life events that durable-rules cannot recognise. Names each with the reason and the way out."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        told = "; ".join(f"'{kind}' {reason}" for kind, reason in reasons.items())
        super().__init__(f"durable-rules cannot recognise all of these; ask rules.recognise: {told}")


@dataclass(frozen=True)
class Ruleset:
    """What a child process is given, and what of the facts it needs."""

    rules: Mapping[str, Pattern]  # in durable-rules' JSON form; `run` says what a match means
    leading: Mapping[str, Mapping[str, str]]  # kind that is a signal of others → what is asserted of it
    concepts: frozenset[str]
    relations: frozenset[str]
    definitions: tuple[LifeEventDefinition, ...] = field(repr=False)


def reasons_against(definitions: Iterable[LifeEventDefinition]) -> dict[str, str]:
    """Kind → why durable-rules cannot recognise it, for those it cannot. The rest it can.

    What follows from a life event that it cannot recognise, it cannot recognise either.
    """
    known = tuple(definitions)
    found = {one.kind: reason for one in known if (reason := _reason(one))}
    found |= dict.fromkeys(_told_twice(known), "is defined twice")
    spread = True
    while spread:
        further = {
            one.kind: f"follows from '{signal.life_event}', which it cannot recognise"
            for one in known
            for signal in one.signals
            if signal.life_event in found and one.kind not in found
        }
        spread = bool(further)
        found |= further
    return found


def compile_ruleset(definitions: Iterable[LifeEventDefinition]) -> Ruleset:
    """The ruleset that recognises these life events. Raises `NotExpressible`."""
    known = tuple(definitions)
    if reasons := reasons_against(known):
        raise NotExpressible(reasons)
    rules: dict[str, Pattern] = {}
    for definition in known:
        for rule in _rules(definition):
            rules[f"{name(definition.kind)}.{len(rules)}"] = rule
    _refuse_too_many(known, rules)
    leading = {signal.life_event for one in known for signal in one.signals if signal.life_event}
    signals = [signal for one in known for signal in (*one.signals, *one.unless)]
    return Ruleset(
        rules=rules,
        leading={name(one.kind): _event(one.kind) for one in known if one.kind in leading},
        concepts=frozenset(signal.concept for signal in signals if signal.concept),
        relations=frozenset(signal.of for signal in signals if signal.of),
        definitions=known,
    )


def values(before: object, after: object) -> dict[str, str]:
    """The fields of a fact that a condition may ask for. Raises `NotCanonical`."""
    told = {"before": canonical(before), "after": canonical(after)}
    return told | {kind_field(field_): kind_of(value) for field_, value in told.items()}


def _event(kind: str) -> dict[str, str]:
    """What is asserted when a kind has been recognised: an event changes nothing into what it is."""
    return {"event": name(kind), **values(None, kind)}


def _reason(definition: LifeEventDefinition) -> str:
    for signal in (*definition.signals, *definition.unless):
        if "occurred_on" in signal.when.names:
            return f"compares the days of two facts (`{signal.when.text}`)"
        try:
            alternatives(signal.when)
        except NotAsked as error:
            return f"asks {error} (`{signal.when.text}`)"
    of: dict[str, set[str]] = {}
    for signal in definition.signals:
        of.setdefault(signal.concept or signal.life_event, set()).add(signal.of)
    if any(len(people) > 1 for people in of.values()):
        return "has the first of several signals decide whom it concerns"
    return ""


def _told_twice(definitions: Sequence[LifeEventDefinition]) -> list[str]:
    return [kind for kind, count in Counter(one.kind for one in definitions).items() if count > 1]


def _rules(definition: LifeEventDefinition) -> Iterator[Pattern]:
    kind = name(definition.kind)
    for signal in definition.signals:
        for holds in alternatives(signal.when):
            found = {"signal": _asked([_subject_of(signal), *_tests(holds)])}
            related = (
                [{"relation": _asked([{"relation": name(signal.of)}, _joined("of")])}] if signal.of else []
            )
            yield {"all": [found, *related], "run": f"recognised {kind}"}
            for against in _against(definition.unless):
                # A change that is both the signal and what speaks against it is one fact in two places.
                yield {"all": [found, {"against": against}], "dist": 0, "run": f"spoken_against {kind}"}


def _against(unless: Sequence[Signal]) -> Iterator[Pattern]:
    for change in unless:
        for holds in alternatives(change.when):
            yield _asked([_subject_of(change), {"withdrawn": "no"}, *_tests(holds), _joined("subject")])


def _subject_of(signal: Signal) -> Pattern:
    """Comes first in every pattern, so that the engine looks no further at facts of something else."""
    return {"concept": name(signal.concept)} if signal.concept else {"event": name(signal.life_event)}


def _joined(field_: str) -> Pattern:
    return {field_: {"signal": "subject"}}


def _tests(alternative: Alternative) -> list[Pattern]:
    return [_test(test) for test in sorted(alternative, key=lambda one: (one.field, one.value, one.other))]


def _test(test: FieldTest) -> Pattern:
    equality: Pattern = {test.field: {"$m": test.other} if test.other else test.value}
    return equality if test.equal else {"$neq": equality}


def _asked(conditions: list[Pattern]) -> Pattern:
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def _refuse_too_many(definitions: Sequence[LifeEventDefinition], rules: Mapping[str, Pattern]) -> None:
    counted: Counter[str] = Counter()
    for rule in rules.values():
        for pattern in rule["all"]:
            ((_, asked),) = pattern.items()
            first = asked["$and"][0] if "$and" in asked else asked
            counted.update(first.values())
    crowded = [word for word, count in counted.items() if count > MOST_PATTERNS]
    if crowded:
        reason = f"asks of {crowded[0]}, as more than {MOST_PATTERNS} rules do"
        raise NotExpressible({one.kind: reason for one in definitions if _asks(one, crowded[0])})


def _asks(definition: LifeEventDefinition, word: str) -> bool:
    signals = (*definition.signals, *definition.unless)
    return any(word in (name(one.concept), name(one.life_event), name(one.of)) for one in signals)
