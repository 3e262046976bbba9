"""What the resident asks of those who hold data about them: this is wrong, do not use it, erase, leave me alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from assistant.documents import Refused
from assistant.mydata import (
    Asker,
    DataRequest,
    Holder,
    Mine,
    NotOpenAnyMore,
    fact_open_to,
    request_by_id,
    requests_of,
)
from assistant.mydata import effect as effects
from assistant.mydata.asking import is_restricting
from assistant.mydata.effect import Effect, claimed
from assistant.mydata.erasing import AT_ONCE, BY_HAND
from assistant.mydata.handling import may_be_corrected_here, may_be_restricted
from assistant.mydata.held import HeldFact, in_words, restrictions_of
from assistant.processes.gathering import words_of
from assistant.processes.picture import text_of
from assistant.processes.reading import LONG, SHORT, Wrong, read_text
from assistant.processes.wording import corrected_where, source_name
from assistant.store import Transaction
from assistant.twin import Fact
from assistant.web.faults import Conflict, Denied, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.pages import me_reading, request_documents, request_words
from assistant.web.pages.me_data import mine_of
from assistant.web.pages.me_reading import PURPOSE, Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, RESIDENT, Route

FACT = f"/me/data/facts/{{fact_id:{ID}}}"
REQUEST = f"/me/data/requests/{{request_id:{ID}}}"
EMPTY = Form(())


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", f"{FACT}/wrong", wrong, RESIDENT),
        Route("POST", f"{FACT}/wrong", report_wrong, RESIDENT),
        Route("GET", f"{FACT}/restriction", restriction, RESIDENT),
        Route("POST", f"{FACT}/restriction", ask_restriction, RESIDENT),
        Route("GET", "/me/data/requests", all_requests, RESIDENT),
        Route("GET", "/me/data/requests/erasure", erasure, RESIDENT),
        Route("POST", "/me/data/requests/erasure", ask_erasure, RESIDENT),
        Route("GET", "/me/data/requests/objection", objection, RESIDENT),
        Route("POST", "/me/data/requests/objection", ask_objection, RESIDENT),
        Route("GET", REQUEST, one_request, RESIDENT),
        Route("POST", f"{REQUEST}/withdraw", withdraw, RESIDENT),
        Route("POST", f"{REQUEST}/lift", lift, RESIDENT),
    ]


# ---- a fact is wrong, or is not to be used --------------------------------------------------------


@dataclass(frozen=True)
class Meant:
    """The fact that is meant, whose it is, and what the reader sees of it."""

    mine: Mine
    holder: Holder
    fact: Fact
    shown: HeldFact


async def _meant(request: web.Request, tx: Transaction, me: Me) -> Meant:
    """The fact of the address. Denied, and logged with whom it is about, where it is not the reader's to see."""
    parts, fact_id = request.app[PARTS], request.match_info["fact_id"]
    found = await mine_of(tx, parts, me)
    pair = await fact_open_to(tx, parts.processes, found, fact_id)
    if pair is None:
        owner = await parts.processes.twin.owner_of(tx, fact_id)
        raise NotHere("fact") if owner is None else Denied(owner, purpose=PURPOSE)
    holder, fact = pair
    restricted = (fact.subject_id, fact.concept) in await restrictions_of(tx, [fact.subject_id])
    shown = await in_words(tx, parts.processes, found, fact, me.language, restricted)
    await me_reading.log_reading(tx, me, [holder.id], [fact.concept])
    return Meant(found, holder, fact, shown)


async def wrong(request: web.Request) -> web.StreamResponse:
    return await _wrong_page(request, EMPTY, {}, status=200)


async def report_wrong(request: web.Request) -> web.StreamResponse:
    """First show what the claim would change; send it when the person has seen that and says so."""
    parts, me = request.app[PARTS], me_of(request)
    posted = await request_documents.read_claim(request)
    form = posted.form
    # Of a file that is too large what comes after it was not read: the button is taken for the one beside it.
    action = "send" if posted.too_large else form.required("action", one_of=("show", "send"))
    errors, reason, should_be = _said(request, form, me)
    file = None
    if action == "send" and not errors:
        async with parts.database.begin() as tx:  # whose is it? A stranger's file is not even looked at
            await _meant(request, tx, me)
        try:
            file = await request_documents.checked(request, posted)
        except Refused as why:
            errors["file"] = request_documents.not_taken(why, me.language)
    async with parts.database.begin() as tx:
        meant = await _meant(request, tx, me)
        concept = parts.catalogue.model.concepts.get(meant.fact.concept)
        claim = claimed(meant.fact, concept, should_be, me.language)
        if isinstance(claim, Wrong):
            errors["should_be"] = claim.text
        if not errors and action == "send":
            effect = await effects.effect_of(
                tx, parts.processes, meant.mine, meant.fact, _as_fact(claim), me.now
            )
            made = await parts.requests.report_wrong(
                tx,
                Asker(meant.mine, me.language, me.now),
                meant.holder,
                meant.fact,
                should_be,
                reason,
                effect if _works_out(meant.fact, claim, should_be) else None,
                form.has("not_used"),
                None if claim is None or isinstance(claim, Wrong) else claim.value,
            )
            if file is not None:
                await request_documents.keep(parts, tx, made, file, posted.name)
            return redirect(f"/me/data/requests/{made.id}?sent=1")
    seen = not errors.keys() - {"file"}
    return await _wrong_page(request, form, errors, status=422 if errors else 200, show_effect=seen)


