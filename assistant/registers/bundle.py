"""All registers Varde asks, made from the configuration: to reach the real ones is only another base_url."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import aiohttp

from assistant.config import Config, ConfigurationError, RegisterSettings
from assistant.registers import bases, contact, dialogporten, kindergarten, ks_fiks, population, tax, vehicle
from assistant.registers.contact import ContactClient
from assistant.registers.dialogporten import DialogportenClient
from assistant.registers.kindergarten import KindergartenClient
from assistant.registers.maskinporten import MaskinportenTokens
from assistant.registers.population import PopulationClient
from assistant.registers.tax import IncomeSource, TaxBasis, TaxClient
from assistant.registers.transport import Tokens, Transport
from assistant.registers.vehicle import KeyTransport, VehicleClient
from assistant.twin.facts import Provenance


@dataclass(frozen=True)
class Registers:
    """One client a register, and on what basis we hold what each tells.

    `income_source`: where tax bases are asked for (the setting tax_administration.form); `tax` has the events.
    """

    population: PopulationClient
    tax: TaxClient
    contact: ContactClient
    kindergarten: KindergartenClient
    vehicle: VehicleClient
    income_source: IncomeSource
    dialogporten: DialogportenClient
    population_provenance: Provenance = bases.POPULATION
    tax_provenance: Provenance = bases.TAX
    contact_provenance: Provenance = bases.CONTACT
    kindergarten_provenance: Provenance = bases.KINDERGARTEN

    async def income(self, identifier: str, year: int) -> TaxBasis:
        """A person's tax basis of an income year, in the form that is set. Errors: as of IncomeSource."""
        return await self.income_source.basis(identifier, year)

    @classmethod
    def from_config(
        cls, config: Config, session: aiohttp.ClientSession, tokens: Tokens | None = None
    ) -> Self:
        """The clients share the caller's session, which the caller closes, and one source of tokens."""
        shown = tokens or MaskinportenTokens(config.maskinporten, session)

        def transport(
            register: str, settings: RegisterSettings, scope: str, retry_after_unit: float = 1.0
        ) -> Transport:
            return Transport(register, settings, scope, session, shown, retry_after_unit)

        own = TaxClient(transport(tax.REGISTER, config.tax_administration, tax.SCOPE))
        return cls(
            population=PopulationClient(
                transport(
                    population.REGISTER,
                    config.population_register,
                    population.SCOPE,
                    population.RETRY_AFTER_UNIT,
                )
            ),
            tax=own,
            dialogporten=DialogportenClient(
                transport(dialogporten.REGISTER, config.dialogporten, dialogporten.SCOPE)
            ),
            income_source=_income_source(config, own, session, shown),
            contact=ContactClient(transport(contact.REGISTER, config.contact_register, contact.SCOPE)),
            kindergarten=KindergartenClient(
                transport(kindergarten.REGISTER, config.kindergarten_system, kindergarten.SCOPE)
            ),
            vehicle=VehicleClient(
                KeyTransport(
                    vehicle.REGISTER,
                    config.vehicle_register,
                    "",
                    session,
                    shown,
                    key=config.vehicle_register.api_key.get_secret_value(),
                )
            ),
        )


def _income_source(
    config: Config, own: TaxClient, session: aiohttp.ClientSession, tokens: Tokens
) -> IncomeSource:
    form, settings = config.tax_administration.form, config.ks_fiks
    if form == "own":
        return own
    if not settings.role_id:
        raise ConfigurationError(
            f"tax_administration.form is {form}: set ks_fiks.role_id, the role that may ask (docs/registers.md)"
        )
    headers = {}
    if settings.integration_id:
        headers = {
            "IntegrasjonId": settings.integration_id,
            "IntegrasjonPassord": settings.integration_password.get_secret_value(),
        }
    transport = Transport(ks_fiks.REGISTER, settings, settings.scope, session, tokens, headers=headers)
    return ks_fiks.FORMS[form](transport, settings.role_id)
