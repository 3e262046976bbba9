"""What an errand is walked with: the people, the facts held and the facts lacking, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from assistant.documents import Document
from assistant.processes.definition import Texts

ValueKind = Literal["text", "number", "money", "date", "yes_no", "choice"]


@dataclass(frozen=True)
class Who:
    """A person as the applicant may see them: our id, and the name the register has."""

    id: str
    name: str


@dataclass(frozen=True)
class ConceptWords:
    """How the information model speaks of a concept: its name, how to ask for it, what a value looks like."""

    concept: str  # 'person.assessed_income'
    label: Texts
    question: Texts | None  # None: nobody is ever asked
    help: Texts | None
    kind: ValueKind
    unit: str
    choices: tuple[tuple[str, Texts], ...] = ()


@dataclass(frozen=True)
class HeldFact:
    """A fact the answer rests on, with its source. `hidden`: used, but not the applicant's to read."""

    words: ConceptWords
    about: Who
    value: Any
    source: str  # register id, or 'person'
    learned_on: date
    basis: str
    hidden: bool = False

    @property
    def key(self) -> str:
        """The fact's name in a form: it tells the concept and our id of the subject, nothing of the value."""
        return f"{self.about.id}:{self.words.concept}"


@dataclass(frozen=True)
class Gap:
    """A fact nobody has told us. `register`: the one that will (then nobody is asked), or None."""

    path: str
    words: ConceptWords
    about: Who
    register: str | None

    @property
    def key(self) -> str:
        return f"{self.about.id}:{self.words.concept}"

    @property
    def may_be_asked(self) -> bool:
        return self.words.question is not None and self.register is None


@dataclass(frozen=True)
class ErrandView:
    """Everything the walker looks at besides the definition, the state and the determination."""

    language: str
    on: date
    applicant: Who
    child: Who
    adults: tuple[Who, ...] | None  # of the household as § 3d counts it; None: the registers do not say
    held: tuple[HeldFact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    amounts: Mapping[str, Any] | None = None  # what the rule calculated on the way, by name
    documents: tuple[Document, ...] = ()  # what the applicant has sent so far

    @property
    def is_outside_household(self) -> bool:
        """Whether another household than the applicant's is the one whose income counts (§ 3d)."""
        return self.adults is not None and self.applicant.id not in {who.id for who in self.adults}


def text_of(texts: Texts, language: str) -> str:
    """The text in the language; Bokmål where there is none in it."""
    return texts.get(language) or texts["nb"]
