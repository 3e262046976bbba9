"""What happens here reaches those who subscribe: signed, in order per subject, at least once, not in silence."""

from __future__ import annotations

import json

import pytest
from receiving import FLAG, OPENED, URL, Post, Receiver
from sqlalchemy import select

from assistant.hooks import CannotSubscribe, NoSuchSubscription
from assistant.hooks.delivering import BACK_OFF
from assistant.store.outgoing import News, tell_subscribers
from assistant.store.signing import NotGenuine, verify
from assistant.store.tables import outgoing_event, subscription, usage


async def test_an_event_arrives_signed_as_a_cloudevent(post: Post, receiver: Receiver) -> None:
    made = await post.subscribe(receiver.url)
    event_id = await post.happens("case-1", case="case-1", state="opened")
    await post.work.run_until_idle()
    ((headers, body),) = receiver.got
    assert verify([made.secret], {k.lower(): v for k, v in headers.items()}, body, post.now) == event_id
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    assert json.loads(body) == {
        "specversion": "1.0",
        "id": event_id,
        "source": f"{URL}/municipalities/9999",
        "type": OPENED,
        "subject": "case-1",
        "time": "2026-11-23T09:00:00+00:00",
        "datacontenttype": "application/json",
        "sequence": "0000000000000001",
        "data": {"case": "case-1", "state": "opened"},
    }
    assert [row["state"] for row in await post.deliveries()] == ["taken"]


async def test_a_transaction_that_fails_tells_nobody(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver.url)

    async def fails() -> None:
        async with post.database.begin() as tx:
            await tell_subscribers(tx, News("9999", OPENED, "case-1", {}), post.now)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fails()
    await post.work.run_until_idle()
    assert receiver.got == []
    async with post.database.read() as tx:
        assert await tx.all(select(outgoing_event)) == []


async def test_only_the_chosen_types_of_ones_own_municipality(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver.url)
    await post.happens("child", FLAG, fee="kindergarten")
    await post.happens("case-8", municipality="8888")
    await post.happens("case-9")
    await post.work.run_until_idle()
    assert [event["subject"] for event in receiver.events] == ["case-9"]


async def test_a_receiver_that_is_down_is_tried_again_with_the_same_id(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url)
    receiver.answers = [503, 500]
    event_id = await post.happens("case-1")
    await post.work.run_until_idle()
    assert len(receiver.got) == 1
    await post.forward(seconds=4)
    assert len(receiver.got) == 1, "it is left in peace for as long as we say"
    await post.forward(seconds=2)
    await post.forward(seconds=31)
    assert [event["id"] for event in receiver.events] == [event_id] * 3
    bodies = {body for _, body in receiver.got}
    assert len(bodies) == 1
    stamps = {headers["webhook-timestamp"] for headers, _ in receiver.got}
    assert len(stamps) == 3, "each attempt is signed for its own moment"
    (row,) = await post.deliveries()
    assert (row["state"], row["attempts"], row["note"]) == ("taken", 3, "answered 204")


async def test_it_waits_as_long_as_the_receiver_asks(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver.url)
    receiver.answers, receiver.headers = [429], {"Retry-After": "300"}
    await post.happens("case-1")
    await post.work.run_until_idle()
    await post.forward(seconds=299)
    assert len(receiver.got) == 1
    await post.forward(seconds=2)
    assert len(receiver.got) == 2


async def test_one_that_is_never_taken_is_given_up_in_sight_and_the_next_one_goes(
    post: Post, receiver: Receiver
) -> None:
    made = await post.subscribe(receiver.url)
    receiver.answers = [400] * (len(BACK_OFF) + 1)
    await post.happens("case-1", n=1)
    second = await post.happens("case-1", n=2)
    await post.work.run_until_idle()
    for pause in BACK_OFF:
        assert len({event["id"] for event in receiver.events}) == 1, "the second does not overtake the first"
        await post.forward(seconds=pause.total_seconds() + 1)
    first, later = await post.deliveries()
    assert (first["state"], first["attempts"], first["note"]) == ("failed", len(BACK_OFF) + 1, "answered 400")
    assert later["state"] == "taken"
    assert receiver.events[-1]["id"] == second
    async with post.database.read() as tx:
        counts = await post.subscriptions.counts(tx, [made.subscription.id])
    assert counts == {made.subscription.id: {"failed": 1, "taken": 1}}