def _as_fact(claim: Fact | Wrong | None) -> Fact | None:
    return claim if isinstance(claim, Fact) else None


def _works_out(fact: Fact, claim: Fact | Wrong | None, should_be: str) -> bool:
    """Whether an effect can be worked out: of a value, or of the fact being taken away; not of words."""
    return isinstance(claim, Fact) or not should_be


def _said(request: web.Request, form: Form, me: Me) -> tuple[dict[str, str], str, str]:
    errors: dict[str, str] = {}
    reason = read_text(form.text("reason", limit=10_000), me.language, LONG)
    should_be = read_text(form.text("should_be", limit=2000), me.language, SHORT)
    if isinstance(reason, Wrong):
        errors["reason"] = reason.text
    elif not reason:
        errors["reason"] = text(request, "mydata.say_why_wrong")
    if isinstance(should_be, Wrong):
        errors["should_be"] = should_be.text
    return (
        errors,
        "" if isinstance(reason, Wrong) else reason,
        "" if isinstance(should_be, Wrong) else should_be,
    )


async def _wrong_page(
    request: web.Request, form: Form, errors: Mapping[str, str], *, status: int, show_effect: bool = False
) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        meant = await _meant(request, tx, me)
        concept = parts.catalogue.model.concepts.get(meant.fact.concept)
        should_be = form.text("should_be", limit=2000)
        effect = None
        if show_effect:
            claim = claimed(meant.fact, concept, should_be, me.language)
            if _works_out(meant.fact, claim, should_be):
                effect = await effects.effect_of(
                    tx, parts.processes, meant.mine, meant.fact, _as_fact(claim), me.now
                )
    choices = []
    if concept is not None and meant.fact.object_id is None:
        words = words_of(concept)
        choices = [(code, text_of(texts, me.language)) for code, texts in words.choices]
        if words.kind == "yes_no":
            choices = [(code, text(request, f"mydata.{code}")) for code in ("yes", "no")]
    context = {
        "meant": meant,
        "errors": {name: errors.get(name, "") for name in ("reason", "should_be", "file")},
        "file": request_documents.field(me.language),
        "filled": {"reason": form.text("reason", limit=10_000), "should_be": should_be},
        "not_used": form.has("not_used"),
        "may_stop": meant.holder.reader_decides and may_be_restricted(meant.fact),
        "choices": choices,
        "seen": show_effect,
        **_effect(parts, me, meant, effect),
        **_owner(meant.fact, me),
    }
    return render(request, "mydata/wrong.html", context, status=status)


def _effect(parts: Parts, me: Me, meant: Meant, effect: Effect | None) -> dict[str, Any]:
    names = {holder.id: holder.name for holder in meant.mine.holders}
    shown = effects.in_words(effect.changes, parts.catalogue, names, me.language) if effect else ()
    return {"effect": shown, "same": effect.others if effect else 0, "worked_out": effect is not None}


def _owner(fact: Fact, me: Me) -> dict[str, Any]:
    """To whom a request about the fact goes, and how the person can have it corrected themself."""
    ours = may_be_corrected_here(fact.source)
    return {
        "owner": "" if ours else source_name(fact.source, me.language),
        "where": "" if ours else corrected_where(fact.source, me.language),
    }


async def restriction(request: web.Request) -> web.StreamResponse:
    return await _restriction_page(request, EMPTY, "", status=200)


