"""A case at the desk: why it is here, what is known and from where, what was said, and the letters in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select

from assistant.casework import (
    access,
    appeals,
    assigning,
    case_rows,
    deciding_anew,
    drafting,
    flags,
    four_eyes,
    preliminary,
    reconsideration_rows,
    wording,
)
from assistant.casework.case_rows import Case, Decision
from assistant.casework.considering import Considered, fee_of
from assistant.casework.outcome import Conclusion, Outcome
from assistant.casework.period import first_whole_month, next_month, on_edge
from assistant.casework.reasoning import draft_reasons
from assistant.config import local_date
from assistant.processes.picture import text_of
from assistant.store import Transaction
from assistant.store.tables import guidance, message
from assistant.web.faults import NotHere
from assistant.web.forms import Form
from assistant.web.letters import pdf_answer
from assistant.web.pages import desk_documents
from assistant.web.pages.desk import line_of
from assistant.web.pages.desk_access import case_to_handle, case_to_look_at, person_name
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import markup, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

FIELDS = (
    "outcome",
    "reason",
    "household_income",
    "monthly_fee",
    "valid_from",
    "because",
    "expected_on",
    "note",
)
"""What the page's forms ask for: the decision, the preliminary answer, and the answer to a proposal."""


def routes(parts: Parts) -> list[Route]:
    worker = STAFF("case_worker")
    return [
        Route("GET", f"/desk/cases/{{case_id:{ID}}}", show_case, worker),
        Route("GET", f"/desk/decisions/{{decision_id:{ID}}}", show_letter, worker),
        Route("GET", f"/desk/decisions/{{decision_id:{ID}}}.pdf", letter_pdf, worker),
    ]


async def show_case(request: web.Request) -> web.StreamResponse:
    return await case_page(request, Form(()), {}, status=200)


