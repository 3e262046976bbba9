"""A decision in Dialogporten: the documented body, once, of those who may be told so, and off unless configured."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from town import MOTHER, Town

from assistant.casework import Casework, case_rows
from assistant.casework.dialog_publishing import TASK, AlsoInDialogporten, DialogPublishing
from assistant.casework.dialogs import dialog_of
from assistant.config import Config, ConfigurationError, DialogportenSettings, TrialSettings
from assistant.registers import MalformedAnswer, Registers, RegisterUnavailable
from assistant.registers.simulators import Simulators, start_all
from assistant.registers.simulators.dialogporten import fault_in
from assistant.store import Postpone
from assistant.store.tables import job, usage
from assistant.twin import Provenance, Span, Statement, SubjectRef
from tests.integration.registers.replaying import Reply, as_json, replaying

SITE = "https://varde.example"
RESOURCE = "urn:altinn:resource:varde-demo"


@dataclass
class Here:
    town: Town
    simulators: Simulators
    publishing: DialogPublishing

    async def says(self, concept: str, value: Any) -> None:
        mother = SubjectRef("person", id=self.town.ids["mother"])
        async with self.town.database.begin() as tx:
            said = [Statement(mother, f"person.{concept}", (Span(value),))]
            await self.town.twin.record(tx, said, Provenance("contact_register", "test"), self.town.now)

    async def decided(self) -> str:
        """The mother applies, and is granted it; the decision's id."""
        await self.town.income(150_000)
        casework = Casework(self.town.casework.assessor, AlsoInDialogporten(self.town.telling))
        case_id = await self.town.apply()
        async with self.town.database.begin() as tx:
            decision_id = await casework.decide_case(tx, case_id, self.town.now)
        assert decision_id is not None
        return decision_id

    async def publish(self, decision_id: str) -> None:
        await self.publishing.handlers()[TASK]({"decision_id": decision_id})


@pytest.fixture
async def here(town: Town) -> AsyncIterator[Here]:
    async with start_all(timeout_seconds=0.5) as simulators, aiohttp.ClientSession() as http:
        there = DialogportenSettings(base_url="http://switched-on", service_resource=RESOURCE)
        config = simulators.configured(Config(dialogporten=there, public_url=f"{SITE}/"))
        client = Registers.from_config(config, http).dialogporten
        publishing = DialogPublishing(town.database, town.twin, client, config, town.clock)
        made = Here(town, simulators, publishing)
        await made.says("reserved", False)
        yield made


async def test_a_decision_is_noted_with_it_and_made_known_once(here: Here) -> None:
    decision_id = await here.decided()
    async with here.town.database.read() as tx:
        noted = await tx.all(select(job.c.args, job.c.key).where(job.c.task == TASK))
    assert noted == [{"args": {"decision_id": decision_id}, "key": f"dialog:{here.town.ids['mother']}"}]
    assert here.town.telling.kinds() == ["decision_made"]

    await here.publish(decision_id)
    await here.publish(decision_id)

    (dialog,) = here.simulators.dialogporten.dialogs()
    assert dialog["idempotentKey"] == decision_id
    assert dialog["party"] == f"urn:altinn:person:identifier-no:{MOTHER}"
    assert (dialog["serviceResource"], dialog["status"]) == (RESOURCE, "Completed")
    assert dialog["guiActions"][0]["url"] == f"{SITE}/me/decisions/{decision_id}"
    async with here.town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.action == "disclosed"))
    assert [(row["subject_id"], row["actor"]) for row in rows] == [
        (here.town.ids["mother"], "dialogporten")
    ] * 2


@pytest.mark.parametrize(
    ("concept", "value"), [("reserved", True), ("reserved", None), ("death_date", "2026-11-01")]
)
async def test_of_whom_no_dialog_is_made(here: Here, concept: str, value: Any) -> None:
    decision_id = await here.decided()
    await here.says(concept, value)

    await here.publish(decision_id)

    assert here.simulators.dialogporten.asked == []


@pytest.mark.parametrize(("only_to", "made"), [((), 0), (("mother",), 1)])
async def test_in_a_trial_dialogs_are_made_for_those_listed(
    here: Here, only_to: tuple[str, ...], made: int
) -> None:
    decision_id = await here.decided()
    trial = TrialSettings(only_to=tuple(here.town.ids[one] for one in only_to))
    config = here.publishing.config.model_copy(update={"trial": trial})
    await replace(here.publishing, config=config).handlers()[TASK]({"decision_id": decision_id})
    assert len(here.simulators.dialogporten.dialogs()) == made


