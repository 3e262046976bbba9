"""The biller's view: the invoice basis of a month and the flags behind it, to read and to download."""

from __future__ import annotations

from aiohttp import web

from assistant.casework import flags, invoice
from assistant.config import local_date
from assistant.web.faults import BadRequest
from assistant.web.pages.api import basis_of, csv_answer, json_basis, log_disclosure
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import render, text
from assistant.web.routing import STAFF, Route
from assistant.web.visitor import visitor_of

NEWEST = 200
"""How many flags the page shows; the API gives them all."""


def routes(parts: Parts) -> list[Route]:
    biller = STAFF("invoicing")
    return [
        Route("GET", "/biller", overview, biller),
        Route("GET", "/biller/invoice-basis.csv", download_csv, biller),
        Route("GET", "/biller/invoice-basis.json", download_json, biller),
    ]


async def overview(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    month = request.query.get("month", "").strip() or f"{local_date(parts.clock()):%Y-%m}"
    error = ""
    basis: tuple[invoice.KindergartenBasis, ...] = ()
    try:
        basis = await basis_of(parts, visitor, month)
    except invoice.NoSuchMonth:
        error = text(request, "biller.month_wrong")
    async with parts.database.begin() as tx:
        newest = await flags.newest_flags(tx, visitor.municipality, NEWEST)
        await log_disclosure(parts, tx, visitor, newest)
    page = {
        "month": month,
        "month_name": "" if error else invoice.month_name(month, visitor.language),
        "error": error,
        "kindergartens": basis,
        "flags": newest,
        "replaced": {flag.replaces for flag in newest if flag.replaces},
    }
    return render(request, "biller/overview.html", page, status=400 if error else 200)


def _month(request: web.Request) -> str:
    month = request.query.get("month", "")
    try:
        invoice.month_of(month)
    except invoice.NoSuchMonth as fault:
        raise BadRequest(f"month: {fault}") from None
    return month


async def download_csv(request: web.Request) -> web.StreamResponse:
    month = _month(request)
    return csv_answer(await basis_of(request.app[PARTS], visitor_of(request), month), month)


async def download_json(request: web.Request) -> web.StreamResponse:
    month, visitor = _month(request), visitor_of(request)
    basis = await basis_of(request.app[PARTS], visitor, month)
    name = f'attachment; filename="invoice-basis-{month}.json"'
    return json_basis(basis, visitor.municipality, month, headers={"Content-Disposition": name})
