"""Who may act for me and whom I may act for: going over to another's pages, and mandates from draft to end."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from aiohttp import web
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from assistant.acting import LONGEST, Mandate, MandateFault, NewMandate, as_signed
from assistant.acting.mandates import mandates_of
from assistant.config import local_date
from assistant.guidance.themes import themes_of, title_of
from assistant.registers import is_national_id
from assistant.store import Transaction
from assistant.store.columns import from_json, to_json
from assistant.store.tables import usage
from assistant.twin import Use, log_usage
from assistant.web import cookies, sessions
from assistant.web.acting import PURPOSE
from assistant.web.faults import Conflict, Denied, LoginNeeded, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.login import require_fresh_login
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer, redirect, render, text
from assistant.web.routing import ID, RESIDENT, Route
from assistant.web.visitor import visitor_of

READING = "to show who may act for whom"
DRAFT = "mandate"  # the cookie that holds, sealed, what is filled in and not signed
DRAFT_LIVES = timedelta(minutes=15)
ABOUT = "web.mandate"
MOST_SHOWN = 40  # rows of what was done under a mandate
BASIS = "personvernforordningen artikkel 6 nr. 1 bokstav a"


def routes(parts: Parts) -> list[Route]:
    one = f"/me/acting/{{mandate_id:{ID}}}"
    return [
        Route("GET", "/me/acting", overview, RESIDENT),
        Route("POST", "/me/acting/for", go_over, RESIDENT),
        Route("POST", "/me/acting/stop", stop, RESIDENT),
        Route("GET", "/me/acting/new", new, RESIDENT),
        Route("POST", "/me/acting/new", fill_in, RESIDENT),
        Route("GET", "/me/acting/sign", read_text, RESIDENT),
        Route("POST", "/me/acting/sign", sign, RESIDENT),
        Route("POST", f"{one}/accept", accept, RESIDENT),
        Route("POST", f"{one}/end", end, RESIDENT),
        Route("GET", f"{one}/signed.json", signed, RESIDENT),
    ]


def _own_id(request: web.Request) -> str:
    own = visitor_of(request).own_id
    assert own is not None
    return own


# ---- whose pages ----------------------------------------------------------------------------------


async def overview(request: web.Request) -> web.StreamResponse:
    """Whom I may act for, the mandates I was given and gave, and what was done under each."""
    parts, person, now = request.app[PARTS], _own_id(request), request.app[PARTS].clock()
    language, on = visitor_of(request).language, local_date(now)
    async with parts.database.begin() as tx:
        others = await parts.acting.others(tx, person, now)
        kept = await mandates_of(tx, person)
        shown = [await _shown(tx, parts, one, person, on, language) for one in kept]
        read = {person, *(one.from_id for one in kept)}
        uses = [Use(one, "person", person, "read", READING, BASIS, ("mandate",)) for one in sorted(read)]
        await log_usage(tx, uses, now)
        refused = await parts.acting.may_sign(tx, person, now)
    return render(
        request,
        "acting/overview.html",
        {
            "others": [_other(one, language) for one in others],
            "given_to_me": [one for one in shown if not one["mine"]],
            "given_by_me": [one for one in shown if one["mine"]],
            "refused": refused,
            "said": request.query.get("said") if request.query.get("said") in SAID else None,
        },
    )


SAID = ("signed", "accepted", "ended", "stopped")


async def go_over(request: web.Request) -> web.StreamResponse:
    """From now on the pages are those of another whom I may act for."""
    parts, visitor, person = request.app[PARTS], visitor_of(request), _own_id(request)
    principal, now = (await read_form(request)).required("person", limit=36), request.app[PARTS].clock()
    assert visitor.session is not None
    async with parts.database.begin() as tx:
        authority = await parts.acting.authority(tx, person, principal, now)
        if authority is None:
            if await parts.acting.twin.kind_of(tx, principal) != "person":
                raise NotHere("person")
            raise Denied(principal, purpose=PURPOSE)
        basis = "; ".join(one.basis for one in authority.grants)
        await log_usage(tx, [Use(principal, "person", person, "read", PURPOSE, basis, ())], now)
        await sessions.act_for(tx, visitor.session, principal)
    return redirect("/me")


async def stop(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    assert visitor.session is not None
    async with parts.database.begin() as tx:
        await sessions.act_for(tx, visitor.session, None)
    return redirect("/me/acting?said=stopped")


# ---- a mandate, from form to seal ------------------------------------------------------------------


@dataclass(frozen=True)
class _Draft:
    """What is filled in, with whose number: known to the signer's browser only, and there under our seal."""

    new: NewMandate
    number: str


async def new(request: web.Request) -> web.StreamResponse:
    """The form. Nobody is looked up and nobody is listed: one writes the other's identity number oneself."""
    await _may_sign(request)
    draft = _kept_draft(request)
    return _form(request, {} if draft is None else _values(draft.new), {})