async def case_page(
    request: web.Request, form: Form, errors: Mapping[str, str], *, status: int
) -> web.StreamResponse:
    """The page; with what a form lacked, and what was typed in it."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    today = local_date(now)
    async with parts.database.begin() as tx:
        opened, sight = await case_to_look_at(request, tx, request.match_info["case_id"])
        if sight == "flag":
            held = await flags.holding_flags(tx, opened.municipality, opened.subject_id)
            line = line_of(opened, visitor.language, today)
            found = await reconsideration_rows.of_case(tx, opened.id)
            seen = {"case": opened, "line": line, "flags": held, "reconsiderations": found}
            return render(request, "desk/flag.html", seen)
        decisions = await case_rows.decisions_in(tx, opened.id)
        considered = await parts.casework.consider(tx, opened, now) if opened.is_open else None
        proposals = await four_eyes.proposals(tx, opened.id)
        filled = {name: form.text(name, limit=10_000) for name in FIELDS}
        page = {
            "case": opened,
            "line": line_of(opened, visitor.language, today),
            "child": await person_name(parts, tx, opened.subject_id),
            "applicant": await person_name(parts, tx, opened.person_id),
            "decisions": decisions,
            "letter": markup(decisions[0].letter) if decisions else "",
            "considered": considered,
            "reasons": (*deciding_anew.opened_for(opened), *(considered.reasons if considered else ())),
            "me": visitor.staff or "",
            "colleagues": await _colleagues(parts, tx, visitor),
            "messages": await told(tx, opened),
            "answers": _answers(parts, opened, visitor.language),
            "appeals": await appeals.appeals_in(tx, opened.id),
            "reconsiderations": await reconsideration_rows.of_case(tx, opened.id),
            "waiting": next(
                (
                    one
                    for one in proposals
                    if one.state == "waiting" and (opened.is_open or one.appeal_id or one.reconsideration_id)
                ),
                None,
            ),
            "returned": [one for one in proposals if one.state == "returned"],
            "errors": {name: errors.get(name, "") for name in FIELDS},
            "fault": next(iter(errors.values()), ""),
            "filled": filled,
            "sent": opened.content.get(preliminary.KEY, ()),
        }
        page |= await desk_documents.listed(parts, tx, opened, visitor.language)
        if considered is not None:
            records = considered.assessment.records
            await access.log_reading(tx, opened, visitor.staff or "", records, now, of=())
            page |= await _knowledge(parts, tx, considered, visitor.language)
            draft = request.query.get("draft", "")
            page["when_two"] = wording.listed(
                [text(request, f"handling.when_{one}") for one in sorted(page["two"])], visitor.language
            )
            if not errors and not form.fields:
                filled |= await _draft(parts, tx, considered, draft)
    return render(request, "desk/case.html", page, status=status)


async def _colleagues(parts: Parts, tx: Transaction, visitor: Visitor) -> list[tuple[str, str]]:
    there = await assigning.colleagues(tx, visitor.municipality, "case_worker", parts.wall_clock())
    return [(name, name) for name in there if name != visitor.staff]


async def _draft(parts: Parts, tx: Transaction, considered: Considered, wish: str) -> dict[str, str]:
    """Reasons to begin from, by the rules' answer or as the case worker wishes; in the person's language."""
    by_rules: Outcome = "granted" if considered.assessment.answer == "yes" else "refused"
    outcome: Outcome = "granted" if wish == "granted" else ("refused" if wish == "refused" else by_rules)
    readers = await drafting.readers_of(tx, parts.casework.assessor.twin, considered)
    letter = drafting.draft(
        considered,
        Conclusion(outcome, fee_of(considered), decided_by="-"),
        readers,
        local_date(parts.clock()),
    )
    reason = draft_reasons(letter, str(considered.case.content["language"]))
    return {"outcome": outcome if wish else "", "reason": reason}


async def told(tx: Transaction, opened: Case) -> Sequence[Mapping[str, Any]]:
    """What the person has been told in this case, oldest first, and whether they have read it."""
    made = [one.id for one in await case_rows.decisions_in(tx, opened.id)]
    causes = [guidance.c.cause.startswith(f"case:{opened.id}")]
    causes += [guidance.c.cause == f"decision:{one}" for one in made]
    if opened.process_id:
        causes.append(guidance.c.cause.startswith(f"process:{opened.process_id}"))
    about = causes[0]
    for cause in causes[1:]:
        about = about | cause
    return await tx.all(
        select(message.c.title, message.c.body, message.c.sent_at, message.c.read_at, message.c.language)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            about,
            guidance.c.person_id == opened.person_id,
            message.c.channel == "chat",
            message.c.sent_at.is_not(None),
        )
        .order_by(message.c.sent_at)
    )


def _answers(parts: Parts, opened: Case, language: str) -> list[tuple[str, str, str]]:
    """What the errand asked, what was chosen, and what was written, as the errand words it."""
    answers = opened.content["answers"]
    found, known = [], set()
    for definition in parts.processes.definitions.values() if parts.processes else ():
        for step in definition.steps:
            question = step.question
            if question is None or question.name not in answers or question.name in known:
                continue
            answer = answers[question.name]
            labels = {one.value: text_of(one.label, language) for one in question.choices}
            known.add(question.name)
            said = labels.get(answer["value"], answer["value"])
            found.append((text_of(question.label, language), said, answer.get("detail", "")))
    for name, answer in answers.items():
        if name not in known and isinstance(answer, dict) and answer.get("detail"):
            found.append((name, "", answer["detail"]))
    return found


async def _knowledge(parts: Parts, tx: Transaction, considered: Considered, language: str) -> dict[str, Any]:
    """What the page shows beside the form: rules with ✓ ✗ ?, facts with sources, the reckoning."""
    assessment = considered.assessment
    catalogue = assessment.catalogue
    subjects = {str(fact.get("subject") or "") for record in assessment.records for fact in record["facts"]}
    names = {subject: await person_name(parts, tx, subject) for subject in sorted(subjects - {""})}
    facts, _ = drafting.stated_facts(
        catalogue, assessment.records, drafting.Readers(frozenset(subjects), names)
    )
    missing = {path for determination in assessment.determinations for path in determination.missing}
    return {
        "rules": drafting.applied_rules(catalogue, considered.errand, assessment.determinations),
        "facts": facts,
        "steps": drafting.steps(catalogue, considered.errand, assessment.determinations),
        "missing": [catalogue.model.concept_at(path).title for path in sorted(missing)],
        "first_days": first_days(considered),
        "first_day_choices": [
            (first.isoformat(), wording.day(first, language)) for first in first_days(considered)
        ],
        "words": {
            "of": lambda texts: wording.of(texts, language),
            "law": lambda reference: wording.law(reference, language),
            "value": lambda stated, unit: wording.value(stated, unit, language),
            "name_of": lambda key: (
                wording.name_of(key, language) if key else wording.letter_text("unknown_source", language)
            ),
        },
        "last_day": considered.period.valid_to - timedelta(days=1),
        "two": four_eyes.triggers_of(considered.municipality.settings),
    }


def first_days(considered: Considered) -> tuple[date, ...]:
    """The first days a case worker may choose between; none where law or the municipality has settled it."""
    if considered.case.content.get("taken_back"):  # law does not say when it stops counting
        begins = considered.period.valid_from
        return tuple(day for day in (begins, next_month(begins)) if considered.period.contains(day))
    if considered.edge is not None or not on_edge(considered.applied_on):
        return ()
    both = (
        first_whole_month(considered.applied_on, "same_month"),
        first_whole_month(considered.applied_on, "next_month"),
    )
    return tuple(sorted({max(day, considered.period.valid_from) for day in both}))


async def _decision(request: web.Request, tx: Transaction) -> tuple[Decision, Case]:
    """A decision and its case, for one who has said why the case is opened."""
    made = await case_rows.decision_by_id(tx, request.match_info["decision_id"])
    if made is None:
        raise NotHere("decision")
    return made, await case_to_handle(request, tx, made.case_id)


async def show_letter(request: web.Request) -> web.StreamResponse:
    async with request.app[PARTS].database.begin() as tx:
        made, opened = await _decision(request, tx)
    return render(
        request, "desk/letter.html", {"case": opened, "decision": made, "letter": markup(made.letter)}
    )


async def letter_pdf(request: web.Request) -> web.StreamResponse:
    async with request.app[PARTS].database.begin() as tx:
        made, opened = await _decision(request, tx)
        home = await request.app[PARTS].casework.assessor.twin.municipality(tx, opened.municipality)
    return await pdf_answer(made, opened, home)