async def test_subjects_do_not_wait_for_each_other_and_each_is_in_order(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url)
    receiver.answers = [400]
    for n in range(3):
        await post.happens("case-1", n=n)
        await post.happens("case-2", n=n)
    await post.work.run_until_idle()
    await post.forward(seconds=6)
    taken = receiver.events[1:]
    assert [event["subject"] for event in taken[:3]] == ["case-2"] * 3
    for subject in ("case-1", "case-2"):
        of_one = [event for event in taken if event["subject"] == subject]
        assert [event["data"]["n"] for event in of_one] == [0, 1, 2]
        assert [e["sequence"] for e in of_one] == sorted(e["sequence"] for e in of_one)


async def test_one_that_is_silent_is_not_tried_with_everything_and_gets_all_once_it_is_back(
    post: Post, receiver: Receiver
) -> None:
    await post.subscribe(receiver.url)
    receiver.answers = [503, 503]
    for n in range(5):
        await post.happens(f"case-{n}")
    await post.work.run_until_idle()
    assert len(receiver.got) == 1
    async with post.database.read() as tx:
        assert await tx.scalar(select(subscription.c.failing_since)) == post.now
    await post.forward(seconds=6)
    assert len(receiver.got) == 2
    await post.forward(seconds=31)
    assert {row["state"] for row in await post.deliveries()} == {"taken"}
    async with post.database.read() as tx:
        assert await tx.scalar(select(subscription.c.failing_since)) is None


async def test_what_happens_in_a_pause_waits_and_comes_in_order(post: Post, receiver: Receiver) -> None:
    made = (await post.subscribe(receiver.url)).subscription
    async with post.database.begin() as tx:
        await post.subscriptions.pause(tx, made.municipality, made.id)
    for n in range(3):
        await post.happens("case-1", n=n)
    await post.forward(days=3)
    assert receiver.got == []
    async with post.database.begin() as tx:
        await post.subscriptions.resume(tx, made.municipality, made.id, post.now)
    await post.work.run_until_idle()
    assert [event["data"]["n"] for event in receiver.events] == [0, 1, 2]


async def test_one_who_says_gone_is_paused(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver.url)
    receiver.answers = [410]
    await post.happens("case-1")
    await post.happens("case-2")
    await post.forward(days=1)
    assert len(receiver.got) == 1
    async with post.database.read() as tx:
        assert await tx.scalar(select(subscription.c.active)) is False


async def test_it_is_replayed_from_a_number_in_order_with_the_same_ids(
    post: Post, receiver: Receiver
) -> None:
    before = await post.happens("case-1", n=0)
    made = (await post.subscribe(receiver.url)).subscription
    ids = [before] + [await post.happens("case-1", n=n) for n in (1, 2, 3)]
    await post.work.run_until_idle()
    receiver.got.clear()
    async with post.database.begin() as tx:
        again = await post.subscriptions.replay(tx, made.municipality, made.id, 2, post.now)
    assert (again.count, again.last, again.more) == (2, 4, False)
    await post.work.run_until_idle()
    assert [event["id"] for event in receiver.events] == ids[2:]
    receiver.got.clear()
    async with post.database.begin() as tx:
        await post.subscriptions.replay(tx, made.municipality, made.id, 0, post.now)
    await post.work.run_until_idle()
    assert [event["id"] for event in receiver.events] == ids


