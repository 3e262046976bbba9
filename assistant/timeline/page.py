"""The days as a page that stands alone: to read, to print, in any browser, with nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import jinja2

from assistant.timeline.text import kind_in, laws_of, next_step_of, title_of, values_of
from rules.life_timeline import LifeDay
from rules.wording import day_in

_WORDS = {
    "title": {"nb": "Tidslinje for {names}", "nn": "Tidslinje for {names}", "en": "Timeline of {names}"},
    "intro": {
        "nb": "Det loven gir og krever, med opplysningene slik de er i dag. Det vi ikke vet nok om, er ikke med.",
        "nn": "Det lova gir og krev, med opplysningane slik dei er i dag. Det vi ikkje veit nok om, er ikkje med.",
        "en": "What law gives and demands, with the facts as they are today. What we know too little of is left out.",
    },
    "now": {"nb": "Dette gjelder nå", "nn": "Dette gjeld no", "en": "This holds now"},
    "nothing": {
        "nb": "Ingenting i denne tiden.",
        "nn": "Ingenting i denne tida.",
        "en": "Nothing in this time.",
    },
}
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def as_page(days: Iterable[LifeDay], names: Sequence[str], language: str) -> str:
    """The page, a heading a year."""
    shown = list(days)
    now = [_shown(day, language) for day in shown if day.kind == "now"]
    later = [day for day in shown if day.kind != "now"]
    years = [
        (year, [_shown(day, language) for day in here])
        for year, here in groupby(later, lambda day: day.day.year)
    ]
    words = {name: texts[language].format(names=", ".join(names)) for name, texts in _WORDS.items()}
    return _PAGES.get_template("timeline.html").render(words=words, now=now, years=years, language=language)


def _shown(day: LifeDay, language: str) -> dict[str, object]:
    return {
        "day": day_in(day.day, language),
        "iso": day.day.isoformat(),
        "kind": day.kind,
        "said": kind_in(day.kind, language),
        "title": title_of(day, language),
        "values": list(values_of(day, language)),
        "step": next_step_of(day, language) if day.kind in ("begins", "deadline") else "",
        "laws": list(laws_of(day)),
    }
