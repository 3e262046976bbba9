"""From a person document of the population register to facts about that person, in the model's words.

A person document says all the register knows, so each concept's statement replaces the earlier one: a
correction or an annulment needs nothing of its own. A list that is null or left out is known to be empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant.registers import addresses
from assistant.registers.population import REGISTER, PersonDocument
from assistant.registers.reading import Fields
from assistant.registers.timeline import (
    SKIP,
    Element,
    current,
    elements,
    one_at_a_time,
    otherwise,
    side_by_side,
)
from assistant.twin.facts import Identifier, Span, Statement, SubjectRef

TASK = "person document"

MARITAL_STATUS = {
    "ugift": "unmarried",
    "gift": "married",
    "registrertPartner": "registered_partner",
    "separert": "separated",
    "separertPartner": "separated",
    "skilt": "divorced",
    "skiltPartner": "divorced",
    "enkeEllerEnkemann": "widowed",
    "gjenlevendePartner": "widowed",
}
HAS_SPOUSE = frozenset(
    {"gift", "registrertPartner", "separert", "separertPartner"}
)  # separated: still married

RESIDENCE_STATUS = {
    "bosatt": "resident",
    "utflyttet": "emigrated",
    "forsvunnet": "missing",
    "doed": "dead",
    "opphoert": "ceased",
    "foedselsregistrert": "birth_registered",
    "ikkeBosatt": "not_resident",
    "midlertidig": "temporary",
    "inaktiv": "inactive",
}

PARENTS = ("mor", "far", "medmor")


def person_ref(identifier: str) -> SubjectRef:
    """The person with that identity number."""
    return SubjectRef("person", Identifier("national_id", identifier))


def statements_from_person_document(document: PersonDocument) -> tuple[Statement, ...]:
    """All facts of the document. Raises MalformedAnswer, which names the field and never a value."""
    return _Mapping.of(document).statements()


def related_identifiers(document: PersonDocument) -> tuple[str, ...]:
    """The identity numbers of those the person is related to, now or before: spouse, children, parents …"""
    found: dict[str, None] = {}
    for statement in statements_from_person_document(document):
        for span in statement.spans:
            if isinstance(span.value, SubjectRef) and span.value.identifier is not None:
                found[span.value.identifier.value] = None
    found.pop(document.identifier, None)
    return tuple(found)


@dataclass(frozen=True)
class _Mapping:
    person: SubjectRef
    identifier: str
    document: Fields

    @classmethod
    def of(cls, document: PersonDocument) -> _Mapping:
        fields = Fields.of(REGISTER, TASK, document.content)
        if not fields.parts("identifikasjonsnummer"):
            raise fields.fault("identifikasjonsnummer", "is missing: this is not a person document")
        return cls(person_ref(document.identifier), document.identifier, fields)

    def statements(self) -> tuple[Statement, ...]:
        return (
            self._said("birth_date", self._birth()),
            self._said("name", self._names() or (Span(None),)),  # a newborn child has none yet
            self._said("death_date", self._death()),
            self._said("residence_status", self._residence()),
            *self._addresses(),
            self._said("marital_status", self._marital_status()),
            self._said("marital_status_since", self._marital_status_since()),
            self._said("spouse", self._spouse()),
            self._related("children", ("barn",)),
            self._related("parents", PARENTS),
            self._related("mother_of", ("barn",), mine="mor"),
            self._guardians(),
            self._wards(),
            self._shared_residence(),
            self._said("under_guardianship", self._under_guardianship()),
        )

    def _said(self, attribute: str, spans: Iterable[Span]) -> Statement:
        return Statement(self.person, f"person.{attribute}", tuple(spans))

    def _many(self, attribute: str, spans: tuple[Span, ...], *, complete: bool = True) -> Statement:
        return Statement(self.person, f"person.{attribute}", spans, empty_is_known=complete)

    def _birth(self) -> tuple[Span, ...]:
        birth = current(elements(self.document, "foedsel"))
        day = birth.fields.day_or_none("foedselsdato") if birth else None
        return (Span(day.isoformat()),) if day else ()

    def _names(self) -> tuple[Span, ...]:
        return one_at_a_time(elements(self.document, "navn"), _full_name)

    def _death(self) -> tuple[Span, ...]:
        """None: known alive. Nothing, where the register says dead or missing without a day."""
        death = current(elements(self.document, "doedsfall"))
        if death is not None:
            day = death.fields.day_or_none("doedsdato")
            return (Span(day.isoformat()),) if day else ()
        status = current(elements(self.document, "status"))
        uncertain = status is not None and status.fields.text_or_none("status") in ("doed", "forsvunnet")
        return () if uncertain else (Span(None),)

    def _residence(self) -> tuple[Span, ...]:
        def value(status: Fields) -> str:
            return RESIDENCE_STATUS.get(status.text("status"), "other")

        return one_at_a_time(elements(self.document, "status"), value)

    def _addresses(self) -> tuple[Statement, ...]:
        found = elements(self.document, "bostedsadresse", start_fields=("flyttedato",))
        protection = self._protection(current(found))
        level = _strictest(span.value for span in protection if span.valid_to is None)
        # Where somebody protected lives is not kept: the key suffices to see who lives together.
        shown = one_at_a_time(found, addresses.shown, _moved_on) if level == "none" else ()
        municipality: tuple[Span, ...] = ()
        if level != "strictly_confidential":
            municipality = one_at_a_time(found, lambda one: addresses.municipality_of(one) or SKIP)
        return (
            self._said("address_protection", protection),
            self._said("address", shown),
            self._said("address_key", one_at_a_time(found, addresses.key_of)),
            self._said("municipality", municipality),
        )

    def _protection(self, home: Element | None) -> tuple[Span, ...]:
        """The grading of the person, or of the address if stricter: one may be there without the other."""

        def level(one: Fields) -> str:
            return addresses.protection_of(one.text_or_none("graderingsnivaa"))

        of_person = otherwise(one_at_a_time(elements(self.document, "adressebeskyttelse"), level), "none")
        if home is None:
            return of_person
        of_address = addresses.protection_of(home.fields.text_or_none("adressegradering"))
        person_now = _strictest(span.value for span in of_person if span.valid_to is None)
        if _strictest((person_now, of_address)) == person_now:
            return of_person
        return otherwise((Span(of_address, home.starts, home.ends),), "none")

    def _marital_status(self) -> tuple[Span, ...]:
        def value(one: Fields) -> Any:
            return MARITAL_STATUS.get(one.text_or_none("sivilstand") or "", SKIP)

        return one_at_a_time(self._civil(), value)

    def _spouse(self) -> tuple[Span, ...]:
        def value(one: Fields) -> Any:
            status = one.text_or_none("sivilstand") or ""
            if status not in MARITAL_STATUS:
                return SKIP
            if status not in HAS_SPOUSE:
                return None
            other = one.text_or_none("relatertVedSivilstand")
            return person_ref(other) if other else SKIP  # married to somebody the register does not name

        return one_at_a_time(self._civil(), value)

    def _civil(self) -> tuple[Element, ...]:
        return elements(self.document, "sivilstand", start_fields=("sivilstandsdato",))

    def _marital_status_since(self) -> tuple[Span, ...]:
        """The day the present status began, where the register tells it."""
        now = current(self._civil())
        day = now.fields.day_or_none("sivilstandsdato") if now else None
        return (Span(day.isoformat()),) if day else ()

    def _under_guardianship(self) -> tuple[Span, ...]:
        """Whether there is a guardian, or an agent under a lasting power of attorney; not what for."""
        return (Span(current(elements(self.document, "vergemaalEllerFremtidsfullmakt")) is not None),)

    def _related(self, attribute: str, roles: tuple[str, ...], mine: str = "") -> Statement:
        found = [
            element
            for element in elements(self.document, "familierelasjon")
            if element.fields.text_or_none("relatertPersonsRolle") in roles
            and (not mine or element.fields.text_or_none("minRolleForPerson") == mine)
        ]

        def value(one: Fields) -> Any:
            other = one.text_or_none("relatertPerson")
            return person_ref(other) if other else SKIP

        named = all(one.fields.text_or_none("relatertPerson") for one in found if one.current)
        return self._many(attribute, side_by_side(found, value, _role), complete=named)

    def _parents_now(self, roles: Iterable[str] = PARENTS) -> tuple[str, ...]:
        wanted = frozenset(roles)
        return tuple(
            other
            for one in elements(self.document, "familierelasjon")
            if one.current
            and one.fields.text_or_none("relatertPersonsRolle") in wanted
            and (other := one.fields.text_or_none("relatertPerson"))
        )

    def _responsibility(self, *, over_me: bool) -> tuple[Element, ...]:
        """The elements on parental responsibility for this person, or on this person's for others."""
        found = []
        for element in elements(self.document, "foreldreansvar"):
            child = element.fields.text_or_none("ansvarssubjekt") or self.identifier
            if (child == self.identifier) is over_me:
                found.append(element)
        return tuple(found)

    def _guardians(self) -> Statement:
        """Those with parental responsibility for this child."""
        spans: list[Span] = []
        complete = True
        for element in self._responsibility(over_me=True):
            holders = self._holders(element.fields)
            complete = complete and bool(holders or not element.current)
            for holder in holders:
                spans += side_by_side([element], partial(_the_person, holder))
        distinct = [span for index, span in enumerate(spans) if span not in spans[:index]]
        return self._many("guardians", tuple(distinct), complete=complete)

    def _holders(self, one: Fields) -> tuple[str, ...]:
        """Who holds it; empty where somebody does whom the register does not name by a number."""
        if holder := one.text_or_none("ansvarlig"):
            return (holder,)
        kind = one.text_or_none("ansvar")
        if kind in PARENTS:
            return self._parents_now([kind])
        return self._parents_now() if kind == "felles" else ()

    def _wards(self) -> Statement:
        found = self._responsibility(over_me=False)
        spans = side_by_side(found, lambda one: person_ref(one.text("ansvarssubjekt")))
        return self._many("wards", spans)

    def _shared_residence(self) -> Statement:
        """The parents a child lives with in turn. The register tells the other address, not with whom: it is
        what the two parents have agreed on (barnelova § 36)."""
        found = elements(self.document, "deltBosted", start_fields=("startdatoForKontrakt",))
        parents = self._parents_now()
        spans: list[Span] = []
        for element in found:
            if not element.current and element.ends is None:
                continue
            ends = element.ends or element.fields.day_or_none("sluttdatoForKontrakt")
            detail = {"address_key": addresses.key_of(element.fields)}
            spans += [Span(person_ref(parent), element.starts, ends, detail) for parent in parents]
        return self._many("shared_residence", tuple(spans), complete=not found)


def _full_name(one: Fields) -> Any:
    parts = [one.text_or_none(name) for name in ("fornavn", "mellomnavn", "etternavn")]
    written = " ".join(part for part in parts if part)
    return as_written(written) if written else SKIP


def as_written(name: str) -> str:
    """A name in ordinary letters, where the register has it all in capitals.

    >>> as_written("ANNE-LISE O'NEILL"), as_written("Åse van der Berg")
    ("Anne-Lise O'Neill", 'Åse van der Berg')
    """
    return name.title() if name.isupper() else name


def _the_person(identifier: str, _: Fields) -> SubjectRef:
    return person_ref(identifier)


def _moved_on(one: Fields) -> dict[str, Any]:
    moved = one.day_or_none("flyttedato")
    return {"moved_on": moved.isoformat()} if moved else {}


def _role(one: Fields) -> dict[str, Any]:
    return {"role": one.text("relatertPersonsRolle")}


STRICTNESS = ("none", "confidential", "strictly_confidential")


def _strictest(levels: Iterable[str]) -> str:
    return max(levels, key=STRICTNESS.index, default="none")
