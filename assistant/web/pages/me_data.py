"""Everything held about the resident and theirs: in words, to print, and to take away as JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from assistant.mydata import Mine, held_about, mine, requests_of
from assistant.mydata.export import Held, as_csv_files, as_json, cell, everything, zipped
from assistant.mydata.held import HeldAbout
from assistant.mydata.kinds import WITHHELD, Row
from assistant.processes.picture import text_of
from assistant.store import Transaction
from assistant.twin import exported, usage_page
from assistant.web.pages import me_reading, usage_words
from assistant.web.pages.me_reading import Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer, render
from assistant.web.routing import RESIDENT, Route

NEWEST = 10
"""How many uses the page shows; the log itself shows all."""


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/me/data", overview, RESIDENT),
        Route("GET", "/me/data/everything", to_print, RESIDENT),
        Route("GET", "/me/data/export.json", export_json, RESIDENT),
        Route("GET", "/me/data/export.zip", export_csv, RESIDENT),
        Route("GET", "/me/data/usage.json", usage_log, RESIDENT),
    ]


async def mine_of(tx: Transaction, parts: Parts, me: Me) -> Mine:
    """What the resident may see. Whoever calls this reads, and logs it."""
    return await mine(tx, parts.processes, me.person_id, me.now, me.language)


async def overview(request: web.Request) -> web.StreamResponse:
    """Every fact by theme, what else is kept by kind, the newest uses, and the ways on."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        found = await mine_of(tx, parts, me)
        about = await _facts(tx, parts, me, found)
        held = await everything(tx, parts.processes, found)
        uses = await usage_page(tx, me.person_id, me.now, limit=NEWEST)
        asked = await requests_of(tx, me.person_id)
    context = {
        "about": about,
        "kinds": [
            (name, len(rows)) for name, rows in held[0].kinds.items() if name != "facts" and len(rows) > 0
        ],
        "uses": [usage_words.in_words(row, parts.catalogue, me.language, me.person_id) for row in uses.rows],
        "used": uses.total,
        "kept_back": uses.kept_back,
        "waiting": sum(1 for one in asked if one.is_open),
    }
    return render(request, "mydata/overview.html", context)


async def _facts(tx: Transaction, parts: Parts, me: Me, found: Mine) -> list[HeldAbout]:
    about = []
    for holder in found.holders:
        held = await held_about(tx, parts.processes, found, holder, me.language)
        await me_reading.log_reading(tx, me, [holder.id], held.concepts)
        about.append(held)
    return about


async def _everything(
    tx: Transaction, parts: Parts, me: Me
) -> tuple[Mine, Sequence[Held], Mapping[str, Any]]:
    found = await mine_of(tx, parts, me)
    held = await everything(tx, parts.processes, found)
    log = await exported(tx, parts.usage_key, me.person_id, me.now, found.ids)
    for one in held:
        concepts = {row["concept"] for row in one.kinds["facts"]}
        await me_reading.log_reading(tx, me, [one.holder.id], [*concepts, *one.kinds])
    return found, held, log


async def to_print(request: web.Request) -> web.StreamResponse:
    """All of it on one page, open, to print or to keep: facts in words, every other kind as a table."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        _, held, log = await _everything(tx, parts, me)
        found = await mine_of(tx, parts, me)
        about = await _facts(tx, parts, me, found)
    tables = [
        (one.holder.name, name, *_as_table(rows, parts, me.language))
        for one in held
        for name, rows in one.kinds.items()
        if name != "facts" and rows
    ]
    context = {
        "about": about,
        "tables": tables,
        "withheld": tuple(WITHHELD),
        "entries": len(log["entries"]),
        "now": me.now,
    }
    return render(request, "mydata/everything.html", context)


LONG = frozenset({"letter", "conditions", "law", "facts", "content", "why", "evidence", "effect", "detail"})
"""Columns whose values are documents or structures: whole in the files, too long for a table on paper."""


def _as_table(rows: Sequence[Row], parts: Parts, language: str) -> tuple[list[str], list[list[str]]]:
    columns = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in LONG]

    def said(name: str, value: Any) -> str:
        if name == "rule" and value in parts.catalogue.rules:
            return text_of(parts.catalogue.rules[value].title, language)
        return cell(value)

    return columns, [[said(name, row.get(name)) for name in columns] for row in rows]


async def export_json(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        _, held, log = await _everything(tx, parts, me)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return json_answer(as_json(held, log, me.now), headers=headers)


async def export_csv(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        _, held, log = await _everything(tx, parts, me)
    return web.Response(
        body=zipped(as_csv_files(held, log), me.now),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"'},
    )


async def usage_log(request: web.Request) -> web.StreamResponse:
    """The resident's whole usage log, chained and signed, to keep and to check without us."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        found = await mine_of(tx, parts, me)
        log = await exported(tx, parts.usage_key, me.person_id, me.now, found.ids)
        await me_reading.log_reading(tx, me, [me.person_id], ["usage"])
    headers = {"Content-Disposition": 'attachment; filename="usage-log.json"'}
    return json_answer(log, headers=headers)
