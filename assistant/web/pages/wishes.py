"""My wish for control: how much is to be done for me, theme by theme; and what was sent because I wished it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from aiohttp import web
from sqlalchemy import select

from assistant.casework import case_rows
from assistant.casework.errands import errand_of
from assistant.casework.taking_back import take_back
from assistant.config import local_date
from assistant.dialogue.messages import messages_of
from assistant.guidance.being_told import (
    AS_EVERYBODY,
    PACES,
    TONGUES,
    VIAS,
    Pace,
    ToldHow,
    wanted,
)
from assistant.guidance.notice_wish import Stoppable, has_stopped, set_notices, wish_about
from assistant.guidance.push_rows import browsers_of
from assistant.guidance.reading import may_read
from assistant.guidance.rows import StillSending
from assistant.guidance.themes import theme_of, themes_of, title_of
from assistant.guidance.wish_rows import told_how_of, wishes_of
from assistant.guidance.wishes import CHOICES, DEFAULT, Choice
from assistant.guidance.wishing import set_told_how, set_wish
from assistant.processes import NotYours, Shown
from assistant.processes.picture import text_of
from assistant.store import Transaction
from assistant.store.tables import determination
from assistant.twin import Use, log_usage
from assistant.web.acting import theme_of_errand
from assistant.web.faults import BadRequest, Conflict, Denied, NotHere, Unavailable
from assistant.web.forms import read_form
from assistant.web.pages.me_reading import Me, hides_home, log_reading, me_of, name_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, RESIDENT, Handler, Route

PURPOSE = "to show your page"
BASIS = "personvernforordningen artikkel 6 nr. 1 bokstav a"
MOST_DONE = 4  # things done lately, of each theme


def routes(parts: Parts) -> list[Route]:
    sent = f"/me/control/sent/{{errand_id:{ID}}}"
    return [
        Route("GET", "/me/control", overview, RESIDENT),
        Route("POST", "/me/control", choose, RESIDENT),
        Route("POST", "/me/control/email", _choose_notices("email"), RESIDENT),
        Route("POST", "/me/control/sms", _choose_notices("sms"), RESIDENT),
        Route("POST", "/me/control/told", choose_how_told, RESIDENT),
        Route("GET", sent, what_was_sent, RESIDENT),
        Route("POST", sent, take_it_back, RESIDENT),
    ]


@dataclass
class ThemeShown:
    """A theme as its person sees it: what they have chosen, and what that means for what is theirs now."""

    id: str
    title: str
    choice: Choice
    set_on: date | None
    errands: list[str]  # titles of what can be applied for here
    rights: list[str] = field(default_factory=list)  # what is theirs now: 'Gratis kjernetid (Emil)'
    to_apply: list[str] = field(default_factory=list)  # of these, what an application here would give
    done: list[tuple[date, str]] = field(default_factory=list)
    told: ToldHow = AS_EVERYBODY

    @property
    def is_open(self) -> bool:
        return bool(self.rights) or self.choice != DEFAULT or self.told.set_at is not None


async def overview(request: web.Request) -> web.StreamResponse:
    """Every theme, what is chosen, and what each choice would come to with what is mine today."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        themes = await _themes(tx, parts, me)
        email_stopped = await has_stopped(tx, me.person_id, "email")
        sms_stopped = await has_stopped(tx, me.person_id, "sms")
        browsers = await browsers_of(tx, me.person_id)
    saved = request.query.get("saved", "")
    context = {
        "themes": themes,
        "choices": CHOICES,
        "email_stopped": email_stopped,
        "email_saved": saved == wish_about("email"),
        "sms_stopped": sms_stopped,
        "sms_saved": saved == wish_about("sms"),
        "push_key": parts.push_key,
        "push_saved": saved == "push",
        "browsers": browsers,
        "saved": next((one for one in themes if one.id == saved), None),
        "told": next((one for one in themes if one.id == request.query.get("told", "")), None),
        "paces": PACES,
        "vias": VIAS,
        "tongues": TONGUES,
    }
    return render(request, "wishes/overview.html", context)


async def choose(request: web.Request) -> web.StreamResponse:
    """Take a wish for a theme; it holds from now, also for what waits to be sent."""
    parts, me, form = request.app[PARTS], me_of(request), await read_form(request)
    theme = form.required("theme", limit=60, one_of=themes_of(parts.catalogue))
    choice = cast(Choice, form.required("choice", one_of=CHOICES))
    try:
        async with parts.database.begin() as tx:
            await set_wish(parts.guidance, tx, me.person_id, theme, choice, me.now)
            await log_usage(tx, [choosing(me)], me.now)
    except StillSending:
        raise Unavailable(text(request, "wishes.still_sending"), retry_after=5) from None
    return redirect(f"/me/control?saved={theme}#theme-{theme}")


def _choose_notices(channel: Stoppable) -> Handler:
    async def choose_notices(request: web.Request) -> web.StreamResponse:
        """Take whether the person wants notices by the channel; STOPP and START from a telephone do the same."""
        parts, me, form = request.app[PARTS], me_of(request), await read_form(request)
        wants = form.required(channel, one_of=("stop", "send")) == "send"
        async with parts.database.begin() as tx:
            await set_notices(tx, me.person_id, channel, wanted=wants, now=me.now)
            await log_usage(tx, [choosing(me)], me.now)
        return redirect(f"/me/control?saved={wish_about(channel)}#{channel}")

    return choose_notices


