"""All simulators started together on this machine, and the configuration that points Varde at them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from joserfc.jwk import RSAKey
from pydantic import SecretStr

from assistant.config import (
    AltinnSettings,
    Config,
    DialogportenSettings,
    KsFiksSettings,
    MaskinportenSettings,
    RegisterSettings,
    TaxAdministrationSettings,
    VehicleRegisterSettings,
)
from assistant.registers import altinn, contact, dialogporten, kindergarten, population, tax
from assistant.registers.simulators.altinn import AltinnSimulator
from assistant.registers.simulators.contact import ContactSimulator
from assistant.registers.simulators.dialogporten import DialogportenSimulator
from assistant.registers.simulators.kindergarten import KindergartenSimulator
from assistant.registers.simulators.ks_fiks import ROLE_ID, KsFiksSimulator
from assistant.registers.simulators.maskinporten import Client, MaskinportenSimulator
from assistant.registers.simulators.population import PopulationSimulator
from assistant.registers.simulators.serving import serving
from assistant.registers.simulators.tax import TaxSimulator
from assistant.registers.simulators.vehicle import VehicleSimulator

CLIENT_ID = "varde-demo"
SERVICE = "urn:altinn:resource:varde-demo"
KS_FIKS = KsFiksSettings(role_id=ROLE_ID)
SCOPES = frozenset(
    {
        population.SCOPE,
        tax.SCOPE,
        contact.SCOPE,
        kindergarten.SCOPE,
        KS_FIKS.scope,
        altinn.NOTIFICATIONS,
        dialogporten.SCOPE,
    }
)


@dataclass
class Simulators:
    """The running simulators; `settings` are the parts of Config that point at them.

    `data`: the folder they keep what they hold in; None: they forget it when they stop.
    """

    population: PopulationSimulator
    tax: TaxSimulator
    contact: ContactSimulator
    kindergarten: KindergartenSimulator
    vehicle: VehicleSimulator
    maskinporten: MaskinportenSimulator
    ks_fiks: KsFiksSimulator
    altinn: AltinnSimulator
    dialogporten: DialogportenSimulator
    data: Path | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nobody lives here yet: nothing was read from files, nothing put in."""
        return not self.population.kept.values["persons"]

    def save(self) -> None:
        """Write all that is kept."""
        for simulated in (self.population, self.tax, self.contact, self.kindergarten, self.vehicle):
            simulated.kept.save()

    def configured(self, config: Config) -> Config:
        """The configuration with all registers and Maskinporten at the simulators; what it chooses is kept."""
        tax_settings = self.settings["tax_administration"]
        kept = {
            "tax_administration": tax_settings.model_copy(update={"form": config.tax_administration.form})
        }
        return config.model_copy(update=self.settings | kept)


@asynccontextmanager
async def start_all(data: Path | None = None, *, timeout_seconds: float = 10.0) -> AsyncIterator[Simulators]:
    """Start all simulators until the block ends. `data`: where they keep what they hold; None: nowhere."""
    with TemporaryDirectory() as scratch:
        folder = data or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        key_file = folder / "maskinporten-key.pem"
        key = _key(key_file)

        def kept(name: str) -> Path | None:
            return data / f"{name}.json" if data else None

        maskinporten = MaskinportenSimulator(clients={CLIENT_ID: Client(key, SCOPES)})
        tax_administration = TaxSimulator(tokens=maskinporten, path=kept("tax"))
        simulators = Simulators(
            population=PopulationSimulator(tokens=maskinporten, path=kept("population")),
            tax=tax_administration,
            ks_fiks=KsFiksSimulator(tokens=maskinporten, tax=tax_administration),
            altinn=AltinnSimulator(tokens=maskinporten, path=kept("altinn")),
            dialogporten=DialogportenSimulator(tokens=maskinporten, path=kept("dialogporten")),
            contact=ContactSimulator(tokens=maskinporten, path=kept("contact")),
            kindergarten=KindergartenSimulator(tokens=maskinporten, path=kept("kindergarten")),
            vehicle=VehicleSimulator(path=kept("vehicle")),
            maskinporten=maskinporten,
            data=data,
        )
        async with AsyncExitStack() as stack:
            token_issuer = await stack.enter_async_context(serving(maskinporten))
            maskinporten.issuer = f"{token_issuer}/"
            simulators.settings["maskinporten"] = MaskinportenSettings(
                issuer=maskinporten.issuer,
                token_url=f"{token_issuer}/token",
                client_id=CLIENT_ID,
                private_key_file=key_file,
            )
            for name, simulated, settings in (
                ("population_register", simulators.population, RegisterSettings(base_url="")),
                ("tax_administration", simulators.tax, TaxAdministrationSettings()),
                ("ks_fiks", simulators.ks_fiks, KS_FIKS),
                ("altinn", simulators.altinn, AltinnSettings()),
                ("dialogporten", simulators.dialogporten, DialogportenSettings(service_resource=SERVICE)),
                ("contact_register", simulators.contact, RegisterSettings(base_url="")),
                ("kindergarten_system", simulators.kindergarten, RegisterSettings(base_url="")),
            ):
                url = await stack.enter_async_context(serving(simulated))
                simulators.settings[name] = settings.model_copy(
                    update={"base_url": url, "timeout_seconds": timeout_seconds}
                )
            simulators.settings["vehicle_register"] = VehicleRegisterSettings(
                base_url=await stack.enter_async_context(serving(simulators.vehicle)),
                timeout_seconds=timeout_seconds,
                api_key=SecretStr(simulators.vehicle.key),
            )
            yield simulators


def _key(path: Path) -> RSAKey:
    """Our client's key for the simulated Maskinporten: made at first, readable by its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    return RSAKey.import_key(path.read_text())
