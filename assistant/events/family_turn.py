"""The turn of those who write facts or run rules over them: a family is one transaction at a time, families many.

The incomes of both parents may be told of at once, and each transaction would else leave the other's unknown. Who a
family is hangs on the facts themselves, so it is looked up, waited for, and looked up again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.store import Transaction
from assistant.store.turns import in_turns
from assistant.twin import Statement, SubjectRef, Twin

LOOKS = 3
"""A family that has grown while one waited is waited for too. Two that grow together may then wait for each other:
PostgreSQL ends one of them, and its job is done again."""


async def in_the_familys_turn(
    tx: Transaction, twin: Twin, subjects: Iterable[str], statements: Iterable[Statement] = ()
) -> None:
    """Wait until nobody else writes about these subjects, those the statements name, or anybody around them.

    Take it before anything about them is read. On SQLite nothing has to be done: there one writes at a time anyhow.
    """
    if tx.connection.dialect.name != "postgresql":
        return
    refs = frozenset(_named(statements))
    known = {*subjects, *(ref.id for ref in refs if ref.id)}
    names = {(ref.identifier.scheme, ref.identifier.value) for ref in refs if ref.identifier}
    held: set[str] = set()
    for _ in range(LOOKS):
        found = await twin.identities.find_all(tx, names)
        near = await twin.near(tx, known | set(found.values()))
        # Whom nobody has met goes by the number: two may tell of the same newborn child.
        unmet = {twin.identities.keys.digest("turn", *name).hex() for name in names - found.keys()}
        wanted = {*known, *found.values(), *near.subjects(), *unmet}
        tx.memory.pop(Twin, None)
        if wanted <= held:
            return
        await in_turns(tx, wanted - held)
        held |= wanted


def _named(statements: Iterable[Statement]) -> Iterator[SubjectRef]:
    for statement in statements:
        yield statement.subject
        yield from (span.value for span in statement.spans if isinstance(span.value, SubjectRef))
