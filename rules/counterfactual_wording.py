"""What would have to be different, as a phrase in nb, nn and en: 'with a household income below 366 667 kr'."""

from __future__ import annotations

from typing import Any

from rules.counterfactual import Change, Side, Suggestion
from rules.determination import Texts
from rules.wording import listed, measured, money_in, text_in

_AMOUNT: dict[Side, Texts] = {
    "below": {
        "nb": "med {what} under {beyond}",
        "nn": "med {what} under {beyond}",
        "en": "with {what} below {beyond}",
    },
    "from": {
        "nb": "med {what} på minst {to}",
        "nn": "med {what} på minst {to}",
        "en": "with {what} of at least {to}",
    },
    "exactly": {
        "nb": "med {what} på {to}",
        "nn": "med {what} på {to}",
        "en": "with {what} of {to}",
    },
}
_DAY: dict[Side, Texts] = {
    "below": {
        "nb": "med {what} før {beyond}",
        "nn": "med {what} før {beyond}",
        "en": "with {what} before {beyond}",
    },
    "from": {
        "nb": "med {what} {to} eller senere",
        "nn": "med {what} {to} eller seinare",
        "en": "with {what} {to} or later",
    },
    "exactly": {"nb": "med {what} {to}", "nn": "med {what} {to}", "en": "with {what} {to}"},
}
_VALUE: Texts = {
    "nb": "hvis dette var svaret på «{what}»: {to}",
    "nn": "om dette var svaret på «{what}»: {to}",
    "en": "if this were the answer to “{what}”: {to}",
}


def phrase(suggestion: Suggestion, language: str) -> str:
    """What would have to be different, without the result."""
    quantity = suggestion.quantity
    if quantity is not None:
        definition = quantity.definition
        return _AMOUNT[suggestion.side][language].format(
            what=text_in(definition.called, language),
            to=money_in(quantity.to, definition.unit, language),
            beyond=money_in(quantity.beyond, definition.unit, language),
        )
    return listed([_of(change, language) for change in suggestion.changes], language)


def _of(change: Change, language: str) -> str:
    title = text_in(change.concept.title, language)
    base = change.concept.type.base
    if base in ("money", "number") and not change.concept.choices and change.to is not None:
        unit = change.concept.unit or ("NOK" if base == "money" else "")
        told = {name: money_in(value, unit, language) for name, value in _ends(change) if value is not None}
        return _AMOUNT[change.side][language].format(what=_within(title), **told)
    if base == "date" and change.to is not None:
        told = {name: measured(value, "", language) for name, value in _ends(change)}
        return _DAY[change.side][language].format(what=_within(title), **told)
    named = {choice.value: text_in(choice.title, language) for choice in change.concept.choices}
    to = named.get(change.to) or measured(change.to, "", language)
    return _VALUE[language].format(what=title, to=to)


def _ends(change: Change) -> tuple[tuple[str, Any], ...]:
    return ("to", change.to), ("beyond", change.beyond)


def _within(title: str) -> str:
    """A title within a sentence: no capital first, unless it is an abbreviation."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
