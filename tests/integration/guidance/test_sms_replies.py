"""What people answer by SMS: heeded once, by whom it came from, and answered without telling anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from guidance_town import Town
from sqlalchemy import select, update

from assistant.config import OSLO, NoticeSettings, SmsSettings
from assistant.demo.sms_gateway import Misbehaviour
from assistant.guidance.notice_wish import has_stopped
from assistant.guidance.replying import A_DAY, Replying
from assistant.guidance.switches import key_of, stop
from assistant.guidance.telling_again import TellingAgain, wake_second_notices
from assistant.guidance.text_rows import keep_reply
from assistant.guidance.trial import Trial
from assistant.store import Work
from assistant.store.tables import message, text_reply
from channels.sms_incoming import Reply, word_of

OLAS, KARIS, NUMBER = "+4793456789", "+4741234567", "12345"
MORNING = datetime(2026, 11, 3, 8, 0, tzinfo=OSLO).astimezone(UTC)  # a Tuesday


@dataclass
class Telephones:
    """The town, with people who answer."""

    town: Town
    ids: count[int]

    def set_up(self, **changed: object) -> None:
        town = self.town
        settings = {
            "sms": SmsSettings(secrets=("s",), replies_to=NUMBER),
            "notices": NoticeSettings(a_week=0),
        }
        town.delivery = replace(town.delivery, notices=settings["notices"])
        replying = Replying(
            town.database,
            town.guidance,
            town.sms,
            town.now,
            "https://varde.example",
            **{**settings, **changed},
        )
        again = TellingAgain(town.database, town.guidance, town.now, NUMBER)
        town.work = Work(
            town.database,
            {**town.delivery.handlers(), **again.handlers(), **replying.handlers()},
            town.now,
        )

    async def write(self, text: str, sender: str = OLAS, id: str = "") -> bool:
        keys = self.town.twin.identities.keys
        reply = Reply(id or f"in-{next(self.ids)}", sender, word_of(text))
        async with self.town.database.begin() as tx:
            new = await keep_reply(tx, keys, reply, self.town.moment)
        await self.town.work.run_until_idle()
        return new

    def got(self) -> list[str]:
        """The texts that have been taken, in the order of their sending, without their link."""
        newest_first = [
            sent.text.removesuffix("\nhttps://varde.example/me") for sent in self.town.gateway.outbox()
        ]
        return newest_first[::-1]

    async def decide(self, name: str, case: int = 1) -> None:
        content = {
            "case_number": 20260000 + case,
            "outcome": "granted",
            "monthly_fee": 1636,
            "full_fee": 2000,
        }
        rule, cause = "kindergarten.reduced_fee", f"decision:{name}:{case}"
        ids = self.town.ids
        async with self.town.database.begin() as tx:
            await self.town.guidance.tell(
                tx, ids[name], ids["Lise"], rule, "decision_made", cause, content, self.town.moment
            )
        await self.town.work.run_until_idle()

    async def a_week_later(self) -> None:
        self.town.later(days=7)
        async with self.town.database.begin() as tx:
            await wake_second_notices(tx, self.town.moment)
        await self.town.work.run_until_idle()

    async def states(self, name: str) -> dict[str, str]:
        return {channel: state for channel, state, _ in await self.town.messages(name)}

    async def stopped(self, name: str) -> bool:
        async with self.town.database.read() as tx:
            return await has_stopped(tx, self.town.ids[name], "sms")


@pytest.fixture
async def telephones(town: Town) -> Telephones:
    town.moment = MORNING
    await town.family(kari={"mobile": KARIS})
    made = Telephones(town, count(1))
    made.set_up()
    return made


ASKED = (
    "Ei melding frå Eksempel kommune ventar på deg. Logg inn og les henne, "
    "eller send JA til 12345 for å få henne på papir."
)
YES = "Takk. Du får meldinga på papir frå Eksempel kommune. Du kan også lese henne når du loggar inn."
NO = "Takk. Eksempel kommune sender ikkje meldinga på papir. Du kan lese henne når du loggar inn."
NOTHING = (
    "Eksempel kommune har ikkje noko spørsmål du kan svare på med SMS no. Logg inn for å sjå meldingane dine."
)


async def test_who_answers_ja_to_the_second_notice_is_put_on_the_list_of_letters_once(
    telephones: Telephones,
) -> None:
    await telephones.decide("Ola")
    await telephones.a_week_later()
    assert telephones.got()[1:] == [ASKED]
    assert await telephones.write("Ja takk!", id="in-ja")
    assert not await telephones.write("Ja takk!", id="in-ja")  # the gateway brings it twice
    assert await telephones.states("Ola") == {"chat": "sent", "sms": "sent", "letter": "manual"}
    assert telephones.got()[2:] == [YES]
    assert await telephones.write("JA")
    assert telephones.got()[3:] == [NOTHING]
    async with telephones.town.database.read() as tx:
        (letter,) = await telephones.town.guidance.to_tell_by_hand(tx, "9999")
    assert "1\xa0636" in letter["body"]


async def test_the_question_goes_by_sms_also_where_the_first_notice_was_an_email(
    telephones: Telephones,
) -> None:
    await telephones.decide("Kari")
    await telephones.a_week_later()
    (asked,) = telephones.got()
    assert asked.startswith("En melding fra Eksempel kommune venter på deg.")
    await telephones.write("nei", KARIS)
    assert (await telephones.states("Kari")).keys() == {"chat", "email", "sms"}
    assert await telephones.write("ja", KARIS)
    assert (await telephones.states("Kari")).keys() == {"chat", "email", "sms"}


async def test_a_question_is_closed_by_nei_and_by_reading(telephones: Telephones) -> None:
    await telephones.decide("Ola")
    await telephones.a_week_later()
    await telephones.write("Nei")
    assert telephones.got()[2:] == [NO]
    await telephones.decide("Ola", case=2)
    await telephones.a_week_later()
    async with telephones.town.database.begin() as tx:
        await tx.execute(update(message).where(message.c.channel == "chat").values(read_at=MORNING))
    await telephones.write("Ja")
    assert telephones.got()[-1] == NOTHING
    assert "letter" not in await telephones.states("Ola")


async def test_stopp_stops_guidance_and_not_what_law_wants_sent_and_start_undoes_it(
    telephones: Telephones,
) -> None:
    town = telephones.town
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert len(telephones.got()) == 1
    await telephones.write(" stopp.")
    assert "Det lova krev at vi varslar om, får du framleis." in telephones.got()[1]
    assert await telephones.stopped("Ola")
    await town.plan(await town.change(fee=1500, cause="inbox:2"))
    await town.work.run_until_idle()
    assert len(telephones.got()) == 2
    await telephones.decide("Ola")
    assert len(telephones.got()) == 3
    await telephones.write("Start")
    assert not await telephones.stopped("Ola")
    await town.plan(await town.change(fee=1400, cause="inbox:3"))
    await town.work.run_until_idle()
    assert len(telephones.got()) == 5


async def test_a_number_of_two_is_asked_to_log_in_unless_one_alone_was_asked(telephones: Telephones) -> None:
    town = telephones.town
    await town.state("Kari", mobile=OLAS, email=None)
    await telephones.decide("Ola")
    await telephones.decide("Kari")
    await telephones.a_week_later()
    assert len(telephones.got()) == 4
    await telephones.write("ja")
    assert "letter" not in {**await telephones.states("Ola"), **await telephones.states("Kari")}
    assert "SMS" in telephones.got()[-1]
    async with town.database.begin() as tx:
        hers = message.c.person_id == town.ids["Kari"]
        await tx.execute(update(message).where(hers, message.c.channel == "chat").values(read_at=MORNING))
    await telephones.write("ja")
    assert "letter" in await telephones.states("Ola")
    assert "letter" not in await telephones.states("Kari")
    await telephones.write("stopp")
    assert (await telephones.stopped("Ola"), await telephones.stopped("Kari")) == (True, True)


async def test_a_number_that_has_changed_hands_and_a_strangers_change_nothing(telephones: Telephones) -> None:
    await telephones.decide("Ola")
    await telephones.a_week_later()
    await telephones.town.state("Ola", mobile="+4799887766")
    before = len(telephones.got())
    for sender in (OLAS, "+4790000001", "+46701234567", "Telenor"):
        for text in ("ja", "stopp", "hjelp", "hei"):
            await telephones.write(text, sender)
    assert len(telephones.got()) == before
    assert "letter" not in await telephones.states("Ola")
    assert not await telephones.stopped("Ola")


async def test_help_is_answered_and_two_machines_do_not_talk_for_ever(telephones: Telephones) -> None:
    await telephones.decide("Ola")
    await telephones.write("Hjelp")
    assert telephones.got()[-1].startswith("Dette er SMS-varsel frå Eksempel kommune.")
    for _ in range(5):
        await telephones.write("I am driving and will answer later")
    assert len(telephones.got()) == 3
    for _ in range(A_DAY):
        await telephones.write("help")
    assert len(telephones.got()) == 1 + A_DAY


async def test_an_answer_goes_at_night_to_who_has_just_written_and_else_in_the_morning(
    telephones: Telephones,
) -> None:
    town = telephones.town
    await telephones.decide("Ola")
    town.moment = MORNING + timedelta(hours=15)
    await telephones.write("hjelp")
    assert len(telephones.got()) == 2
    town.gateway.misbehaviour = Misbehaviour("busy", seconds=1200)
    await telephones.write("hjelp")
    town.later(minutes=20)
    await town.work.run_until_idle()
    assert len(telephones.got()) == 2
    town.moment = MORNING + timedelta(days=1)
    await town.work.run_until_idle()
    assert len(telephones.got()) == 3


async def test_nothing_is_answered_where_sending_is_stopped_or_the_person_may_not_be_sent_to(
    telephones: Telephones,
) -> None:
    town = telephones.town
    await telephones.decide("Ola")
    telephones.set_up(trial=Trial(frozenset()))
    await telephones.write("hjelp")
    telephones.set_up()
    async with town.database.begin() as tx:
        await stop(tx, key_of(channel="sms"), "tried", "test", town.moment)
    await telephones.write("stopp")
    assert await telephones.stopped("Ola")  # done all the same
    await town.state("Ola", reserved=True)
    town.later(minutes=11)
    await town.work.run_until_idle()
    assert len(telephones.got()) == 1


async def test_neither_number_nor_text_is_kept(telephones: Telephones) -> None:
    await telephones.decide("Ola")
    await telephones.write("Ja, men jeg er Ola Nordmann og har fått avslag")
    async with telephones.town.database.read() as tx:
        kept = str(await tx.all(select(text_reply)))
    for secret in ("93456789", "Nordmann", "avslag"):
        assert secret not in kept
