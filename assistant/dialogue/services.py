"""Finding the service or the rule somebody asks about: their words compared with what the cards are asked for."""

from __future__ import annotations

from functools import lru_cache

from assistant.dialogue.understanding import CLEARLY, POSSIBLE, Examples, normal
from rules import Catalogue
from rules.service_file import ServiceCard

SURE = 0.45
"""At least this alike, and clearly more so than the next card: this is what was asked for."""

MOST = 3


def found(catalogue: Catalogue, text: str) -> tuple[ServiceCard, ...]:
    """The card a line asks for; where several may be meant, the likeliest; none where none is."""
    if not normal(text):
        return ()
    cards = catalogue.cards
    ranked = [
        (score, name) for score, name in _examples(_Held(catalogue)).likeness(text) if score >= POSSIBLE
    ]
    if ranked and ranked[0][0] >= SURE and (len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= CLEARLY / 2):
        ranked = ranked[:1]
    return tuple(cards[name] for _, name in ranked[:MOST])


class _Held:
    """A catalogue by what it is, not what it says: a changed rule gives another catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.catalogue is self.catalogue


@lru_cache(maxsize=4)
def _examples(held: _Held) -> Examples:
    return Examples(
        (card.id, line)
        for card in held.catalogue.cards.values()
        for language in card.asked
        for line in (card.title[language], *card.asked[language])
    )
