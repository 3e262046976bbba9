"""Cases and decisions: automatic where law allows it, else a case worker's; letters, flags, invoice basis."""

from assistant.casework.assessment import Assessor
from assistant.casework.cases import Casework
from assistant.casework.period import Period, PeriodError, decision_period, kindergarten_year
from assistant.casework.ruling import AlreadyDecided, CaseworkError, NoSuchCase, Ruling, RulingIncomplete
from assistant.casework.submission import DisputedFact, Submission
from assistant.casework.telling import Telling

__all__ = [
    "AlreadyDecided",
    "Assessor",
    "Casework",
    "CaseworkError",
    "DisputedFact",
    "NoSuchCase",
    "Period",
    "PeriodError",
    "Ruling",
    "RulingIncomplete",
    "Submission",
    "Telling",
    "decision_period",
    "kindergarten_year",
]
