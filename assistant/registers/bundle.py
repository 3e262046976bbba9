"""All registers Varde asks, made from the configuration: to reach the real ones is only another base_url."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import aiohttp

from assistant.config import Config, RegisterSettings
from assistant.registers import bases, contact, kindergarten, population, tax, vehicle
from assistant.registers.contact import ContactClient
from assistant.registers.kindergarten import KindergartenClient
from assistant.registers.maskinporten import MaskinportenTokens
from assistant.registers.population import PopulationClient
from assistant.registers.tax import TaxClient
from assistant.registers.transport import Tokens, Transport
from assistant.registers.vehicle import KeyTransport, VehicleClient
from assistant.twin.facts import Provenance


@dataclass(frozen=True)
class Registers:
    """One client a register, and on what basis we hold what each tells."""

    population: PopulationClient
    tax: TaxClient
    contact: ContactClient
    kindergarten: KindergartenClient
    vehicle: VehicleClient
    population_provenance: Provenance = bases.POPULATION
    tax_provenance: Provenance = bases.TAX
    contact_provenance: Provenance = bases.CONTACT
    kindergarten_provenance: Provenance = bases.KINDERGARTEN

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

        return cls(
            population=PopulationClient(
                transport(
                    population.REGISTER,
                    config.population_register,
                    population.SCOPE,
                    population.RETRY_AFTER_UNIT,
                )
            ),
            tax=TaxClient(transport(tax.REGISTER, config.tax_administration, tax.SCOPE)),
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