async def test_a_silent_dialogporten_is_asked_again_and_one_that_refuses_is_a_fault(here: Here) -> None:
    decision_id = await here.decided()
    here.simulators.dialogporten.misbehave("busy", retry_after="9")
    with pytest.raises(Postpone) as later:
        await here.publish(decision_id)
    assert later.value.after.total_seconds() == 9
    here.simulators.dialogporten.misbehave("garbage")
    with pytest.raises(MalformedAnswer):
        await here.publish(decision_id)
    await here.publish("22222222-2222-4222-8222-222222222222")  # a decision that is gone
    assert here.simulators.dialogporten.dialogs() == []


async def test_the_body_holds_neither_name_nor_amount_and_every_member_is_documented(here: Here) -> None:
    decision_id = await here.decided()
    async with here.town.database.read() as tx:
        decision = await case_rows.decision_by_id(tx, decision_id)
        assert decision is not None
        case = await case_rows.case_by_id(tx, decision.case_id)
        assert case is not None
    decided = dialog_of(case, decision, MOTHER, RESOURCE, SITE)
    opened = dialog_of(case, None, MOTHER, RESOURCE, SITE)

    for dialog in (decided, opened):
        assert fault_in(dialog) == ""
        said = json.dumps(dialog, ensure_ascii=False)
        assert said.count(MOTHER) == 2  # whose it is, and who sent the application
        for secret in ("818", "1200", "150", "2025", "Kari", decision.outcome):
            assert secret not in said.replace(decision_id, "").replace(case.id, "").replace(
                str(case.number), ""
            )
        assert [one["languageCode"] for one in dialog["content"]["title"]["value"]] == ["nb", "nn", "en"]
    (sent,) = decided["transmissions"]
    assert (sent["type"], [one["type"] for one in decided["activities"]]) == (
        "Decision",
        ["FormSubmitted", "Information"],
    )
    assert decided["attachments"] == sent["attachments"]
    assert decided["content"]["title"]["value"][0]["value"].startswith("Vedtak om redusert foreldrebetaling")
    assert decided["content"]["nonSensitiveTitle"]["value"][0]["value"] == "Vedtak fra kommunen"
    assert (opened["status"], opened["idempotentKey"]) == ("InProgress", case.id)
    assert ("transmissions" in opened, "attachments" in opened) == (False, False)
    assert opened["createdAt"] == "2026-11-23T09:00:00Z"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("status", "Done"),
        ("party", MOTHER),
        ("serviceResource", "varde"),
        ("idempotentKey", "x" * 37),
        ("colour", "red"),
        ("guiActions", [{"action": "read", "url": "", "priority": "First"}]),
        ("activities", [{"type": "Celebrated"}]),
        ("transmissions", [{"type": "Rumour"}]),
        ("content", {"title": {"value": []}}),
    ],
)
async def test_the_simulator_takes_no_other_shape(here: Here, member: str, value: Any) -> None:
    decision_id = await here.decided()
    await here.publish(decision_id)
    (dialog,) = here.simulators.dialogporten.dialogs()

    assert fault_in(dialog | {member: value}) == member


async def test_the_request_and_what_comes_back() -> None:
    async with aiohttp.ClientSession() as http:
        made = Reply(b'"0194fe82-9280-77a5-a7cd-5ff0e6a6fa07"', 201)
        again = Reply(b'{"errors":{"IdempotentKey":["\'x\' already exists"]}}', 409)
        async with replaying(made, again, Reply(b"{}", 201), Reply(b"{}", 500)) as replayed:
            settings = DialogportenSettings(
                base_url=f"{replayed.url}/dialogporten", service_resource=RESOURCE
            )
            client = replace(replayed.registers(http).dialogporten)
            client = replace(client, transport=replace(client.transport, settings=settings))
            body = {"serviceResource": RESOURCE, "day": date(2026, 1, 1).isoformat()}
            first, second = await client.create(body), await client.create(body)
            with pytest.raises(MalformedAnswer):
                await client.create(body)
            with pytest.raises(RegisterUnavailable):
                await client.create(body)

    assert (first, second) == ("0194fe82-9280-77a5-a7cd-5ff0e6a6fa07", None)
    asked = replayed.asked[0]
    assert asked.line == "POST /dialogporten/api/v1/serviceowner/dialogs HTTP/1.1"
    assert (asked.header("Content-Type"), as_json(asked.body)) == ("application/json", body)


def test_it_is_off_unless_its_address_and_our_service_are_set(tmp_path: Any) -> None:
    assert Config().dialogporten.base_url == ""
    for wrong in ('base_url = "https://a"', 'base_url = "https://a"\nservice_resource = "varde"'):
        file = tmp_path / "varde.toml"
        file.write_text(f"[dialogporten]\n{wrong}")
        with pytest.raises(ConfigurationError, match="dialogporten"):
            Config.load({"VARDE_CONFIG": str(file)})
