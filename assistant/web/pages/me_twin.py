"""The resident's twin, drawn: me, mine, and what is known of each, now or as it was known on an earlier day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aiohttp import web

from assistant.config import OSLO, local_date
from assistant.store import Transaction
from assistant.twin.drawing import narrow, wide
from assistant.twin.graph import load_graph, persons_behind
from assistant.twin.picture import Changes, Picture, Sight, changes, picture, sight
from assistant.web.faults import Denied, NotHere
from assistant.web.pages import me_twin_words as words
from assistant.web.pages.me_reading import PURPOSE, Me, log_reading, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import render, text
from assistant.web.routing import RESIDENT, Route


def routes(parts: Parts) -> list[Route]:
    return [Route("GET", "/me/twin", twin, RESIDENT)]


async def twin(request: web.Request) -> web.StreamResponse:
    """`?known=YYYY-MM-DD`: as known at the end of that day. `?node=KEY`: that part opened."""
    parts, me = request.app[PARTS], me_of(request)
    asked, today = request.query.get("known", ""), local_date(me.now)
    known, error = day_asked_for(asked, today)
    opened = request.query.get("node", "")
    async with parts.database.begin() as tx:
        seen = await _seen(tx, parts, me, known or today, known)
        if opened and not any(one.node(opened) for one in (seen.shown, seen.now)):
            raise await _denied(tx, opened)
        await _log(tx, me, seen.shown)
    said = words.Words(parts.catalogue.model, me.language, seen.shown, known or today)
    labels = {node.key: node.name or text(request, said.no_name(node)) for node in seen.shown.nodes}
    context = {
        "nodes": [said.node(node, seen.changes) for node in seen.shown.nodes],
        "came": [(said.kind(node), node.name) for node in seen.changes.new_nodes],
        "wide": wide(seen.shown, labels),
        "narrow": narrow(seen.shown, labels),
        "kinds": {node.key: said.kind(node) for node in seen.shown.nodes},
        "known": known,
        "asked": asked,
        "error": error,
        "opened": opened,
        "latest": today,
    }
    return render(request, "me/twin.html", context, status=400 if error else 200)


def day_asked_for(asked: str, today: date) -> tuple[date | None, str]:
    """The day, or None for now; and the key of the text that says what is wrong with what was asked for.

    >>> day_asked_for("2026-02-30", date(2026, 3, 1))
    (None, 'twin.no_day')
    """
    if not asked:
        return None, ""
    try:
        day = date.fromisoformat(asked) if len(asked) == len("2026-03-01") else None
    except ValueError:
        day = None
    if day is None:
        return None, "twin.no_day"
    return (None, "twin.day_to_come") if day > today else (day, "")


def end_of(day: date) -> datetime:
    """The last moment of a Norwegian day."""
    return datetime.combine(day + timedelta(days=1), time(), OSLO) - timedelta(microseconds=1)


@dataclass(frozen=True)
class _Seen:
    shown: Picture
    now: Picture
    changes: Changes


async def _seen(tx: Transaction, parts: Parts, me: Me, on: date, known: date | None) -> _Seen:
    """What may be seen is asked of what is known now, whatever day is shown."""
    today = local_date(me.now)
    wards = await parts.processes.twin.wards_of(tx, me.person_id, today)
    hidden = [child for child in wards if await parts.processes.hides_home(tx, me.person_id, child, me.now)]
    persons = [me.person_id, *wards]
    near = await load_graph(tx, persons)
    seen: Sight = sight(near, me.person_id, wards, hidden, today)
    concepts = parts.catalogue.model.concepts

    def confidential(concept: str) -> bool:
        known = concepts.get(concept)
        return known is None or known.sensitivity == "confidential"

    now = picture(near, seen, confidential, today)
    if known is None:
        return _Seen(now, now, Changes())
    then = picture(await load_graph(tx, persons, known_at=end_of(known)), seen, confidential, on)
    return _Seen(then, now, changes(then, now))


async def _log(tx: Transaction, me: Me, shown: Picture) -> None:
    """Each person in the picture, with what was shown of them and of what is theirs."""
    concepts: dict[str, set[str]] = {}
    for node in shown.nodes:
        for person in _persons_of(shown, node.key):
            concepts.setdefault(person, set()).update(fact.concept for fact in node.facts)
            if node.key == person:
                concepts[person].add("person.name")
    for person, named in sorted(concepts.items()):
        await log_reading(tx, me, [person], named)


def _persons_of(shown: Picture, key: str) -> Iterable[str]:
    """Whom a node is about: the person itself, or those whom a thing belongs to."""
    node = shown.node(key)
    if node is None or node.kind in words.PEOPLE:
        return [key] if node is not None else []
    return [one.key for one in shown.belonging_to(key) if one.kind in words.PEOPLE]


async def _denied(tx: Transaction, subject_id: str) -> Exception:
    """Somebody else's: 404, and a row in their log. 404 alone for what is not there at all."""
    owners = await persons_behind(tx, subject_id)
    return Denied(owners[0], purpose=PURPOSE) if owners else NotHere("part of the twin")