async def _restriction_page(
    request: web.Request, form: Form, error: str, *, status: int
) -> web.StreamResponse:
    """What the rules say when the fact is not used is shown before the person asks for it."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        meant = await _meant(request, tx, me)
        _must_decide(meant)
        effect = await effects.effect_of(tx, parts.processes, meant.mine, meant.fact, None, me.now)
    context = {
        "meant": meant,
        "may_stop": may_be_restricted(meant.fact),
        "error": error,
        "reason": form.text("reason", limit=10_000),
        **_effect(parts, me, meant, effect),
    }
    return render(request, "mydata/restriction.html", context, status=status)


async def ask_restriction(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    reason = read_text(form.text("reason", limit=10_000), me.language, LONG)
    if isinstance(reason, Wrong) or not reason:
        said = reason.text if isinstance(reason, Wrong) else text(request, "mydata.say_why_stop")
        return await _restriction_page(request, form, said, status=422)
    async with parts.database.begin() as tx:
        meant = await _meant(request, tx, me)
        _must_decide(meant)
        effect = await effects.effect_of(tx, parts.processes, meant.mine, meant.fact, None, me.now)
        asker = Asker(meant.mine, me.language, me.now)
        made = await parts.requests.ask_restriction(tx, asker, meant.holder, meant.fact, reason, effect)
    return redirect(f"/me/data/requests/{made.id}?sent=1")


def _must_decide(meant: Meant) -> None:
    """From 15 a young person asks themself: a parent may say that a fact is wrong, not stop its use."""
    if not meant.holder.reader_decides:
        raise Denied(meant.holder.id, purpose=PURPOSE)


# ---- erasure and objection ------------------------------------------------------------------------


async def erasure(request: web.Request) -> web.StreamResponse:
    return render(
        request, "mydata/erasure.html", {"what": AT_ONCE, "other": BY_HAND, "error": "", "reason": ""}
    )


async def ask_erasure(request: web.Request) -> web.StreamResponse:
    """What is only the person's own is erased at once; of the rest a human answers."""
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    what = [one for one in (*AT_ONCE, BY_HAND) if one in form.all("what")]
    reason = read_text(form.text("reason", limit=10_000), me.language, LONG)
    error = text(request, "mydata.choose_what_to_erase") if not what else ""
    if isinstance(reason, Wrong):
        error = reason.text
    elif BY_HAND in what and not reason:
        error = text(request, "mydata.say_what_to_erase")
    if error or isinstance(reason, Wrong):
        context = {
            "what": AT_ONCE,
            "other": BY_HAND,
            "error": error,
            "reason": form.text("reason", limit=10_000),
        }
        return render(request, "mydata/erasure.html", context, status=422)
    async with parts.database.begin() as tx:
        found = await mine_of(tx, parts, me)
        made = await parts.requests.ask_erasure(tx, Asker(found, me.language, me.now), what, reason)
    return redirect(f"/me/data/requests/{made.id}?sent=1")


async def objection(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    context = {"themes": request_words.themes(parts.catalogue), "error": "", "reason": "", "theme": ""}
    return render(request, "mydata/objection.html", context)


async def ask_objection(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    themes = request_words.themes(parts.catalogue)
    theme = form.text("theme")
    reason = read_text(form.text("reason", limit=10_000), me.language, LONG)
    error = "" if theme in themes else text(request, "mydata.choose_theme")
    if isinstance(reason, Wrong):
        error = reason.text
    elif not reason and not error:
        error = text(request, "mydata.say_why_object")
    if error or isinstance(reason, Wrong):
        written = form.text("reason", limit=10_000)
        context = {"themes": themes, "error": error, "reason": written, "theme": theme}
        return render(request, "mydata/objection.html", context, status=422)
    async with parts.database.begin() as tx:
        found = await mine_of(tx, parts, me)
        made = await parts.requests.object_to(tx, Asker(found, me.language, me.now), theme, reason)
    return redirect(f"/me/data/requests/{made.id}?sent=1")


# ---- what has been asked --------------------------------------------------------------------------


async def all_requests(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        asked = await requests_of(tx, me.person_id)
        await me_reading.log_reading(tx, me, [me.person_id], ["data_request"])
    lines = [request_words.line(one, parts.catalogue, me.language) for one in asked]
    return render(request, "mydata/requests.html", {"lines": lines})


async def one_request(request: web.Request) -> web.StreamResponse:
    """The request as it was sent, what it would change, and what has become of it: the receipt."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        asked = await _own(request, tx, me)
        found = await mine_of(tx, parts, me)
        lasting = await is_restricting(tx, asked.id)
        documents = await request_documents.listed(parts, tx, asked.id, me.language)
        subjects = {asked.person_id, asked.subject_id}
        await me_reading.log_reading(tx, me, subjects, ["data_request"])
    names = {holder.id: holder.name for holder in found.holders}
    context = {
        "line": request_words.line(asked, parts.catalogue, me.language),
        "asked": asked,
        "about": names.get(asked.subject_id, ""),
        "effect": effects.in_words(asked.effect, parts.catalogue, names, me.language),
        "stopped": lasting,
        "documents": documents,
        "sent": request.query.get("sent") == "1",
        "where": corrected_where(asked.owner, me.language) if asked.owner else "",
        "owner": source_name(asked.owner, me.language) if asked.owner else "",
    }
    return render(request, "mydata/request.html", context)


async def _own(request: web.Request, tx: Transaction, me: Me) -> DataRequest:
    asked = await request_by_id(tx, request.match_info["request_id"])
    if asked is None:
        raise NotHere("request")
    if asked.person_id != me.person_id:
        raise Denied(asked.person_id, purpose=PURPOSE)
    return asked


async def withdraw(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    try:
        async with parts.database.begin() as tx:
            await parts.requests.withdraw(tx, await _own(request, tx, me), me.now)
    except NotOpenAnyMore:
        raise Conflict(text(request, "mydata.answered_already")) from None
    return redirect(f"/me/data/requests/{request.match_info['request_id']}")


async def lift(request: web.Request) -> web.StreamResponse:
    """Let what was stopped be used again."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        await parts.requests.lift_restriction(tx, await _own(request, tx, me), me.now)
    return redirect(f"/me/data/requests/{request.match_info['request_id']}")
