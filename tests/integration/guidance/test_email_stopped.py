"""Who has stopped email is not told by it of rights and deadlines, but of what the law wants to reach them."""

from __future__ import annotations

import re
from typing import Any

from guidance_town import Town

from assistant.demo.mailbox import ReceivedMail
from assistant.guidance.marks import of_messages, unsubscribing
from assistant.guidance.notice_wish import set_notices


async def stop(town: Town, *, wanted: bool = False) -> None:
    async with town.database.begin() as tx:
        await set_notices(tx, town.ids["Kari"], "email", wanted=wanted, now=town.moment)


async def decide(town: Town) -> None:
    content: dict[str, Any] = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636}
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        rule, kind = "kindergarten.reduced_fee", "decision_made"
        await town.guidance.tell(
            tx, kari, lise, rule, kind, "decision:1", content | {"full_fee": 2000}, town.moment
        )
    await town.work.run_until_idle()


def header(mail: ReceivedMail, name: str) -> str:
    return dict(mail.headers).get(name, "")


async def test_what_waits_is_not_sent_and_not_texted_instead_and_a_decision_is(town: Town) -> None:
    await town.family(kari={"mobile": "+4793456780"})
    await town.plan(await town.change())
    await stop(town)
    await town.work.run_until_idle()
    assert {channel: state for channel, state, _ in await town.messages("Kari")} == {
        "chat": "sent",
        "email": "withdrawn",
    }
    assert town.mailbox.listed() == []
    assert [text.recipient for text in town.gateway.outbox()] == ["+4793456789"]  # Ola's, as before
    await decide(town)
    assert len(town.mailbox.listed()) == 1


async def test_it_comes_again_when_they_want_it_again(town: Town) -> None:
    await town.family()
    await stop(town)
    await stop(town, wanted=True)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert len(town.mailbox.listed()) == 1


async def test_an_email_says_how_to_stop_its_like_where_that_can_be_stopped_and_only_in_its_headers(
    town: Town,
) -> None:
    await town.family()
    keys = town.guidance.twin.identities.keys
    await town.plan(await town.change())
    await town.work.run_until_idle()
    (mail,) = town.mailbox.listed()
    mark = unsubscribing(keys).make(town.ids["Kari"])
    assert header(mail, "List-Unsubscribe") == f"<https://varde.example/unsubscribe/{mark}>"
    assert header(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    for text in (mail.text, mail.html):
        assert mark not in text
        assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"https://varde.example/me"}
    town.mailbox.empty()
    await decide(town)
    (mail,) = town.mailbox.listed()
    assert header(mail, "List-Unsubscribe") == ""


async def test_no_id_of_ours_leaves_in_a_message_id(town: Town) -> None:
    keys = town.guidance.twin.identities.keys
    town.email.mark = of_messages(keys).make
    await town.family()
    await town.plan(await town.change())
    await town.work.run_until_idle()
    (mail,) = town.mailbox.listed()
    mark = header(mail, "Message-ID").strip("<>").partition("@")[0]
    message = of_messages(keys).read(mark)
    assert message is not None
    assert message not in str(mail.headers)
