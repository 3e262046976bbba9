"""What messages say: each kind in every language and channel side by side, with made-up or somebody's own facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from assistant.config import local_date
from assistant.guidance import preview_rows
from assistant.guidance.people import LANGUAGES
from assistant.guidance.previewing import CHANNELS, Previewed, preview, samples_of
from assistant.guidance.template_rows import edited_on
from assistant.guidance.wishes import law_behind
from assistant.guidance.writing import KINDS
from assistant.store import Transaction
from assistant.web.faults import NotHere
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import render, text
from assistant.web.routing import STAFF, Route
from assistant.web.visitor import visitor_of

KIND = "[a-z]+(?:_[a-z]+)*"


def routes(parts: Parts) -> list[Route]:
    author = STAFF("rule_editor")
    kind = f"/editor/messages/{{kind:{KIND}}}"
    return [
        Route("GET", "/editor/messages", overview, author),
        Route("GET", kind, show, author),
        Route("POST", kind, try_with_facts, author),
    ]


async def overview(request: web.Request) -> web.StreamResponse:
    """Every kind of message: its title, whether law demands it, how many of its samples cannot be written."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.read() as tx:
        sender = (await parts.guidance.sender(tx, visitor.municipality)).name
        edited = await edited_on(tx, local_date(parts.clock()))
    kinds = []
    for kind in KINDS:
        shown = [
            one
            for content in samples_of(kind)
            for one in preview(kind, content, sender, _link(parts), edited)
        ]
        title = next(
            (one.written.title for one in shown if one.written and one.language == visitor.language), ""
        )
        faults = {one.fault for one in shown if one.fault}
        kinds.append(
            {"id": kind, "title": title, "statutory": bool(law_behind(kind)), "faults": sorted(faults)}
        )
    return render(request, "editor/messages.html", {"kinds": kinds})


async def show(request: web.Request) -> web.StreamResponse:
    """A kind with its samples: `?sample=2` is the second."""
    parts, kind = request.app[PARTS], _kind(request)
    samples = samples_of(kind)
    wanted = request.query.get("sample", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 0
    if not 1 <= number <= len(samples):
        raise NotHere("sample")
    async with parts.database.read() as tx:
        return await _page(request, tx, kind, samples[number - 1], sample=number)


async def try_with_facts(request: web.Request) -> web.StreamResponse:
    """The kind with what somebody was written to of: a made-up person, or a case opened for a stated purpose."""
    parts, visitor, kind = request.app[PARTS], visitor_of(request), _kind(request)
    form = await read_form(request)
    chosen, number = form.text("example", limit=40), form.text("case", limit=12)
    words = form.text("words", limit=preview_rows.LONGEST_WORDS)
    asked, errors = {"example": chosen, "case": number, "words": words}, {}
    async with parts.database.begin() as tx:
        row = None
        if number and not words:
            errors["words"] = text(request, "messages.words_missing")
        elif number:
            row = await preview_rows.of_case(tx, kind, number, visitor.municipality)
            if row is None:
                errors["case"] = text(request, "messages.no_such_case")
        elif chosen:
            row = await preview_rows.example(tx, parts.identities, kind, chosen, visitor.municipality)
            if row is None:
                errors["example"] = text(request, "messages.no_such_example")
        else:
            errors["example"] = text(request, "messages.nobody_chosen")
        content = None
        if row is not None:
            content = await preview_rows.read_for_preview(
                tx, parts.guidance, row, visitor.staff or "", words, parts.clock()
            )
            if content is None:
                # The same as of a case that is not there: what is protected is not told of here either.
                kept = "messages.no_such_case" if number else "messages.kept_from_us"
                errors["case" if number else "example"] = text(request, kept)
        if content is None:
            return await _page(request, tx, kind, samples_of(kind)[0], 1, asked, errors, status=422)
        return await _page(request, tx, kind, content, asked=asked)


async def _page(
    request: web.Request,
    tx: Transaction,
    kind: str,
    content: Mapping[str, Any],
    sample: int = 0,
    asked: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    sender = await parts.guidance.sender(tx, visitor.municipality)
    edited = await edited_on(tx, local_date(parts.clock()))
    shown = preview(kind, content, sender.name, _link(parts), edited)
    page = {
        "kind": kind,
        "law": law_behind(kind),
        "samples": len(samples_of(kind)),
        "sample": sample,
        "channels": [(channel, _by_language(shown, channel)) for channel in CHANNELS],
        "faults": [one.fault for one in shown if one.fault],
        "languages": LANGUAGES,
        "price_per_part": parts.config.sms.price_per_part,
        "examples": await preview_rows.made_up_examples(tx, parts.identities, kind, visitor.municipality),
        "asked": {"example": "", "case": "", "words": "", **(asked or {})},
        "errors": {"example": "", "case": "", "words": "", **(errors or {})},
        "today": local_date(parts.clock()),
    }
    return render(request, "editor/message.html", page, status=status)


def _by_language(shown: tuple[Previewed, ...], channel: str) -> list[dict[str, Any]]:
    return [
        {
            "language": one.language,
            "fault": one.fault,
            "title": one.written.title if one.written else "",
            "paragraphs": one.written.body.split("\n\n") if one.written else [],
            "why": one.written.why if one.written else {},
            "characters": one.characters,
            "segments": one.segments,
        }
        for one in shown
        if one.channel == channel
    ]


def _kind(request: web.Request) -> str:
    kind = request.match_info["kind"]
    if kind not in KINDS:
        raise NotHere("message")
    return kind


def _link(parts: Parts) -> str:
    return f"{parts.config.public_url.rstrip('/')}/me"
