"""The turn of those who write facts or run rules over them: a family is one transaction at a time, families many.

The incomes of both parents may be told of at once, and each transaction would else leave the other's unknown. Who a
family is hangs on the facts themselves, so it is looked up, waited for, and looked up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from assistant.events.families import refs_in
from assistant.store import Transaction
from assistant.store.turns import in_turns
from assistant.twin import Statement, SubjectRef, Twin

LOOKS = 3
"""A family that has grown while one waited is waited for too. Two that grow together may then wait for each other:
PostgreSQL ends one of them, and its job is done again."""


async def in_the_familys_turn(
    tx: Transaction, twin: Twin, subjects: Iterable[str], statements: Sequence[Statement] = ()
) -> None:
    """Wait until nobody else writes about these subjects, those the statements name, or anybody around them.

    Take it before anything about them is read. On SQLite nothing has to be done: there one writes at a time anyhow.
    """
    if tx.connection.dialect.name != "postgresql":
        return
    refs, known = refs_in(statements), frozenset(subjects)
    held: set[str] = set()
    for _ in range(LOOKS):
        named = known.union((await names_of(tx, twin, refs)).values())
        wanted = named.union(*await twin.relations(tx, named))
        if wanted <= held:
            return
        await in_turns(tx, wanted - held)
        tx.memory.pop(Twin, None)  # it may have changed while we waited
        held |= wanted


async def names_of(tx: Transaction, twin: Twin, refs: Collection[SubjectRef]) -> dict[SubjectRef, str]:
    """Our id of each; a keyed hash of the name of those nobody has met: two may tell of the same newborn child."""
    by_name = {ref: (ref.identifier.scheme, ref.identifier.value) for ref in refs if ref.identifier}
    found = await twin.identities.find_all(tx, set(by_name.values()))
    names = {ref: ref.id for ref in refs if ref.id}
    for ref, name in by_name.items():
        names.setdefault(ref, found.get(name) or twin.identities.keys.digest("turn", *name).hex())
    return names
