"""Versions of a rule: numbered, dated, checked before they are kept, and holding from their day on."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from shipped_rules import RULE, Told, shipped
from sqlalchemy import insert, update

from assistant.determinations import RuleVersions
from assistant.determinations.rule_check import MAX_RULE_BYTES, RuleCheck, check_rule
from assistant.determinations.rule_versions import NotSaved, UnknownRule
from assistant.store import Database
from assistant.store.tables import municipality, rule_version
from rules import Catalogue, determine

SHORT_FORM_ON = "postgresql"

NOW = datetime(2024, 10, 1, 10, tzinfo=UTC)
FROM = date(2025, 1, 1)
FAMILY = {
    "child": {"kindergarten_place": {"price": 2000}, "household": {"adults": [{"assessed_income": 300000}]}}
}


def text_of(rule_id: str = RULE) -> str:
    return shipped().rules[rule_id].text


def with_note(note: str) -> str:
    """Another text of the same rule, which says the same."""
    return f"{text_of()}# {note}\n"


def without_tests(text: str) -> str:
    return text[: text.index("\ntests:")] + "\ntests:\n"


FIVE_PERCENT = (
    without_tests(text_of().replace("value: 0.06,", "value: 0.05,"))
    + """\
  - name: one child, 300 000
    on: 2024-09-01
    given:
      child: {kindergarten_place: {price: 2000}, household: {adults: [{assessed_income: 300000}]}}
    expect: {answer: yes, monthly_fee: 1364}
    because: 5 % of 300 000 is 15 000, over 11 months 1 363.64.
