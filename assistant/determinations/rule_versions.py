"""The versions of a rule as kept: the catalogue's own file is number 0, each one saved in the editor the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from assistant.determinations.catalogue_by_day import CatalogueByDay, RuleVersion, holding
from assistant.determinations.rule_check import RuleCheck, check_rule
from assistant.store import Database, Transaction
from assistant.store.columns import new_id
from assistant.store.tables import rule_version
from rules import Catalogue

LONGEST_NOTE = 2_000  # characters
MOST_CHECKS = 256  # kept in memory

RulesChanged = Callable[[Transaction, str, date, datetime], Awaitable[None]]
"""(tx, rule_id, applies_from, now): enqueue, in the transaction that saves, what must be determined anew."""

_COLUMNS = (
    rule_version.c.rule,
    rule_version.c.number,
    rule_version.c.applies_from,
    rule_version.c.text,
    rule_version.c.digest,
    rule_version.c.saved_by,
    rule_version.c.saved_at,
    rule_version.c.note,
)
_STATE = select(func.count().label("versions"), func.max(rule_version.c.saved_at).label("newest"))


class UnknownRule(LookupError):
    """The catalogue has no rule of that id."""


class NotSaved(ValueError):
    """A version was refused; the message says what to do, and `check` has every fault with its line."""

    def __init__(self, message: str, check: RuleCheck | None = None) -> None:
        super().__init__(message)
        self.check = check


class RuleVersions:
    """Reads and saves versions of the rules of a catalogue, and tells what the catalogue is on a day.

    >>> versions = RuleVersions(Catalogue.load())
    >>> versions.shipped_version("kindergarten.reduced_fee").number
    0
    """

    def __init__(self, shipped: Catalogue, rules_changed: RulesChanged | None = None) -> None:
        self.shipped = shipped
        self.rules_changed = rules_changed
        self._by_day = CatalogueByDay(shipped, ())
        self._state: dict[str, Any] | None = None
        self._checks: dict[tuple[str, ...], RuleCheck] = {}
        self._checking = asyncio.Lock()

    def shipped_version(self, rule_id: str) -> RuleVersion:
        """Version 0. Raises `UnknownRule`."""
        rule = self.shipped.rules.get(rule_id)
        if rule is None:
            raise UnknownRule(f"no rule {rule_id!r} in the catalogue")
        return RuleVersion(rule_id, 0, None, rule.text, sha256(rule.text.encode()).hexdigest())

    async def list(self, tx: Transaction, rule_id: str) -> tuple[RuleVersion, ...]:
        """Every version of a rule, the newest first, number 0 last. Raises `UnknownRule`."""
        shipped = self.shipped_version(rule_id)
        question = (
            select(*_COLUMNS).where(rule_version.c.rule == rule_id).order_by(rule_version.c.number.desc())
        )
        return (*(RuleVersion(**row) for row in await tx.all(question)), shipped)

    async def current(self, tx: Transaction, rule_id: str, on: date) -> RuleVersion:
        """The version that holds on a day. Raises `UnknownRule`."""
        found = holding(await self.list(tx, rule_id), on)
        assert found is not None  # number 0 applies on every day
        return found

    async def by_day(self, tx: Transaction) -> CatalogueByDay:
        """The catalogue on any day, as this transaction sees the versions. Read anew only when one was added.

        Within a transaction it is asked of the database once, until a version is saved in it.
        """
        remembered: CatalogueByDay | None = tx.memory.get(self)
        if remembered is None:
            remembered = tx.memory[self] = await self._read(tx)
        return remembered

    async def _read(self, tx: Transaction) -> CatalogueByDay:
        state = await tx.first(_STATE)
        if state != self._state:
            rows = await tx.all(select(*_COLUMNS))
            self._by_day = CatalogueByDay(self.shipped, (RuleVersion(**row) for row in rows))
            self._state = state
        return self._by_day

    async def catalogue_at(self, tx: Transaction, on: date, known_at: datetime | None = None) -> Catalogue:
        """The catalogue that holds on a day, as it is known now or was at an earlier moment."""
        by_day = await self.by_day(tx)
        return (by_day if known_at is None else by_day.as_known(known_at)).at(on)

    async def checked(self, rule_id: str, catalogue: Catalogue) -> RuleCheck:
        """What a rule's own tests come to within a catalogue; run once for each state of the catalogue."""
        key = (rule_id, *sorted(rule.version for rule in catalogue.rules.values()))
        if key not in self._checks:
            if len(self._checks) >= MOST_CHECKS:
                self._checks.clear()
            self._checks[key] = await self.check(catalogue.rules[rule_id].text, rule_id, catalogue)
        return self._checks[key]

    async def check(self, text: str, rule_id: str, catalogue: Catalogue) -> RuleCheck:
        """What is wrong with a text as the rule of that id. One at a time: it may take seconds.

        Never within a transaction: others would wait for it.
        """
        async with self._checking:
            return await asyncio.to_thread(check_rule, text, rule_id, catalogue)

    async def save(
        self,
        database: Database,
        rule_id: str,
        text: str,
        *,
        applies_from: date,
        by: str,
        note: str,
        now: datetime,
        edited_from: int | None = None,
    ) -> RuleVersion:
        """Check a text and keep it as the rule's next version.

        `edited_from` is the number of the newest version its author had seen. Raises `UnknownRule`, and
        `NotSaved` for a text with faults or failing tests, for one that changes nothing, and when somebody
        else has saved a version in the meantime.
        """
        text = text.replace("\r\n", "\n").rstrip("\n") + "\n"
        async with database.read() as tx:
            newest = (await self.list(tx, rule_id))[0]
            catalogue = await self.catalogue_at(tx, applies_from)
        if edited_from is not None and newest.number != edited_from:
            raise NotSaved(
                f"{newest.saved_by} has saved version {newest.number} since you began with {edited_from}: "
                "look at what it changes, then save yours again"
            )
        if len(note) > LONGEST_NOTE:
            raise NotSaved(f"the note has {len(note)} characters: at most {LONGEST_NOTE:,}")
        digest = sha256(text.encode()).hexdigest()
        if (digest, applies_from) == (newest.digest, newest.applies_from) or (
            digest == newest.digest and not newest.number
        ):
            raise NotSaved(
                f"nothing is changed since version {newest.number}: change the text or the day first"
            )
        check = await self.check(text, rule_id, catalogue)
        if not check.sound:
            raise NotSaved(f"{len(check.faults)} faults in the rule: correct them and save again", check)
        made = RuleVersion(rule_id, newest.number + 1, applies_from, text, digest, by, now, note)
        async with database.begin() as tx:
            await self._keep(tx, made, catalogue)
            if self.rules_changed is not None:
                await self.rules_changed(tx, rule_id, applies_from, now)
        return made

    async def _keep(self, tx: Transaction, made: RuleVersion, checked_within: Catalogue) -> None:
        """Insert a version that was checked within a catalogue. Raises `NotSaved` where that has changed."""
        assert made.applies_from is not None
        if _versions(await self.catalogue_at(tx, made.applies_from)) != _versions(checked_within):
            raise NotSaved("somebody else saved a rule while this one was checked: save again")
        values = {name.name: getattr(made, name.name) for name in _COLUMNS}
        tx.memory.pop(self, None)
        try:
            await tx.execute(insert(rule_version).values(id=new_id(), **values))
        except IntegrityError:
            raise NotSaved(
                f"somebody else saved version {made.number} at this very moment: look at it, then save again"
            ) from None


def _versions(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    return frozenset((rule.id, rule.version) for rule in catalogue.rules.values())