async def fill_in(request: web.Request) -> web.StreamResponse:
    """Check the form alone, and go on to the text. What is answered never tells whether the other is known."""
    await _may_sign(request)
    parts, form = request.app[PARTS], await read_form(request)
    try:
        draft = _read(form, themes_of(parts.catalogue), local_date(parts.clock()))
    except MandateFault as fault:
        values = {name: form.text(name, limit=200) for name in ("name", "may", "until")}
        return _form(request, values | {"themes": form.all("theme")}, {fault.field: fault.reason}, status=422)
    response = redirect("/me/acting/sign")
    _keep_draft(request, response, draft)
    return response


async def read_text(request: web.Request) -> web.StreamResponse:
    """The whole text, to be read and signed by one who has just logged in."""
    draft = _kept_draft(request)
    if draft is None:
        return redirect("/me/acting/new")
    await _may_sign(request)
    require_fresh_login(request)
    return await _sign_page(request, draft)


async def sign(request: web.Request) -> web.StreamResponse:
    """Sign what was read: kept and sealed, and waiting for the other."""
    parts, visitor, draft = request.app[PARTS], visitor_of(request), _kept_draft(request)
    if draft is None:
        return redirect("/me/acting/new")
    try:
        require_fresh_login(request)
    except LoginNeeded:
        return redirect("/me/acting/sign")  # which leads through the login and back to the text
    assert visitor.authenticated_at is not None
    evidence = {
        "acr": visitor.acr,
        "authenticated_at": visitor.authenticated_at.isoformat(),
        "issuer": parts.config.residents_login.issuer,
    }
    form, now = await read_form(request), parts.clock()
    try:
        async with parts.database.begin() as tx:
            drafted = await parts.acting.draft(tx, _own_id(request), draft.new, visitor.language, now)
            if form.text("read", limit=64) != _fingerprint(parts, drafted):
                raise MandateFault("", "fault_changed")  # another language, another day, another tab
            await parts.acting.sign(
                tx, _own_id(request), draft.number, draft.new, visitor.language, evidence, now
            )
    except MandateFault as fault:
        return await _sign_page(request, draft, fault.reason, status=422)
    response = redirect("/me/acting?said=signed")
    cookies.drop(response, parts.config, DRAFT)
    return response


async def accept(request: web.Request) -> web.StreamResponse:
    parts, person = request.app[PARTS], _own_id(request)
    async with parts.database.begin() as tx:
        try:
            said = await parts.acting.accept(tx, person, request.match_info["mandate_id"], parts.clock())
        except LookupError as whose:
            raise _not_theirs(whose) from None
    if said != "accepted":
        raise Conflict(text(request, f"acting.cannot_accept_{said}"))
    return redirect("/me/acting?said=accepted")


async def end(request: web.Request) -> web.StreamResponse:
    """Either of the two ends it; who acts by it just now is stopped at their next request."""
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        try:
            await parts.acting.end(tx, _own_id(request), request.match_info["mandate_id"], parts.clock())
        except LookupError as whose:
            raise _not_theirs(whose) from None
    return redirect("/me/acting?said=ended")


async def signed(request: web.Request) -> web.StreamResponse:
    """The mandate as it was signed, with seal and public key: it can be checked without us."""
    parts, person = request.app[PARTS], _own_id(request)
    async with parts.database.begin() as tx:
        try:
            kept = await parts.acting.mandate_for(tx, person, request.match_info["mandate_id"])
        except LookupError as whose:
            raise _not_theirs(whose) from None
        use = Use(kept.from_id, "person", person, "read", READING, BASIS, ("mandate",))
        await log_usage(tx, [use], parts.clock())
    key = {"id": kept.key, "algorithm": "Ed25519", "public": parts.usage_key.public}
    headers = {"Content-Disposition": 'attachment; filename="mandate.json"'}
    return json_answer({"signed": as_signed(kept), "seal": kept.seal, "key": key}, headers=headers)


def _not_theirs(whose: LookupError) -> NotHere:
    owner = str(whose.args[0])
    return Denied(owner, purpose=READING) if owner else NotHere("mandate")


async def _may_sign(request: web.Request) -> None:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        refused = await parts.acting.may_sign(tx, _own_id(request), parts.clock())
    if refused is not None:
        raise Conflict(text(request, f"acting.cannot_sign_{refused}"))


def _read(form: Form, themes: Sequence[str], on: date) -> _Draft:
    """What the form says. Raises MandateFault naming the first field that does not fit, never its value."""
    number = form.text("number", limit=40).replace(" ", "")
    if not is_national_id(number, synthetic=True):
        raise MandateFault("number", "fault_number")
    try:
        last = date.fromisoformat(form.text("until", limit=10))
    except ValueError:
        raise MandateFault("until", "fault_until") from None
    name = " ".join(form.text("name", limit=200).split())
    if any(character.isdigit() for character in name) or len(name) > 80:
        raise MandateFault("name", "fault_name")  # a number has no place in a text that is kept
    chosen = tuple(theme for theme in themes if theme in form.all("theme"))
    may = cast(Any, form.text("may", limit=10))
    until = last + timedelta(days=1) if last < date.max else last
    return _Draft(NewMandate(name, chosen, may, until).checked(themes, on), number)


def _values(made: NewMandate) -> dict[str, Any]:
    last = made.valid_to - timedelta(days=1)
    return {"name": made.name, "may": made.may, "until": last.isoformat(), "themes": list(made.themes)}