"""
)


async def save(
    database: Database, versions: RuleVersions, text: str, applies_from: date = FROM, **more: int
) -> int:
    made = await versions.save(
        database, RULE, text, applies_from=applies_from, by="Rolf Regel", note="Because", now=NOW, **more
    )
    return made.number


async def fee(database: Database, versions: RuleVersions, on: date) -> object:
    async with database.read() as tx:
        catalogue = await versions.catalogue_at(tx, on)
    return determine(catalogue.rules[RULE], date(2024, 9, 1), FAMILY, {}, catalogue).values["monthly_fee"]


async def test_the_file_of_the_catalogue_is_version_0(database: Database, versions: RuleVersions) -> None:
    async with database.read() as tx:
        (only,) = await versions.list(tx, RULE)
        assert await versions.current(tx, RULE, date(1990, 1, 1)) == only
    assert (only.number, only.applies_from, only.text) == (0, None, text_of())
    assert only.digest == sha256(text_of().encode()).hexdigest()
    assert only.digest.startswith(shipped().rules[RULE].version)


async def test_a_version_holds_from_its_day_on(database: Database, told: Told) -> None:
    # The sibling discount and the month's fee are taken of this fee, with tests of their own: alone here.
    alone = Catalogue(shipped().model, {RULE: shipped().rules[RULE]}, {})
    versions = RuleVersions(alone, told)
    assert await save(database, versions, FIVE_PERCENT) == 1
    assert await fee(database, versions, date(2024, 12, 31)) == 1636
    assert await fee(database, versions, date(2025, 1, 1)) == 1364
    assert told == [(RULE, FROM)]


async def test_a_later_version_replaces_from_its_day_on_what_was_saved_before(
    database: Database, versions: RuleVersions
) -> None:
    for number, (note, day) in enumerate([("one", date(2025, 1, 1)), ("two", date(2024, 6, 1))], 1):
        assert await save(database, versions, with_note(note), day) == number
    async with database.read() as tx:
        held = [
            (await versions.current(tx, RULE, day)).number
            for day in (date(2024, 5, 31), date(2024, 6, 1), FROM)
        ]
        listed = [version.number for version in await versions.list(tx, RULE)]
        by_day = await versions.by_day(tx)
    assert held == [0, 2, 2]
    assert listed == [2, 1, 0]
    assert by_day.next_change(RULE, date(2024, 1, 1)) == date(2024, 6, 1)
    assert by_day.next_change(RULE, date(2024, 6, 1)) == FROM
    assert by_day.next_change(RULE, FROM) is None


async def test_another_process_sees_a_version_once_it_is_saved(
    database: Database, versions: RuleVersions
) -> None:
    other = RuleVersions(shipped())
    before = await catalogue(database, other)
    await save(database, versions, with_note("one"), date(2024, 1, 1))
    after = await catalogue(database, other)
    assert before.rules[RULE].version != after.rules[RULE].version
    assert after is await catalogue(database, other)  # compiled once


async def catalogue(database: Database, versions: RuleVersions) -> Catalogue:
    async with database.read() as tx:
        return await versions.catalogue_at(tx, NOW.date())


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        (text_of().replace("that: max_price > 0", "that: max_pric > 0"), "max_pric", None),
        (
            text_of().replace("rule: kindergarten.reduced_fee", "rule: kindergarten.other"),
            "an id does not change",
            1,
        ),
        (text_of().replace("monthly_fee: 1636, missing: []", "monthly_fee: 1637"), "expected 1637", None),
        (without_tests(text_of()), "'tests' is missing", 1),
        ("rule: [", "", None),
        ("", "", None),
        ("#" * MAX_RULE_BYTES, "split it into rules that use each other", 0),
    ],
    ids=["unknown name", "another id", "failing test", "no test", "no YAML", "empty", "1 MB"],
)
async def test_a_text_with_faults_is_refused_with_each_of_them(
    database: Database, versions: RuleVersions, told: Told, text: str, says: str, line: int | None
) -> None:
    with pytest.raises(NotSaved) as refused:
        await save(database, versions, text)
    assert refused.value.check is not None
    faults = refused.value.check.faults
    assert any(says in fault.message for fault in faults)
    assert line is None or faults[0].line == line
    async with database.read() as tx:
        assert len(await versions.list(tx, RULE)) == 1
    assert told == []


def test_a_change_that_breaks_a_rule_which_uses_this_one_is_a_fault() -> None:
    check = check_rule(FIVE_PERCENT, RULE, shipped())
    assert all(test.passed for test in check.tests)
    assert not check.sound
    assert any("kindergarten.monthly_fee" in fault.message for fault in check.faults)


def test_a_check_tells_what_each_test_expects_and_what_it_got() -> None:
    check = check_rule(
        text_of().replace("monthly_fee: 1636, missing: []", "monthly_fee: 1637"), RULE, shipped()
    )
    failed = [test for test in check.tests if not test.passed]
    assert [(test.name, test.expected["monthly_fee"], test.got["monthly_fee"]) for test in failed] == [
        ("one child, 300 000", 1637, 1636)
    ]
    assert check.faults[0].line == failed[0].line


async def test_who_began_with_an_older_version_is_told_who_was_faster(
    database: Database, versions: RuleVersions
) -> None:
    await save(database, versions, with_note("one"), edited_from=0)
    with pytest.raises(NotSaved, match="Rolf Regel has saved version 1 since you began with 0"):
        await save(database, versions, with_note("two"), edited_from=0)


async def test_a_version_that_changes_nothing_is_refused(database: Database, versions: RuleVersions) -> None:
    with pytest.raises(NotSaved, match="nothing is changed since version 0"):
        await save(database, versions, text_of())
    await save(database, versions, with_note("one"))
    with pytest.raises(NotSaved, match="nothing is changed since version 1"):
        await save(database, versions, with_note("one"))
    assert await save(database, versions, with_note("one"), date(2026, 1, 1)) == 2  # another day


async def test_a_rule_that_is_not_in_the_catalogue_has_no_versions(
    database: Database, versions: RuleVersions
) -> None:
    with pytest.raises(UnknownRule):
        await versions.save(
            database, "bus.free", "rule: bus.free", applies_from=FROM, by="R", note="", now=NOW
        )


async def test_a_version_that_can_no_longer_be_read_is_left_out_and_the_one_before_holds(
    database: Database, versions: RuleVersions
) -> None:
    day = date(2024, 1, 1)
    await save(database, versions, with_note("one"), day)
    async with database.begin() as tx:
        for number, rule_id, text in ((2, RULE, "rule: broken"), (1, "kindergarten.gone", "rule: gone")):
            await tx.execute(
                insert(rule_version).values(
                    id=f"version-{rule_id}-{number}"[:36],
                    rule=rule_id,
                    number=number,
                    applies_from=day,
                    text=text,
                    digest=sha256(text.encode()).hexdigest(),
                    saved_by="R",
                    saved_at=NOW,
                )
            )
    found = await catalogue(database, versions)
    assert found.rules[RULE].text == with_note("one")
    assert found.rules.keys() == shipped().rules.keys()


async def test_a_rule_that_loops_without_end_is_refused_and_keeps_nobody_waiting(
    database: Database, versions: RuleVersions
) -> None:
    loops = "not(some a in 1..3000, b in 1..3000 satisfies a * b = -1)"
    endless = text_of().replace("that: max_price > 0", f"that: max_price > 0 and {loops}")
    assert endless != text_of()
    saving = asyncio.create_task(save(database, versions, endless))
    others = 0
    while not saving.done():
        async with database.begin() as tx:  # would wait, were the check within a transaction
            await tx.execute(update(municipality).values(name="Sandvik"))
        others += not saving.done()
        await asyncio.sleep(0.05)
    with pytest.raises(NotSaved) as refused:
        await saving
    assert others > 3
    assert any("steps" in fault.message for fault in refused.value.check.faults)
    assert (await versions_of(database, versions)) == [0]


async def test_a_rule_saved_while_another_is_checked_makes_that_one_be_checked_again(
    database: Database, versions: RuleVersions, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = versions.check

    async def slowly(text: str, rule_id: str, catalogue: Catalogue) -> RuleCheck:
        found = await check(text, rule_id, catalogue)
        monkeypatch.undo()
        await save(database, versions, with_note("the other"))
        return found

    monkeypatch.setattr(versions, "check", slowly)
    with pytest.raises(NotSaved, match="somebody else saved a rule while this one was checked"):
        await save(database, versions, with_note("mine"))
    assert (await versions_of(database, versions)) == [1, 0]


async def versions_of(database: Database, versions: RuleVersions) -> list[int]:
    async with database.read() as tx:
        return [version.number for version in await versions.list(tx, RULE)]
