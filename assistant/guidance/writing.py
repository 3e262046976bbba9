"""Guidance written for a channel in a language: a title, a body, and why the person got it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import structlog
from jinja2 import StrictUndefined, Undefined

from assistant.config import local_date
from assistant.guidance import wording
from assistant.guidance.people import LANGUAGES
from assistant.guidance.sandbox import Missing, SafeTemplate, TemplateFault, safe_template
from rules.wording import measured

log = structlog.get_logger()

TEMPLATES = Path(__file__).parent / "templates"

SHOWN_INSIDE = frozenset({"chat", "letter"})
"""Channels that carry the content. All others say only that a message is waiting, and from whom."""

KINDS = (
    "right_found",
    "right_possible",
    "right_changed",
    "right_lost",
    "facts_missing",
    "application_received",
    "needs_worker",
    "decision_made",
    "flag_renewed",
    "flag_set",
    "easier_now",
    "advance_notice",
    "decision_reversed",
    "decision_stands",
    "life_event",
    "deadline_near",
    "preliminary_answer",
    "appeal_received",
    "appeal_settled",
    "sent_for_you",
    "prepared_for_you",
    "request_answered",
)


@dataclass(frozen=True)
class Written:
    """A message ready to keep: plain text in paragraphs, the first line of its template as the title."""

    channel: str
    language: str
    title: str
    body: str
    why: Mapping[str, Any]


def language_for(wish: str, default: str = "nb") -> str:
    """The language a message is written in: the person's wish where we write it, Bokmål for Sámi."""
    if wish in LANGUAGES:
        return wish
    return "nb" if wish == "se" or default not in LANGUAGES else default


def file_name(name: str, channel: str, language: str) -> str:
    return f"{name}.{channel}.{language}.j2"


@cache
def text_of(name: str, channel: str, language: str, folder: Path = TEMPLATES) -> str:
    """The text of a template as it comes with Varde. Raises TemplateFault where there is none."""
    path = folder / file_name(name, channel, language)
    if not path.exists():
        raise TemplateFault(f"{path.name}:1: there is no such template in {folder}")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=2_000)
def compiled(text: str, name: str, language: str, undefined: type[Undefined]) -> SafeTemplate:
    return safe_template(text, name, listed=partial(wording.listed, language=language), undefined=undefined)


def template_of(name: str, channel: str, language: str, folder: Path = TEMPLATES) -> SafeTemplate:
    """The template `<name>.<channel>.<language>.j2`. Raises TemplateFault where it is missing or unfit."""
    text = text_of(name, channel, language, folder)
    return compiled(text, file_name(name, channel, language), language, StrictUndefined)


NONE_EDITED: Mapping[str, str] = {}
"""Edited texts by the file name of the template they stand in for: here none."""


def write(
    kind: str,
    channel: str,
    wish: str,
    content: Mapping[str, Any],
    municipality: str,
    default: str = "nb",
    *,
    count: int = 1,
    edited: Mapping[str, str] = NONE_EDITED,
    strict: bool = False,
) -> Written:
    """Write guidance of a kind. `wish` is the person's language; `municipality` the name it is from.

    A letter reads as the chat does. Other channels get a notice that is the same for every kind, and whose
    template is handed nothing but the sender's name, and how many messages wait: what it does not have, it cannot
    tell. `strict`: a value that
    is written and that the content does not have is a TemplateFault, where it else is left blank.
    """
    language = language_for(wish, default)
    inside = channel in SHOWN_INSIDE
    name, as_channel = (kind, "chat") if inside else ("notice", channel)
    file = file_name(name, as_channel, language)
    context = (
        context_of(content, municipality, language) if inside else {"sender": municipality, "count": count}
    )
    undefined = Missing if strict else StrictUndefined
    given = _known(context) if strict else context
    shipped = text_of(name, as_channel, language)
    try:
        said = compiled(edited.get(file, shipped), file, language, undefined).render(given)
    except TemplateFault as fault:
        if strict or file not in edited:
            raise
        log.error("template.not_used", fault=str(fault))  # nobody is left untold for an edit
        said = compiled(shipped, file, language, undefined).render(given)
    title, _, body = said.strip().partition("\n")
    if wish == "se" and inside:
        body = f"{body.strip()}\n\n{wording.word('in_bokmal', language)}"
    why = why_of(content, language) if inside else {}
    return Written(channel, language, title.strip(), body.strip(), why)


