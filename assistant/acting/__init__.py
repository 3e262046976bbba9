"""Acting for another: who may see and do what for whom, from when until when, and the signed mandates behind it."""

from assistant.acting.acting import Acting, Other
from assistant.acting.deciding import Authority, Grant, Holder, Thing, may_sign, why_not_accepted
from assistant.acting.mandates import LONGEST, Mandate, MandateFault, NewMandate, State
from assistant.acting.sealing import as_signed, seal_holds

__all__ = [
    "LONGEST",
    "Acting",
    "Authority",
    "Grant",
    "Holder",
    "Mandate",
    "MandateFault",
    "NewMandate",
    "Other",
    "State",
    "Thing",
    "as_signed",
    "may_sign",
    "seal_holds",
    "why_not_accepted",
]
