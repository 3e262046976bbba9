"""The rule editor: read a rule, change its text with faults beside the lines, test it, save a version."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from aiohttp import web

from assistant.config import local_date
from assistant.determinations.catalogue_by_day import RuleVersion, holding
from assistant.determinations.rule_check import RuleCheck
from assistant.determinations.rule_versions import NotSaved, UnknownRule
from assistant.guidance.themes import theme_of, title_of
from assistant.store import Transaction
from assistant.web.faults import BadRequest, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.json_body import read_json
from assistant.web.pages import editor_reading as reading
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer, redirect, render, text
from assistant.web.routing import STAFF, Route
from assistant.web.visitor import visitor_of
from rules import Catalogue

RULE = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
"""The id of a rule in a path. It names a rule, never a person."""

MAX_TEXT = 200_000  # characters of a rule's text in a form, where each may take three bytes


def routes(parts: Parts) -> list[Route]:
    author = STAFF("rule_editor")
    rule = f"/editor/rules/{{rule:{RULE}}}"
    return [
        Route("GET", "/editor", overview, author),
        Route("POST", "/editor/check", check_text, author),
        Route("GET", rule, read, author),
        Route("GET", f"{rule}/edit", edit, author),
        Route("POST", f"{rule}/edit", check_or_save, author),
        Route("GET", f"{rule}/history", history, author),
    ]


async def overview(request: web.Request) -> web.StreamResponse:
    """Every rule, by theme: title, law, the version that holds today, whether its tests pass."""
    parts, language = request.app[PARTS], visitor_of(request).language
    on = local_date(parts.clock())
    async with parts.database.read() as tx:
        catalogue = await parts.rule_versions.catalogue_at(tx, on)
        versions = {rule_id: await parts.rule_versions.list(tx, rule_id) for rule_id in catalogue.rules}
    themes: dict[str, list[dict[str, Any]]] = {}
    for rule_id, rule in sorted(catalogue.rules.items()):
        check = await parts.rule_versions.checked(rule_id, catalogue)
        themes.setdefault(theme_of(rule_id), []).append(
            {
                "id": rule_id,
                "title": reading.in_language(rule.title, language, rule_id),
                "kind": rule.kind,
                "law": rule.law,
                "version": holding(versions[rule_id], on),
                "coming": [v for v in versions[rule_id] if v.applies_from and v.applies_from > on],
                "tests": len(check.tests),
                "failed": sum(not test.passed for test in check.tests),
                "sound": check.sound,
            }
        )
    named = [(theme, title_of(theme, language), rules) for theme, rules in themes.items()]
    return render(request, "editor/overview.html", {"themes": sorted(named, key=lambda one: one[1])})


async def read(request: web.Request) -> web.StreamResponse:
    """One rule, in words."""
    parts, language = request.app[PARTS], visitor_of(request).language
    today = local_date(parts.clock())
    async with parts.database.read() as tx:
        version, versions = await _chosen(request, tx)
        catalogue = await parts.rule_versions.catalogue_at(tx, max(today, version.applies_from or today))
    check = await parts.rule_versions.check(version.text, version.rule, catalogue)
    if check.rule is None:
        return redirect(f"/editor/rules/{version.rule}/edit?version={version.number}")
    rule = check.rule
    page = {
        "rule": rule,
        "title": reading.in_language(rule.title, language, rule.id),
        "words": lambda texts, otherwise="": reading.in_language(texts, language, otherwise),
        "shown": reading.shown,
        "parameters": reading.parameters_of(rule, language),
        "tests": reading.tests_of(check),
        "faults": check.faults,
        "version": version,
        "versions": versions,
        "holds_today": holding(versions, today) == version,
        "saved": request.query.get("saved") == str(version.number),
        "readers": sorted(other.id for other in catalogue.rules.values() if rule.id in other.uses.values()),
    }
    return render(request, "editor/rule.html", page)


async def edit(request: web.Request) -> web.StreamResponse:
    """The text of a version, to change."""
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        version, versions = await _chosen(request, tx)
        catalogue = await parts.rule_versions.catalogue_at(tx, local_date(parts.clock()))
    form = {
        "text": version.text,
        "applies_from": local_date(parts.clock()).isoformat(),
        "note": "",
        "edited_from": str(versions[0].number),
    }
    return _edit_page(request, version.rule, catalogue, form)


async def check_or_save(request: web.Request) -> web.StreamResponse:
    """Test what is in the form; with the button "save", keep it as the rule's next version."""
    parts, rule_id = request.app[PARTS], request.match_info["rule"]
    sent = await read_form(request)
    form = {name: sent.text(name) for name in ("applies_from", "note", "edited_from")}
    form["text"] = sent.text("text", limit=MAX_TEXT) + "\n"
    action = sent.required("action", one_of=("check", "save"))
    applies_from, errors = _day(form["applies_from"]), {}
    if applies_from is None:
        errors["applies_from"] = text(request, "editor.day_wrong")
    async with parts.database.read() as tx:
        _known(parts, rule_id)
        catalogue = await parts.rule_versions.catalogue_at(tx, applies_from or local_date(parts.clock()))
    if action == "save" and not form["note"]:
        errors["note"] = text(request, "editor.note_missing")
    if action == "check" or errors or applies_from is None:
        check = await parts.rule_versions.check(form["text"], rule_id, catalogue)
        status = 400 if errors and action == "save" else 200
        return _edit_page(request, rule_id, catalogue, form, check=check, errors=errors, status=status)
    return await _save(request, rule_id, catalogue, form, applies_from, _number(sent))