def _form(
    request: web.Request, values: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> web.Response:
    parts, language = request.app[PARTS], visitor_of(request).language
    on = local_date(parts.clock())
    context = {
        "values": {"name": "", "may": "", "until": "", "themes": [], **values},
        "errors": errors,
        "themes": [(theme, title_of(theme, language)) for theme in themes_of(parts.catalogue)],
        "first": (on + timedelta(days=1)).isoformat(),
        "last": (on + LONGEST - timedelta(days=1)).isoformat(),
        "longest": on + LONGEST - timedelta(days=1),
    }
    return render(request, "acting/new.html", context, status=status)


async def _sign_page(
    request: web.Request, draft: _Draft, fault: str = "", *, status: int = 200
) -> web.Response:
    parts, visitor, now = request.app[PARTS], visitor_of(request), request.app[PARTS].clock()
    async with parts.database.read() as tx:
        drafted = await parts.acting.draft(tx, _own_id(request), draft.new, visitor.language, now)
    context = {
        "paragraphs": drafted.text.split("\n\n"),
        "name": draft.new.name,
        "begins": draft.number[:6],
        "read": _fingerprint(parts, drafted),
        "fault": fault,
    }
    return render(request, "acting/sign.html", context, status=status)


def _fingerprint(parts: Parts, drafted: Mandate) -> str:
    """Tells the text that was on the page from every other: what is signed is what was read."""
    return parts.identities.keys.digest("web.mandate.read", drafted.text).hex()


def _keep_draft(request: web.Request, response: web.StreamResponse, draft: _Draft) -> None:
    parts = request.app[PARTS]
    plain = {
        "by": _own_id(request),
        "new": draft.new.as_json(),
        "number": draft.number,
        "expires": (parts.wall_clock() + DRAFT_LIVES).isoformat(),
    }
    key_id, sealed = parts.identities.keys.seal(to_json(plain).encode(), about=ABOUT)
    value = f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"
    cookies.put(response, parts.config, DRAFT, value, max_age=int(DRAFT_LIVES.total_seconds()))


def _kept_draft(request: web.Request) -> _Draft | None:
    """What this person filled in lately; None where there is nothing, it is another's, or it is too old."""
    parts = request.app[PARTS]
    key_id, _, sealed = (cookies.read(request, parts.config, DRAFT) or "")[:4000].partition(".")
    try:
        plain = parts.identities.keys.open(key_id, base64.urlsafe_b64decode(sealed), about=ABOUT)
    except (KeyError, ValueError, InvalidTag, binascii.Error):
        return None
    kept = from_json(plain.decode())
    if kept["by"] != _own_id(request) or datetime.fromisoformat(kept["expires"]) <= parts.wall_clock():
        return None
    return _Draft(NewMandate.from_json(kept["new"]), kept["number"])


# ---- in words ----------------------------------------------------------------------------------------


def _other(one: Any, language: str) -> dict[str, Any]:
    return {
        "id": one.authority.principal_id,
        "name": one.name,
        "grants": [
            {
                "kind": grant.kind,
                "may": grant.may,
                "opens_all": "message" in grant.opens,
                "themes": [title_of(theme, language) for theme in sorted(grant.themes or ())],
                "last": grant.until - timedelta(days=1) if grant.until else None,
            }
            for grant in one.authority.grants
        ],
    }


async def _shown(
    tx: Transaction, parts: Parts, kept: Mandate, person: str, on: date, language: str
) -> dict[str, Any]:
    """A mandate for one of its two. Its own words name the other: our registers' name of them is not told."""
    state = kept.state(on)
    return {
        "id": kept.id,
        "mine": kept.from_id == person,
        "state": state if state != "in_force" or parts.acting.holds(kept) else "broken",
        "paragraphs": kept.text.split("\n\n"),
        "language": kept.language,
        "themes": [title_of(theme, language) for theme in kept.themes],
        "may": kept.may,
        "last": kept.valid_to - timedelta(days=1),
        "signed_at": kept.signed_at,
        "ended_at": kept.ended_at,
        "ended_by_me": kept.ended_by == person,
        "open": state in ("waiting", "coming", "in_force"),
        "done": await _done_under(tx, kept),
    }


async def _done_under(tx: Transaction, kept: Mandate) -> list[dict[str, Any]]:
    """What was done under it, a row a day and kind of thing, the newest first: from the signer's usage log."""
    question = (
        select(usage.c.at, usage.c.action, usage.c.purpose)
        .where(
            usage.c.subject_id == kept.from_id,
            usage.c.actor == kept.to_id,
            usage.c.basis == f"mandate:{kept.id}",
        )
        .order_by(usage.c.number.desc())
        .limit(1000)
    )
    counted: dict[tuple[date, str, str], int] = defaultdict(int)
    for row in await tx.all(question):
        thing = row["purpose"].partition(": ")[2]
        if thing:
            counted[local_date(row["at"]), row["action"], thing] += 1
    rows = [{"on": on, "key": f"{action}_{thing}", "times": n} for (on, action, thing), n in counted.items()]
    return rows[:MOST_SHOWN]
