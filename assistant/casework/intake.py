"""An application made when the child got its place: for as long as the child has it, decided without another.

§ 3d asks for an application; § 3e third paragraph lets one cover the whole stay. Parents who ask for it where
they accept the place have applied, and are not to be asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.casework.assessment import Assessor
from assistant.casework.submission import Submission
from assistant.store import Transaction
from assistant.twin import UNKNOWN, Neighbourhood, Unknown
from assistant.twin.household import household_adults

HELD = "person.kindergarten_place"
COVERS = "kindergarten_place.covers_whole_stay_application"


@dataclass(frozen=True)
class Intake:
    """An application at intake: who is its applicant, where, and when it was made."""

    applicant: str
    municipality: str
    applied_on: date


def intake_of(near: Neighbourhood, child: str, on: date) -> Intake | None:
    """The application made with the place held on a day, if there was one and it is known whose it is.

    The kindergarten system does not say which of the guardians accepted the place: it is the eldest of those in
    the household whose income counts. None as well where nobody has told us who they are.
    """
    relation = near.best(child, HELD, on)
    if relation is None or relation.object_id is None:
        return None
    place = relation.object_id
    if near.value(place, COVERS, on) is not True:
        return None
    adults, guardians = household_adults(near, child, on), near.many(child, "person.guardians", on)
    municipality = near.value(place, "kindergarten_place.municipality", on)
    if isinstance(adults, Unknown) or isinstance(guardians, Unknown) or not isinstance(municipality, str):
        return None
    applicants = [one for one in adults if one in guardians]  # the adults come eldest first
    if not applicants:
        return None
    accepted = relation.detail.get("accepted_on") or relation.valid_from
    applied_on = date.fromisoformat(str(accepted)) if accepted else on
    return Intake(applicants[0], municipality, applied_on)


async def submission_at_intake(
    tx: Transaction, assessor: Assessor, errand: str, child: str, on: date
) -> Submission | None:
    """The application as a case is opened of it; None where there was none, or where people send papers."""
    begins = await assessor.place_from(tx, child, on)
    if begins is None:
        return None
    near = await assessor.twin.near(tx, [child])
    found = intake_of(near, child, max(begins, on))
    if found is None:
        return None
    generation = await assessor.twin.generation(tx, found.municipality, errand)
    if generation == "documented":
        return None
    language = near.value(found.applicant, "person.language", on)
    return Submission(
        errand=errand,
        person_id=found.applicant,
        subject_id=child,
        municipality=found.municipality,
        duration="whole_stay",
        language="nb" if language is UNKNOWN or language is None else str(language),
        generation=generation,
        origin="intake",
        applied_on=min(found.applied_on, on),
    )