def _known(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context without what has no value, in its lists too; of one thing among several an empty list may be."""
    kept = {name: value for name, value in context.items() if value not in ("", None, [])}
    items = [
        {name: value for name, value in item.items() if value != ""} for item in context.get("items", ())
    ]
    return {**kept, "items": items} if items else kept


def write_withheld(wish: str, municipality: str, default: str = "nb") -> Written:
    """What stands in the municipality's list where a human must judge what may be said at all."""
    language = language_for(wish, default)
    text = template_of("withheld", "letter", language).render({"sender": municipality})
    title, _, body = text.strip().partition("\n")
    return Written("letter", language, title.strip(), body.strip(), {})


def context_of(content: Mapping[str, Any], municipality: str, language: str) -> dict[str, Any]:
    """The plain words a template is filled with, from a guidance's content."""
    values = {
        name: wording.measured(entry["value"], entry["unit"], language)
        for name, entry in content.get("values", {}).items()
    }
    return {
        "sender": municipality,
        "name": content.get("subject_name", ""),
        "title": wording.of(content.get("title", {}), language),
        "summary": wording.of(content.get("summary", {}), language),
        "also": [wording.of(texts, language) for texts in content.get("also", ())],
        "values": values,
        "asked": [wording.of(entry["title"], language) for entry in content.get("asked", ())],
        "discretion": bool(content.get("discretion")),
        "documented": bool(content.get("documented")),
        "unmet": [
            wording.of(condition["text"], language)
            for condition in content.get("conditions", ())
            if condition["holds"] is False
        ],
        "can_apply": bool(content.get("process")),
        "only_told": bool(content.get("only_told")),
        "left": [wording.of(title, language) for title in content.get("left", ())],
        "on": wording.day(content["on"], language) if content.get("on") else "",
        "begins": wording.day(content["begins"], language) if content.get("begins") else "",
        "flagged": content.get("generation") == "flagged",
        "case_number": str(content.get("case_number", "")),
        "outcome": str(content.get("outcome", "")),
        "note": str(content.get("note", "")),
        "body": wording.name_of(str(content.get("body", "")), language),
        "due_on": wording.day(content["due_on"], language) if content.get("due_on") else "",
        "monthly_fee": _kroner(content.get("monthly_fee"), language),
        "full_fee": _kroner(content.get("full_fee"), language),
        "earlier_fee": _kroner(content.get("earlier_fee"), language),
        "other": bool(content.get("other")),
        "restriction": str(content.get("restriction", "")),
        "valid_from": wording.day(content["valid_from"], language) if content.get("valid_from") else "",
        "opening": wording.of(content.get("opening", {}), language),
        "items": [_item(item, language) for item in content.get("items", ())],
    }


def _valued(entry: Mapping[str, Any], language: str) -> str:
    """'Dagsats: 1 248 kr'; what holds or does not is said by its title alone."""
    title = wording.of(entry["title"], language)
    if entry["value"] is True:
        return title
    value = wording.exact(entry["value"])
    if value is None:
        return f"{title}: {wording.measured(entry['value'], entry['unit'], language)}"
    return f"{title}: {measured(value, entry['unit'], language)}"


def _item(item: Mapping[str, Any], language: str) -> dict[str, Any]:
    """One thing of several, in words: `maybe` where it hangs on something we do not know."""
    values = [_valued(entry, language) for entry in item["values"].values()]
    return {
        "title": wording.of(item["title"], language),
        "summary": wording.of(item["summary"], language),
        "next_step": wording.of(item["next_step"], language),
        "maybe": item["answer"] != "yes",
        "deadline": wording.day(item["deadline"], language) if item["deadline"] else "",
        "said": values,
        "human": item["human"],
    }


def _kroner(amount: Any, language: str) -> str:
    return "" if amount is None else wording.measured(amount, "NOK/month", language)


def why_of(content: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Why the person got this, in words: what happened, the facts used, the rule, its conditions, the law."""
    return {
        "event": _event(content, language),
        "facts": [_fact(fact, language) for fact in content.get("facts", ())],
        "rule": wording.of(content.get("title", {}), language),
        "conditions": [
            {"text": wording.of(condition["text"], language), "holds": condition["holds"]}
            for condition in content.get("conditions", ())
        ],
        "law": [
            {
                "text": wording.word(
                    "law",
                    language,
                    act=reference.get("title") or wording.name_of(reference["act"], language),
                    section=reference["section"],
                ),
                "url": reference.get("url", ""),
            }
            for reference in content.get("law", ())
        ],
    }


def _event(content: Mapping[str, Any], language: str) -> str:
    happened = [wording.of(title, language) for title in content.get("happened", ())]
    return " ".join([*(f"{title}." for title in happened), _news(content, language)])


def _news(content: Mapping[str, Any], language: str) -> str:
    cause, _, what = str(content.get("cause", "")).partition(":")
    if cause == "clock":
        return wording.word("event.clock", language, day=wording.day(what, language))
    if cause in ("case", "decision", "process"):
        return wording.word("event.case", language)
    if cause == "request":
        return wording.word("event.request", language)
    dated = [fact for fact in content.get("facts", ()) if fact["recorded_at"] and fact["source"]]
    if not dated:
        return wording.word("event.other", language)
    newest = max(dated, key=lambda fact: str(fact["recorded_at"]))
    return wording.word(
        "event.fact",
        language,
        source=wording.name_of(newest["source"], language),
        title=wording.of(newest["title"], language).lower(),
        day=wording.day(_recorded_on(newest["recorded_at"]), language),
    )


def _recorded_on(moment: str | datetime) -> date:
    """The day in Norway; what is kept has been through JSON."""
    return local_date(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)


def _fact(fact: Mapping[str, Any], language: str) -> str:
    words = {
        "title": wording.of(fact["title"], language),
        "source": wording.name_of(fact["source"], language),
    }
    if fact["others"]:
        return wording.word("fact.others", language, **words)
    if "value" not in fact:
        return wording.word("fact.plain", language, **words)
    return wording.word(
        "fact.value", language, value=wording.measured(fact["value"], fact["unit"], language), **words
    )