async def choose_how_told(request: web.Request) -> web.StreamResponse:
    """Take how one wants to be told of a theme: at once or gathered, by which channel, in which language."""
    parts, me, form = request.app[PARTS], me_of(request), await read_form(request)
    theme = form.required("theme", limit=60, one_of=themes_of(parts.catalogue))
    pace = cast(Pace, form.required("pace", one_of=PACES))
    via, language = form.text("via", limit=12), form.text("language", limit=12)
    if via not in VIAS or language not in TONGUES:
        raise BadRequest(f"via: one of {', '.join(VIAS[1:])}; language: one of {', '.join(TONGUES[1:])}")
    want = ToldHow(pace, via, language)
    async with parts.database.begin() as tx:
        await set_told_how(parts.guidance, tx, me.person_id, theme, want, me.now)
        await log_usage(tx, [choosing(me)], me.now)
    return redirect(f"/me/control?told={theme}#theme-{theme}")


async def what_was_sent(request: web.Request) -> web.StreamResponse:
    """An application of mine as it was sent, and the way to take it back."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        shown, case = await _sent(tx, parts, me, request.match_info["errand_id"])
        child = await name_of(tx, parts, me, shown.errand.subject_id)
        await log_reading(tx, me, {me.person_id, shown.errand.subject_id}, ["application"])
        decided = bool(await case_rows.decisions_in(tx, case.id))
    evidence = case.content.get("evidence", {})
    wish = evidence.get("wish")
    context = {
        "shown": shown,
        "child": child,
        "case": case,
        "decided": decided,
        "taken_back": case.content.get("taken_back") is not None,
        "duration": case.content.get("duration", ""),
        "wished_on": local_date(datetime.fromisoformat(wish["set_at"])) if wish and wish["set_at"] else None,
        "theme": title_of(theme_of_errand(case.kind), me.language),
    }
    return render(request, "wishes/sent.html", context)


async def take_it_back(request: web.Request) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    errand_id = request.match_info["errand_id"]
    async with parts.database.begin() as tx:
        await _sent(tx, parts, me, errand_id)
        done = await take_back(tx, parts.casework.telling, errand_id, me.now)
    if done == "nothing":
        raise Conflict(text(request, "wishes.taken_back_before"))
    return redirect(f"/me/control/sent/{errand_id}")


def choosing(me: Me) -> Use:
    """That a person has chosen how much is done for them, and how they are told: for their own log."""
    return Use(me.person_id, "person", me.person_id, "used", "to choose how much is done for you", BASIS, ())


async def _sent(tx: Transaction, parts: Parts, me: Me, errand_id: str) -> tuple[Shown, case_rows.Case]:
    """The errand and its case. Another's is Denied; one that is not sent is not here."""
    try:
        shown = await parts.processes.show(tx, errand_id, me.person_id, me.language, me.now)
    except NotYours as other:
        raise Denied(other.subject_id, purpose=PURPOSE) from None
    case = await case_rows.case_by_id(tx, shown.errand.case_id) if shown.errand.case_id else None
    if case is None:
        raise NotHere("application")
    return shown, case


async def _themes(tx: Transaction, parts: Parts, me: Me) -> list[ThemeShown]:
    wishes = {one.theme: one for one in (await wishes_of(tx, [me.person_id])).get(me.person_id, ())}
    told = await told_how_of(tx, me.person_id)
    errands: dict[str, dict[str, str]] = defaultdict(dict)
    for rule in parts.catalogue.rules.values():
        if rule.process in parts.processes.errands:
            errands[theme_of(rule.id)][rule.process] = text_of(errand_of(rule.process).title, me.language)
    found = {}
    for theme in themes_of(parts.catalogue):
        wish = wishes.get(theme)
        set_on = local_date(wish.set_at) if wish and wish.set_at else None
        found[theme] = ThemeShown(
            theme,
            title_of(theme, me.language),
            wish.choice if wish else DEFAULT,
            set_on,
            list(errands[theme].values()),
            told=wanted(told, theme),
        )
    await _add_rights(tx, parts, me, found)
    for row in await messages_of(tx, me.person_id, local_date(me.now)):
        shown = found.get(theme_of(row["rule"]))
        if shown is not None and row["sent_at"] and len(shown.done) < MOST_DONE:
            shown.done.append((local_date(row["sent_at"]), row["title"]))
    return list(found.values())


async def _add_rights(tx: Transaction, parts: Parts, me: Me, found: dict[str, ThemeShown]) -> None:
    """What is the person's and their children's now, of each theme, with what tact leaves them to read."""
    twin, on = parts.processes.twin, local_date(me.now)
    for subject in (me.person_id, *await twin.wards_of(tx, me.person_id, on)):
        if subject != me.person_id and await hides_home(tx, parts, me, subject):
            continue
        near = await twin.near(tx, [subject, me.person_id])
        rows = await tx.all(
            select(determination.c.rule)
            .where(
                determination.c.subject_id == subject,
                determination.c.current,
                determination.c.answer == "yes",
            )
            .order_by(determination.c.rule)
        )
        named = (
            "" if subject == me.person_id else f" ({(await name_of(tx, parts, me, subject)).split(' ')[0]})"
        )
        read = []
        for row in rows:
            rule = parts.catalogue.rules.get(row["rule"])
            if rule is None or not rule.told_to:
                continue
            if not may_read(parts.catalogue, near, rule, subject, me.person_id, on):
                continue
            shown, title = found[theme_of(rule.id)], text_of(rule.title, me.language) + named
            shown.rights.append(title)
            read.append(rule.id)
            if rule.process in parts.processes.errands:
                shown.to_apply.append(title)
        await log_reading(tx, me, [subject], read)
