"""News of several families in one transaction: which of it may go together, and whose it was. Pure.

Two events about one family are done one after the other, as if each had a transaction of its own: what the first
led to is then told with the first for its cause, and the second finds the facts as the first left them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from assistant.events.gathering import Said
from assistant.twin import Statement, SubjectRef, Use


@dataclass(frozen=True)
class News:
    """What sources said because of one event. `cause`: as it is kept with what follows from it.

    `uses`: what was used of somebody's facts to ask for it, logged before what follows.
    """

    said: Said
    cause: str
    inbox_id: str | None = None
    uses: tuple[Use, ...] = ()

    @property
    def statements(self) -> Sequence[Statement]:
        return [statement for _, statements in self.said for statement in statements]


def refs_in(statements: Iterable[Statement]) -> frozenset[SubjectRef]:
    """All that the statements speak of."""
    found = set()
    for statement in statements:
        found.add(statement.subject)
        found.update(span.value for span in statement.spans if isinstance(span.value, SubjectRef))
    return frozenset(found)


class Families:
    """Names that are bound together by facts, or by being named in the same news (disjoint sets, each with a head).

    >>> families = Families([("mother", "child")], [{"mother"}, {"stranger"}, {"child", "father"}])
    >>> families.first_of_each([{"mother"}, {"stranger"}, {"child", "father"}])
    [0, 1]
    """

    def __init__(self, relations: Iterable[Iterable[str]], named: Iterable[Iterable[str]]) -> None:
        self._towards: dict[str, str] = {}
        for names in chain(relations, named):
            self.bind(names)

    def of(self, name: str) -> str:
        """The head of the family of that name."""
        head = name
        while (nearer := self._towards.get(head, head)) != head:
            head = nearer
        if head != name:
            self._towards[name] = head  # a shorter way for the next who asks
        return head

    def bind(self, names: Iterable[str]) -> None:
        heads = list(dict.fromkeys(self.of(name) for name in names))
        for other in heads[1:]:
            self._towards[other] = heads[0]

    def first_of_each(self, named: Sequence[Iterable[str]]) -> list[int]:
        """The places of the news that may go together: of each family the first, and what names nobody."""
        taken: set[str] = set()
        places = []
        for place, names in enumerate(named):
            heads = {self.of(name) for name in names}
            if heads.isdisjoint(taken):
                places.append(place)
            taken |= heads
        return places


class Behind:
    """Whose news is behind what happens to a subject: that of its family.

    Only news of families apart is done together, so there is one.
    """

    def __init__(self, families: Families, news: Sequence[News], named: Sequence[Iterable[str]]) -> None:
        self._families = families
        self._of = {families.of(name): one for one, names in zip(news, named, strict=True) for name in names}
        self._only = news[0] if len(news) == 1 else None

    def news(self, subject_id: str) -> News:
        """Raises LookupError for one whom no news was about."""
        found = self._only or self._of.get(self._families.of(subject_id))
        if found is None:
            raise LookupError(f"subject {subject_id} belongs to no family that something was said of")
        return found

    def cause(self, subject_id: str) -> str:
        return self.news(subject_id).cause

    def inbox_id(self, subject_id: str) -> str | None:
        return self.news(subject_id).inbox_id
