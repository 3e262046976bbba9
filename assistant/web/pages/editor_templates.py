"""A template's text, to change: tried with every sample before it is saved, from a day on."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from assistant.config import local_date
from assistant.guidance import template_versions
from assistant.guidance.previewing import Tried
from assistant.guidance.sandbox import LONGEST_SOURCE
from assistant.guidance.template_versions import NotSaved, TemplateVersion
from assistant.guidance.trying_out import try_out
from assistant.guidance.writing import context_of
from assistant.web.faults import BadRequest, NotHere
from assistant.web.forms import read_form
from assistant.web.pages.editor_messages import KIND
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import STAFF, Route
from assistant.web.visitor import visitor_of


def routes(parts: Parts) -> list[Route]:
    author = STAFF("rule_editor")
    path = f"/editor/messages/{{kind:{KIND}}}/{{channel:[a-z]+}}/{{language:[a-z]+}}"
    return [Route("GET", path, edit, author), Route("POST", path, check_or_save, author)]


async def edit(request: web.Request) -> web.StreamResponse:
    """The text that was saved last, or the one that comes with Varde."""
    parts, tried = request.app[PARTS], _tried(request)
    async with parts.database.read() as tx:
        versions = await template_versions.versions_of(tx, tried)
    form = {
        "text": versions[0].text,
        "applies_from": local_date(parts.clock()).isoformat(),
        "note": "",
        "edited_from": str(versions[0].number),
    }
    return _page(request, tried, versions, form)


async def check_or_save(request: web.Request) -> web.StreamResponse:
    """Try what is in the form with every sample; with the button "save", keep it as the next version."""
    parts, tried, sent = request.app[PARTS], _tried(request), await read_form(request)
    form = {name: sent.text(name) for name in ("applies_from", "note", "edited_from")}
    form["text"] = sent.text("text", limit=LONGEST_SOURCE) + "\n"
    action = sent.required("action", one_of=("check", "save"))
    if not form["edited_from"].isascii() or not form["edited_from"].isdigit():
        raise BadRequest("edited_from: must be the number of a version")
    async with parts.database.read() as tx:
        versions = await template_versions.versions_of(tx, tried)
    if action == "check":
        return _page(request, tried, versions, form, faults=await try_out(tried, form["text"]), checked=True)
    errors = {}
    applies_from = _day(form["applies_from"])
    if applies_from is None or applies_from < local_date(parts.clock()):
        errors["applies_from"] = text(request, "messages.day_wrong")
    if not form["note"]:
        errors["note"] = text(request, "editor.note_missing")
    if errors or applies_from is None:
        return _page(request, tried, versions, form, errors=errors, status=422)
    try:
        saved = await template_versions.save(
            parts.database,
            tried,
            form["text"],
            applies_from=applies_from,
            by=visitor_of(request).staff or "",
            note=form["note"],
            now=parts.clock(),
            edited_from=int(form["edited_from"]),
        )
    except NotSaved as refused:
        return _page(request, tried, versions, form, faults=refused.faults, refused=str(refused), status=409)
    return redirect(f"{_path(tried)}?saved={saved.number}")


def _page(
    request: web.Request,
    tried: Tried,
    versions: tuple[TemplateVersion, ...],
    form: dict[str, str],
    *,
    faults: tuple[str, ...] = (),
    refused: str = "",
    errors: dict[str, str] | None = None,
    checked: bool = False,
    status: int = 200,
) -> web.Response:
    names = ("sender", "count") if tried.kind == "notice" else tuple(context_of({}, "", tried.language))
    page = {
        "tried": tried,
        "path": _path(tried),
        "versions": versions,
        "form": form,
        "faults": faults,
        "refused": refused,
        "errors": {"applies_from": "", "note": ""} | (errors or {}),
        "checked": checked,
        "saved": request.query.get("saved") == str(versions[0].number) and request.method == "GET",
        "names": names,
        "rows": form["text"].count("\n") + 3,
    }
    return render(request, "editor/template.html", page, status=status)


def _tried(request: web.Request) -> Tried:
    tried = Tried(*(request.match_info[name] for name in ("kind", "channel", "language")))
    if not tried.can_be_edited:
        raise NotHere("template")
    return tried


def _path(tried: Tried) -> str:
    return f"/editor/messages/{tried.kind}/{tried.channel}/{tried.language}"


def _day(sent: str) -> date | None:
    try:
        return date.fromisoformat(sent)
    except ValueError:
        return None
