"""The twin's picture in words: what each part is called, and each fact with value, source, age and basis. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from babel.dates import format_timedelta

from assistant.config import local_date
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.wording import locale_of, shown, source_name
from assistant.twin import Fact
from assistant.twin.picture import Changes, Node, Picture
from assistant.web.visitor import Language
from rules import InformationModel

PEOPLE: Final = frozenset({"me", "partner", "child", "parent"})


@dataclass(frozen=True)
class ShownFact:
    """A fact as it is read. `key`s are of texts the page fills in; `now` is what it has become since."""

    label: str
    value: str
    value_key: str
    source: str
    known_since: date
    age: str  # '3 months ago'; '' for today
    valid_from: date | None
    last_day: date | None
    basis: str
    changed: bool = False
    now: str = ""
    now_key: str = ""
    fresh: bool = False


@dataclass(frozen=True)
class Words:
    """Words in one language about one picture, as told on a day."""

    model: InformationModel
    language: Language
    picture: Picture
    on: date

    def kind(self, node: Node) -> str:
        """The key of the text that says what a box is."""
        return f"twin.kind_{node.kind}"

    def no_name(self, node: Node) -> str:
        """The key of what stands where a name would, when nobody has told it."""
        return "twin.home_not_told" if node.kind == "home" else "twin.no_name"

    def node(self, node: Node, since: Changes) -> dict[str, Any]:
        """A part of the twin with its facts, those that are so no more marked, those that came since added."""
        fresh = since.new_facts.get(node.key, ())
        facts = [
            self._fact(one, self._became(one, fresh) if one.id in since.gone_facts else None)
            for one in node.facts
        ]
        put_right = {one.concept for one in node.facts if one.id in since.gone_facts}
        facts += [self._fact(one, fresh=True) for one in fresh if one.concept not in put_right]
        owners = [one for one in self.picture.belonging_to(node.key) if one.kind != "me"]
        return {
            "key": node.key,
            "kind": self.kind(node),
            "name": node.name,
            "no_name": self.no_name(node),
            "hidden": node.hidden,
            "only_name": node.kind in ("partner", "parent"),
            "gone": node.key in since.gone_nodes,
            "with": [one.name for one in owners if one.name],
            "facts": sorted(facts, key=lambda fact: (fact.fresh, fact.label)),
        }

    def _became(self, gone: Fact, fresh: tuple[Fact, ...]) -> tuple[str, str]:
        later = [self._value(one) for one in fresh if one.concept == gone.concept]
        return (
            (", ".join(value for value, _ in later), next((key for _, key in later if key), ""))
            if later
            else ("", "")
        )

    def _fact(self, one: Fact, became: tuple[str, str] | None = None, *, fresh: bool = False) -> ShownFact:
        concept = self.model.concepts.get(one.concept)
        value, key = self._value(one)
        learnt = local_date(one.recorded_at)
        now, now_key = became or ("", "")
        return ShownFact(
            label=text_of(concept.title, self.language) if concept else one.concept,
            value=value,
            value_key=key,
            source=source_name(one.source, self.language),
            known_since=learnt,
            age=age_in_words(learnt, self.on, self.language),
            valid_from=one.valid_from,
            last_day=one.valid_to and one.valid_to - timedelta(days=1),
            basis=one.basis,
            changed=became is not None,
            now=now,
            now_key=now_key,
            fresh=fresh,
        )

    def _value(self, one: Fact) -> tuple[str, str]:
        """The value in words, or the key of a text that stands for it."""
        if one.object_id is not None:
            name = self.picture.names.get(one.object_id)
            return (name, "") if name else ("", "twin.somebody")
        concept = self.model.concepts.get(one.concept)
        return (shown(one.value, words_of(concept), self.language) if concept else str(one.value)), ""


def age_in_words(since: date, on: date, language: str) -> str:
    """How long ago; '' for the day itself.

    >>> age_in_words(date(2026, 1, 10), date(2026, 4, 11), "en")
    '3 months ago'
    """
    days = (on - since).days
    if days <= 0:
        return ""
    return format_timedelta(
        timedelta(days=-days),
        granularity="day",
        threshold=1.0,
        add_direction=True,
        locale=locale_of(language),
    )
