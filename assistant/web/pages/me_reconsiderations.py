"""The resident's pages on decisions that may be reversed, and on a past decision as it was known then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from assistant.casework import case_rows, drafting, wording
from assistant.casework import reconsideration_rows as rows
from assistant.casework.case_rows import Case, Decision
from assistant.casework.drafting import Readers
from assistant.casework.explaining import explain_again
from assistant.casework.letter import StatedFact
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.casework.reversing import NotOpen, ReversalIncomplete
from assistant.config import local_date
from assistant.store import Transaction
from assistant.web.faults import Conflict, Denied, NotHere
from assistant.web.forms import read_form
from assistant.web.pages import me_reading
from assistant.web.pages.me_reading import PURPOSE, Me, me_of
from assistant.web.pages.reconsideration_shown import is_overtaken, shown
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, RESIDENT, Route

LONGEST = 10_000  # characters of an answer


def routes(parts: Parts) -> list[Route]:
    one = f"/me/reconsiderations/{{reconsideration_id:{ID}}}"
    return [
        Route("GET", one, show, RESIDENT),
        Route("POST", f"{one}/answer", answer, RESIDENT),
        Route("GET", f"/me/decisions/{{decision_id:{ID}}}/then", then, RESIDENT),
    ]


async def _found(tx: Transaction, me: Me, reconsideration_id: str) -> tuple[Reconsideration, Case, Decision]:
    """Mine, and one I have been told of: what a case worker has not sent yet is not there."""
    one = await rows.by_id(tx, reconsideration_id)
    opened = None if one is None else await case_rows.case_by_id(tx, one.case_id)
    made = None if one is None else await case_rows.decision_by_id(tx, one.decision_id)
    if one is None or opened is None or made is None:
        raise NotHere("reconsideration")
    if opened.person_id != me.person_id:
        raise Denied(opened.person_id, purpose=PURPOSE)
    if one.noticed_at is None and one.state != "reversed":
        raise NotHere("reconsideration")
    return one, opened, made


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, "", "", status=200)


async def _page(request: web.Request, words: str, error: str, *, status: int) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        one, opened, made = await _found(tx, me, request.match_info["reconsideration_id"])
        readers = await drafting.readers_for(tx, parts.casework.assessor.twin, opened, made.valid_from)
        await _log(tx, me, opened, one.changed, readers)
    page = shown(parts, opened, made, one, readers, me.language)
    return render(
        request,
        "me/reconsideration.html",
        {**page, "words": words or one.answer, "error": error, "overtaken": is_overtaken(one)},
        status=status,
    )


async def _log(
    tx: Transaction, me: Me, opened: Case, facts: Iterable[Mapping[str, Any]], readers: Readers
) -> None:
    """Whose facts are shown, and which."""
    read: dict[str, set[str]] = {opened.person_id: {"decision"}, opened.subject_id: {"decision"}}
    for fact in facts:
        subject = str(fact.get("subject") or "")
        if subject in readers.may_read and fact.get("concept"):
            read.setdefault(subject, set()).add(fact["concept"])
    for subject, concepts in read.items():
        await me_reading.log_reading(tx, me, [subject], concepts)


async def answer(request: web.Request) -> web.StreamResponse:
    """What I say to an advance notice; I may write anew until it is settled."""
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    words = form.text("answer", limit=LONGEST)
    try:
        async with parts.database.begin() as tx:
            one, _, _ = await _found(tx, me, request.match_info["reconsideration_id"])
            await parts.casework.reversals.answer(tx, one.id, words, me.now)
    except ReversalIncomplete:
        return await _page(request, words, text(request, "reconsider.error_answer"), status=422)
    except NotOpen:
        raise Conflict(text(request, "reconsider.settled_already")) from None
    return redirect(f"/me/reconsiderations/{one.id}")


async def then(request: web.Request) -> web.StreamResponse:
    """A decision worked out again from what was known when it was made, beside what is known now."""
    parts, me = request.app[PARTS], me_of(request)
    assessor = parts.casework.assessor
    async with parts.database.begin() as tx:
        made, opened = await me_reading.my_decision(tx, me, request.match_info["decision_id"])
        both = await explain_again(tx, assessor, opened, made, me.now)
        readers = await drafting.readers_for(tx, assessor.twin, opened, made.valid_from)
        records = [*both.then, *both.now.assessment.records]
        await _log(tx, me, opened, (fact for record in records for fact in record["facts"]), readers)
    catalogue = both.now.assessment.catalogue
    facts, hidden = drafting.stated_facts(catalogue, both.then, readers)
    now_facts, hidden_now = drafting.stated_facts(catalogue, both.now.assessment.records, readers)
    page = {
        "made": made,
        "decided_on": local_date(made.decided_at),
        "today": local_date(me.now),
        "last_day": made.valid_to - timedelta(days=1),
        "exact": both.exact,
        "other_rules": both.other_rules,
        "then_terms": both.then_terms,
        "now_terms": both.now.terms,
        "hidden": hidden or hidden_now,
        "lines": _beside(facts, now_facts, me.language),
    }
    return render(request, "me/then.html", page)


def _beside(old: Iterable[StatedFact], new: Iterable[StatedFact], language: str) -> list[dict[str, Any]]:
    """The facts of both, each once: as known then and as known now, and whether they differ."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, facts in (("then", old), ("now", new)):
        for fact in facts:
            title = wording.of(fact.label, language)
            line = found.setdefault(
                (title, fact.about),
                {"label": f"{title}, {fact.about}" if fact.about else title, "then": "", "now": ""},
            )
            line[name] = wording.value(fact.value, fact.unit, language)
            line[f"{name}_source"] = wording.name_of(fact.source, language) if fact.source else ""
            line[f"{name}_on"] = fact.learned_on
    return [{**line, "differs": line["then"] != line["now"]} for line in found.values()]
