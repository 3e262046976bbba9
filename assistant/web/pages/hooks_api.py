"""The API for subscribers: their subscriptions, secrets, deliveries and replays, each within one municipality."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel

from assistant.hooks import CannotSubscribe, NoSuchSubscription, Subscription, WithSecret
from assistant.store import Transaction
from assistant.web import hook_models as models
from assistant.web.faults import BadRequest, NotHere
from assistant.web.openapi import Operation, describes, read_body_as
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import ID, SERVICE, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

SERVICE_NAME = "subscriptions"
TAG = "subscriber"
LIST = "/api/v1/subscriptions"
ONE = f"{LIST}/{{subscription_id:{ID}}}"


def routes(parts: Parts) -> list[Route]:
    manager = SERVICE(SERVICE_NAME) | STAFF("operator")
    return [
        Route("GET", LIST, list_subscriptions, manager),
        Route("POST", LIST, create_subscription, manager),
        Route("GET", ONE, get_subscription, manager),
        Route("DELETE", ONE, remove_subscription, manager),
        Route("GET", f"{ONE}/deliveries", list_deliveries, manager),
        Route("POST", f"{ONE}/secret", rotate_secret, manager),
        Route("DELETE", f"{ONE}/secret", retire_secret, manager),
        Route("POST", f"{ONE}/pause", pause_subscription, manager),
        Route("POST", f"{ONE}/resume", resume_subscription, manager),
        Route("POST", f"{ONE}/test", test_subscription, manager),
        Route("POST", f"{ONE}/replay", replay_events, manager),
    ]


def _answer(model: BaseModel, status: int = 200) -> web.Response:
    return json_answer(model.model_dump(mode="json"), status=status, headers={"Cache-Control": "no-store"})


def _who(visitor: Visitor) -> str:
    return visitor.staff or visitor.service or ""


async def _shown(parts: Parts, tx: Transaction, found: Subscription) -> models.SubscriptionOut:
    counts = await parts.subscriptions.counts(tx, [found.id])
    return models.SubscriptionOut(
        id=found.id,
        name=found.name,
        url=found.url,
        types=list(found.types),
        active=found.active,
        created_at=found.created_at,
        failing_since=found.failing_since,
        secrets=found.secrets,
        deliveries=dict(counts[found.id]),
    )


@dataclass(frozen=True)
class Asked:
    """The subscription a request is about, within the municipality of who asks."""

    tx: Transaction
    municipality: str
    id: str


@asynccontextmanager
async def asked_about(request: web.Request) -> AsyncIterator[Asked]:
    """A transaction about the subscription in the path; another municipality's is not there for this visitor."""
    async with request.app[PARTS].database.begin() as tx:
        try:
            yield Asked(tx, visitor_of(request).municipality, request.match_info["subscription_id"])
        except NoSuchSubscription:
            raise NotHere("subscription") from None


@describes(Operation("Who is told of what", models.SubscriptionsOut, tag=TAG))
async def list_subscriptions(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.read() as tx:
        found = await parts.subscriptions.all(tx, visitor.municipality)
        shown = [await _shown(parts, tx, one) for one in found]
    return _answer(models.SubscriptionsOut(subscriptions=shown))


@describes(
    Operation(
        "Be told of what happens from now on; the answer holds the secret, this once",
        models.NewSecretOut,
        tag=TAG,
        takes=models.SubscriptionIn,
        status=201,
    )
)
async def create_subscription(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    wanted = await read_body_as(request, models.SubscriptionIn)
    async with parts.database.begin() as tx:
        try:
            made = await parts.subscriptions.create(
                tx,
                visitor.municipality,
                name=wanted.name,
                url=wanted.url,
                types=wanted.types,
                by=_who(visitor),
                now=parts.clock(),
            )
        except CannotSubscribe as fault:
            raise BadRequest(f"{fault.field}: {fault}") from None
        answer = await _with_secret(parts, tx, made)
    return _answer(answer, 201)


async def _with_secret(parts: Parts, tx: Transaction, made: WithSecret) -> models.NewSecretOut:
    return models.NewSecretOut(subscription=await _shown(parts, tx, made.subscription), secret=made.secret)


@describes(Operation("One subscription", models.SubscriptionOut, tag=TAG))
async def get_subscription(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        one = await parts.subscriptions.one(asked.tx, asked.municipality, asked.id)
        found = await _shown(parts, asked.tx, one)
    return _answer(found)


@describes(Operation("End a subscription, with what waits for it", models.DoneOut, tag=TAG))
async def remove_subscription(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        await parts.subscriptions.remove(asked.tx, asked.municipality, asked.id)
    return _answer(models.DoneOut())


@describes(Operation("The newest deliveries and what became of them", models.DeliveriesOut, tag=TAG))
async def list_deliveries(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        found = await parts.subscriptions.deliveries(asked.tx, asked.municipality, asked.id)
    shown = [
        models.DeliveryOut(
            sequence=one.sequence,
            event=one.event_id,
            type=one.type,
            state=one.state,
            attempts=one.attempts,
            at=one.at,
            changed_at=one.changed_at,
            note=one.note,
        )
        for one in found
    ]
    return _answer(models.DeliveriesOut(deliveries=shown))


@describes(
    Operation(
        "Make a new secret; the one before it signs too, until it is ended", models.NewSecretOut, tag=TAG
    )
)
async def rotate_secret(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        answer = await _with_secret(
            parts, asked.tx, await parts.subscriptions.rotate(asked.tx, asked.municipality, asked.id)
        )
    return _answer(answer)


@describes(Operation("End the older secret", models.DoneOut, tag=TAG))
async def retire_secret(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        await parts.subscriptions.retire(asked.tx, asked.municipality, asked.id)
    return _answer(models.DoneOut())


@describes(Operation("Send nothing for now; what happens meanwhile waits", models.DoneOut, tag=TAG))
async def pause_subscription(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        await parts.subscriptions.pause(asked.tx, asked.municipality, asked.id)
    return _answer(models.DoneOut())


@describes(Operation("Send again, first what has waited", models.DoneOut, tag=TAG))
async def resume_subscription(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        await parts.subscriptions.resume(asked.tx, asked.municipality, asked.id, parts.clock())
    return _answer(models.DoneOut())


@describes(Operation("Send an event that tells of nothing", models.TestOut, tag=TAG))
async def test_subscription(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        event_id = await parts.subscriptions.test(asked.tx, asked.municipality, asked.id, parts.clock())
    return _answer(models.TestOut(event=event_id))


@describes(Operation("Send again what came after a number", models.ReplayOut, tag=TAG, takes=models.ReplayIn))
async def replay_events(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    wanted = await read_body_as(request, models.ReplayIn)
    async with asked_about(request) as asked:
        again = await parts.subscriptions.replay(
            asked.tx, asked.municipality, asked.id, wanted.since, parts.clock()
        )
    return _answer(models.ReplayOut(events=again.count, last=again.last, more=again.more))
