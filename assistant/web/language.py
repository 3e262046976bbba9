"""Which language a visitor reads: what they chose, else what their browser prefers, else bokmål."""

from __future__ import annotations

from aiohttp import web

from assistant.config import Config
from assistant.web import cookies
from assistant.web.visitor import LANGUAGES, Language

# Browsers say 'no' for Norwegian; who reads Danish or Swedish reads bokmål rather than English.
SPOKEN: dict[str, Language] = {"nb": "nb", "no": "nb", "da": "nb", "sv": "nb", "nn": "nn", "en": "en"}


def as_language(value: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == value), None)


def preferred(accept_language: str) -> Language:
    """The best of ours by an Accept-Language header (RFC 9110 section 12.5.4); bokmål when none fits."""
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accept_language[:500].split(",")):
        tag, _, parameters = part.partition(";")
        language = SPOKEN.get(tag.strip().lower().split("-")[0])
        weight = _weight(parameters)
        if language is not None and weight > 0:
            wishes.append((-weight, place, language))
    return min(wishes)[2] if wishes else "nb"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def language_of(request: web.Request, config: Config) -> Language:
    """The language of a request, whoever sends it."""
    chosen = as_language(cookies.read(request, config, "language"))
    return chosen or preferred(request.headers.get("Accept-Language", ""))