async def test_while_the_secret_is_changed_both_sign(post: Post, receiver: Receiver) -> None:
    made = await post.subscribe(receiver.url)
    mine = made.subscription
    async with post.database.begin() as tx:
        newer = await post.subscriptions.rotate(tx, mine.municipality, mine.id)
    assert newer.subscription.secrets == 2
    await post.happens("case-1")
    await post.work.run_until_idle()
    headers, body = receiver.got[0]
    lower = {name.lower(): value for name, value in headers.items()}
    verify([made.secret], lower, body, post.now)
    verify([newer.secret], lower, body, post.now)
    async with post.database.begin() as tx:
        await post.subscriptions.retire(tx, mine.municipality, mine.id)
    await post.happens("case-1")
    await post.work.run_until_idle()
    headers, body = receiver.got[1]
    lower = {name.lower(): value for name, value in headers.items()}
    verify([newer.secret], lower, body, post.now)
    with pytest.raises(NotGenuine):
        verify([made.secret], lower, body, post.now)


async def test_secrets_are_sealed(post: Post, receiver: Receiver) -> None:
    made = await post.subscribe(receiver.url)
    async with post.database.read() as tx:
        row = await tx.first(select(subscription))
    assert row is not None
    assert made.secret.encode() not in bytes(row["secrets"])
    assert made.secret not in repr(made)


async def test_a_test_event_goes_to_that_one_alone(post: Post, receiver: Receiver) -> None:
    made = (await post.subscribe(receiver.url)).subscription
    async with Receiver() as other:
        await post.subscribe(other.url)
        async with post.database.begin() as tx:
            await post.subscriptions.test(tx, made.municipality, made.id, post.now)
        await post.work.run_until_idle()
        assert other.got == []
    assert [event["type"] for event in receiver.events] == ["no.varde.subscription.test.v1"]


async def test_another_municipality_can_do_nothing_with_it(post: Post, receiver: Receiver) -> None:
    made = (await post.subscribe(receiver.url)).subscription
    subs = post.subscriptions
    async with post.database.begin() as tx:
        assert await subs.all(tx, "8888") == []
        for call in (
            subs.one(tx, "8888", made.id),
            subs.rotate(tx, "8888", made.id),
            subs.retire(tx, "8888", made.id),
            subs.pause(tx, "8888", made.id),
            subs.resume(tx, "8888", made.id, post.now),
            subs.remove(tx, "8888", made.id),
            subs.test(tx, "8888", made.id, post.now),
            subs.replay(tx, "8888", made.id, 0, post.now),
            subs.deliveries(tx, "8888", made.id),
            subs.moved(tx, "8888", made.id, receiver.url),
        ):
            with pytest.raises(NoSuchSubscription):
                await call


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("url", {"url": "https://169.254.169.254/"}),
        ("types", {"types": ()}),
        ("types", {"types": ("no.varde.income.v1",)}),
    ],
)
async def test_a_subscription_that_cannot_be(post: Post, field: str, given: dict[str, object]) -> None:
    whole = {"name": "F", "url": "https://biller.example/", "types": (OPENED,), **given}
    with pytest.raises(CannotSubscribe) as refused:
        async with post.database.begin() as tx:
            await post.subscriptions.create(tx, "9999", by="Dina", now=post.now, **whole)  # type: ignore[arg-type]
    assert refused.value.field == field


async def test_the_one_it_is_about_sees_that_it_was_handed_over_once(post: Post, receiver: Receiver) -> None:
    await post.subscribe(receiver.url, (FLAG,))
    receiver.answers = [503]
    await post.happens("c0ffee00-0000-4000-8000-000000000000", FLAG, fee="kindergarten")
    await post.work.run_until_idle()
    await post.forward(seconds=6)
    assert len(receiver.got) == 2
    async with post.database.read() as tx:
        (row,) = await tx.all(select(usage))
    assert (row["subject_id"], row["actor_kind"], row["actor"], row["action"]) == (
        "c0ffee00-0000-4000-8000-000000000000",
        "service",
        "Fakturabanken",
        "disclosed",
    )
    assert row["concepts"] == ["flag.monthly_amount"]


async def test_nothing_leaves_where_the_log_cannot_be_written(
    post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise OSError("no space left")

    await post.subscribe(receiver.url)
    await post.happens("case-1")
    monkeypatch.setattr("assistant.hooks.delivering.log_usage", broken)
    await post.work.run_one()
    assert receiver.got == []
