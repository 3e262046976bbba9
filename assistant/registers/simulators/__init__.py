"""Registers that are made up: the documented shapes over real HTTP, for tests and the demonstration."""

from assistant.registers.simulators.altinn import AltinnSimulator
from assistant.registers.simulators.contact import ContactSimulator
from assistant.registers.simulators.dialogporten import DialogportenSimulator
from assistant.registers.simulators.kindergarten import KindergartenSimulator
from assistant.registers.simulators.ks_fiks import KsFiksSimulator
from assistant.registers.simulators.maskinporten import Client, MaskinportenSimulator
from assistant.registers.simulators.population import PopulationSimulator
from assistant.registers.simulators.serving import Fault, serving
from assistant.registers.simulators.tax import TaxSimulator
from assistant.registers.simulators.together import Simulators, start_all
from assistant.registers.simulators.vehicle import VehicleSimulator

__all__ = [
    "AltinnSimulator",
    "Client",
    "ContactSimulator",
    "DialogportenSimulator",
    "Fault",
    "KindergartenSimulator",
    "KsFiksSimulator",
    "MaskinportenSimulator",
    "PopulationSimulator",
    "Simulators",
    "TaxSimulator",
    "VehicleSimulator",
    "serving",
    "start_all",
]
