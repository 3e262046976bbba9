"""Why a stretch of a timeline begins, as sentences in nb, nn and en."""

from __future__ import annotations

from rules.determination import Texts
from rules.timeline import Coming, Stretch
from rules.turning import Turn
from rules.wording import day_in, listed, measured, text_in

_SENTENCES: dict[str, Texts] = {
    "in_force": {
        "nb": "Reglene gjelder fra denne dagen: {title}.",
        "nn": "Reglane gjeld frå denne dagen: {title}.",
        "en": "The rules are in force from this day: {title}.",
    },
    "repealed": {
        "nb": "Reglene gjelder ikke lenger: {title}.",
        "nn": "Reglane gjeld ikkje lenger: {title}.",
        "en": "The rules are no longer in force: {title}.",
    },
    "parameter": {
        "nb": "{name} går fra {before} til {after}{source}.",
        "nn": "{name} går frå {before} til {after}{source}.",
        "en": "{name} goes from {before} to {after}{source}.",
    },
    "holds": {
        "nb": "Fra {day} stemmer det at: {text}{dates}.",
        "nn": "Frå {day} stemmer det at: {text}{dates}.",
        "en": "From {day} this holds: {text}{dates}.",
    },
    "fails": {
        "nb": "Fra {day} stemmer det ikke at: {text}{dates}.",
        "nn": "Frå {day} stemmer det ikkje at: {text}{dates}.",
        "en": "From {day} this does not hold: {text}{dates}.",
    },
    "year": {
        "nb": "Et nytt år begynner{dates}.",
        "nn": "Eit nytt år tek til{dates}.",
        "en": "A new year begins{dates}.",
    },
    "month": {
        "nb": "En ny måned begynner{dates}.",
        "nn": "Ein ny månad tek til{dates}.",
        "en": "A new month begins{dates}.",
    },
    "day": {
        "nb": "{day} er en dag reglene regner fra{dates}.",
        "nn": "{day} er ein dag reglane reknar frå{dates}.",
        "en": "{day} is a day the rules reckon from{dates}.",
    },
    "coming": {
        "nb": "Varslet {announced}, gjelder fra {day}: {what}.",
        "nn": "Varsla {announced}, gjeld frå {day}: {what}.",
        "en": "Announced {announced}, in force from {day}: {what}.",
    },
}


def stretch_sentences(stretch: Stretch, language: str) -> list[str]:
    """Why a stretch begins, a sentence a reason; nothing for the first of a timeline."""
    return [sentence for turn in stretch.why for sentence in _turn(turn, language)]


def coming_sentence(law: Coming, language: str) -> str:
    """That announced law is to come."""
    return _SENTENCES["coming"][language].format(
        announced=day_in(law.announced, language),
        day=day_in(law.from_day, language),
        what=text_in(law.what, language),
    )


def _turn(turn: Turn, language: str) -> list[str]:
    value = turn.new_value
    if value is not None:
        source = f" ({value.source})" if value.source else ""
        said = _SENTENCES["parameter"][language].format(
            name=text_in(value.title, language),
            before=measured(value.before, value.unit, language),
            after=measured(value.after, value.unit, language),
            source=source,
        )
        return [said]
    if turn.kind != "day":
        return [_SENTENCES[turn.kind][language].format(title=text_in(turn.title, language))]
    day = day_in(turn.on, language)
    known = [f"{text_in(fact.title, language)}: {day_in(fact.value, language)}" for fact in turn.dates]
    dates = f" ({listed(known, language)})" if known else ""
    turned = [("holds", text) for _, text in turn.holds] + [("fails", text) for _, text in turn.fails]
    return [
        _SENTENCES[which][language].format(day=day, text=text_in(text, language), dates=dates)
        for which, text in turned
    ] or [_SENTENCES[turn.part or "day"][language].format(day=day, dates=dates)]
