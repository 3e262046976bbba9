"""Why we may hold and use what each register tells: act and section, kept with every fact."""

from __future__ import annotations

from assistant.twin.facts import Provenance

POPULATION_BASIS = "forskrift om foreldrebetaling i barnehager (FOR-2005-12-16-1478) § 3e første ledd"
TAX_BASIS = (
    "forskrift om foreldrebetaling i barnehager (FOR-2005-12-16-1478) § 3e andre ledd; "
    "skatteforvaltningsforskriften (FOR-2016-11-23-1360) § 3-3"
)
CONTACT_BASIS = "eForvaltningsforskriften (FOR-2004-06-25-988) §§ 8, 9 og 32"
NOTICE_BASIS = "eForvaltningsforskriften (FOR-2004-06-25-988) § 8"
KINDERGARTEN_BASIS = (
    "barnehageloven (LOV-2005-06-17-64) § 20; "
    "forskrift om foreldrebetaling i barnehager (FOR-2005-12-16-1478) § 3e"
)

POPULATION = Provenance("population_register", POPULATION_BASIS)
TAX = Provenance("tax_administration", TAX_BASIS)
CONTACT = Provenance("contact_register", CONTACT_BASIS)
KINDERGARTEN = Provenance("kindergarten_system", KINDERGARTEN_BASIS)