async def _save(
    request: web.Request,
    rule_id: str,
    catalogue: Catalogue,
    form: dict[str, str],
    applies_from: date,
    edited_from: int,
) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    try:
        saved = await parts.rule_versions.save(
            parts.database,
            rule_id,
            form["text"],
            applies_from=applies_from,
            by=visitor.staff or "",
            note=form["note"],
            now=parts.clock(),
            edited_from=edited_from,
        )
    except NotSaved as refused:
        check = refused.check or await parts.rule_versions.check(form["text"], rule_id, catalogue)
        return _edit_page(request, rule_id, catalogue, form, check=check, refused=str(refused), status=409)
    return redirect(f"/editor/rules/{rule_id}?version={saved.number}&saved={saved.number}")


async def check_text(request: web.Request) -> web.StreamResponse:
    """Faults and test results of a text, as JSON: {"rule", "text", "applies_from"?} in."""
    parts = request.app[PARTS]
    sent = await read_json(request)
    if not isinstance(sent, dict) or not all(isinstance(sent.get(name), str) for name in ("rule", "text")):
        raise BadRequest('send {"rule": id, "text": the rule file}')
    _known(parts, sent["rule"])
    on = _day(str(sent.get("applies_from", ""))) or local_date(parts.clock())
    async with parts.database.read() as tx:
        catalogue = await parts.rule_versions.catalogue_at(tx, on)
    check = await parts.rule_versions.check(sent["text"], sent["rule"], catalogue)
    return json_answer(
        {
            "sound": check.sound,
            "faults": reading.faults_as_json(check),
            "tests": reading.tests_as_json(check),
        }
    )


async def history(request: web.Request) -> web.StreamResponse:
    """Every version of a rule, with what it changed."""
    parts, rule_id = request.app[PARTS], request.match_info["rule"]
    _known(parts, rule_id)
    async with parts.database.read() as tx:
        versions = await parts.rule_versions.list(tx, rule_id)
    before = {later.number: earlier for later, earlier in pairwise(versions)}
    changes = {
        version.number: reading.difference(before[version.number].text, version.text)
        for version in versions
        if version.number in before
    }
    rule = parts.rule_versions.shipped.rules[rule_id]
    page = {
        "rule_id": rule_id,
        "title": reading.in_language(rule.title, visitor_of(request).language, rule_id),
        "versions": versions,
        "changes": changes,
        "holding": holding(versions, local_date(parts.clock())),
    }
    return render(request, "editor/history.html", page)


def _edit_page(
    request: web.Request,
    rule_id: str,
    catalogue: Catalogue,
    form: dict[str, str],
    *,
    check: RuleCheck | None = None,
    errors: dict[str, str] | None = None,
    refused: str = "",
    status: int = 200,
) -> web.Response:
    language = visitor_of(request).language
    rule = catalogue.rules[rule_id]
    page = {
        "rule_id": rule_id,
        "title": reading.in_language(rule.title, language, rule_id),
        "form": form,
        "errors": errors or {},
        "refused": refused,
        "check": check,
        "lines": reading.lines_of(form["text"].rstrip("\n"), check.faults if check else ()),
        "tests": reading.tests_of(check) if check else (),
        "completions": reading.completions(rule, language),
    }
    return render(request, "editor/edit.html", page, status=status)


async def _chosen(request: web.Request, tx: Transaction) -> tuple[RuleVersion, tuple[RuleVersion, ...]]:
    """The version the address names (?version=2), else the one that holds today; and every version."""
    parts, rule_id = request.app[PARTS], request.match_info["rule"]
    _known(parts, rule_id)
    versions = await parts.rule_versions.list(tx, rule_id)
    if (wanted := request.query.get("version")) is None:
        version = holding(versions, local_date(parts.clock()))
    else:
        version = next((found for found in versions if str(found.number) == wanted), None)
    if version is None:
        raise NotHere("version")
    return version, versions


def _known(parts: Parts, rule_id: str) -> None:
    try:
        parts.rule_versions.shipped_version(rule_id)
    except UnknownRule:
        raise NotHere("rule") from None


def _day(sent: str) -> date | None:
    try:
        return date.fromisoformat(sent)
    except ValueError:
        return None


def _number(sent: Form) -> int:
    number = sent.required("edited_from", limit=9)
    if not number.isascii() or not number.isdigit():
        raise BadRequest("edited_from: must be the number of a version")
    return int(number)
