"""What law hides or delays is not in the person's log: it is counted, and stands in the export as number and hash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.store import Database
from assistant.twin import UsageFilter, UsageKey, Use, exported, log_usage, usage_entry, usage_page
from assistant.twin.usage_chain import verify
from assistant.twin.usage_signing import OTHERS

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
KEY = UsageKey()
HIDDEN, DELAYED = "lov om hemmelig bruk § 1", "lov om utsatt innsyn § 2"


async def fill(database: Database) -> None:
    async with database.begin() as tx:
        await log_usage(
            tx,
            [
                Use("anne", "rule", "a.rule", "used", "to find", "§ 11", ("person.name",)),
                Use("anne", "staff", "Police", "read", "secret", "§ 1", ("person.name",), withheld=HIDDEN),
                Use(
                    "anne",
                    "service",
                    "tax",
                    "disclosed",
                    "later",
                    "§ 2",
                    ("person.name",),
                    withheld=DELAYED,
                    shown_from=NOW + timedelta(days=30),
                ),
                Use("anne", "person", "bo", "read", "to show your page", "§ 3", ("person.name",)),
                Use("anne", "person", "anne", "read", "to show your page", "§ 3", ("person.name",)),
            ],
            NOW,
        )


async def test_what_is_kept_back_is_counted_by_law_and_comes_when_its_day_has_come(
    database: Database,
) -> None:
    await fill(database)
    async with database.read() as tx:
        page = await usage_page(tx, "anne", NOW)
        assert [row.number for row in page.rows] == [5, 4, 1]
        assert (page.total, page.kept_back) == (3, ((HIDDEN, 1), (DELAYED, 1)))
        later = await usage_page(tx, "anne", NOW + timedelta(days=30))
        assert [row.number for row in later.rows] == [5, 4, 3, 1]
        assert later.kept_back == ((HIDDEN, 1),)


async def test_a_filter_does_not_find_it_either(database: Database) -> None:
    await fill(database)
    async with database.read() as tx:
        assert (await usage_page(tx, "anne", NOW, UsageFilter(actor_kind="staff"))).rows == ()
        assert (await usage_page(tx, "anne", NOW, UsageFilter(action="disclosed"))).total == 0
        assert (await usage_page(tx, "anne", NOW, UsageFilter(until=NOW))).total == 0
        assert (await usage_page(tx, "anne", NOW, UsageFilter(since=NOW), limit=2)).total == 3
        assert await usage_entry(tx, "anne", 3, NOW) is None
        assert await usage_entry(tx, "bo", 1, NOW) is None
        assert await usage_entry(tx, "anne", 3, NOW + timedelta(days=30)) is not None


async def test_a_childs_log_tells_a_parent_of_no_other_person_and_no_rule_they_may_not_read(
    database: Database,
):
    await fill(database)
    async with database.read() as tx:
        as_parent = UsageFilter(persons=frozenset({"anne"}), rules=frozenset())
        page = await usage_page(tx, "anne", NOW, as_parent)
        assert [row.number for row in page.rows] == [5]
        assert (page.total, page.of_others) == (1, 2)
        assert await usage_entry(tx, "anne", 4, NOW, as_parent) is None


async def test_the_export_has_no_content_of_it_and_verifies(database: Database) -> None:
    await fill(database)
    async with database.read() as tx:
        log = await exported(tx, KEY, "anne", NOW)
        verdict = verify(log)
        assert (verdict.entries, verdict.withheld, verdict.faults) == (5, 3, ())
        assert [one.get("withheld") for one in log["entries"]] == [None, HIDDEN, DELAYED, OTHERS, None]
        assert "Police" not in str(log)
        assert "'bo'" not in str(log)
        known = verify(await exported(tx, KEY, "anne", NOW + timedelta(days=31), known=["bo"]))
        assert (known.withheld, known.faults) == (1, ())
