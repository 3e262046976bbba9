"""The event types that are understood here; others are kept and marked as ignored."""

POPULATION = "no.skatteetaten.folkeregisteret.hendelse.v1"
"""Data: one entry of the population register's feed, `{"sekvensnummer", "hendelse": {…}}`."""

TAX_ASSESSMENT = "no.skatteetaten.skatteoppgjoer.hendelse.v1"
"""Data: one entry of the tax administration's feed, `{"sekvensnummer", "identifikator", "gjelderPeriode", …}`."""

KINDERGARTEN_PLACE = "no.varde.kindergarten.place.v1"
"""Data: one entry of the kindergarten system's feed (docs/registers.md)."""

REGISTER_FACTS = "no.varde.register.facts.v1"
"""Data: what a register without a look-up of ours says of one vehicle, property, employment … (docs/registers.md)."""
