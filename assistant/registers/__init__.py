"""The registers Varde asks: clients, the mapping of their answers to facts, and simulators of each."""

from assistant.registers.bases import CONTACT, CONTACT_BASIS, KINDERGARTEN, POPULATION, TAX
from assistant.registers.bundle import Registers
from assistant.registers.contact import Contact, ContactClient
from assistant.registers.contact_facts import statements_from_contact
from assistant.registers.errors import (
    Gone,
    MalformedAnswer,
    NoAssessment,
    NotConnected,
    NotFound,
    RegisterError,
    RegisterRefused,
    RegisterUnavailable,
)
from assistant.registers.kindergarten import KindergartenClient, Place, PlaceEvent, read_place_event
from assistant.registers.kindergarten_facts import place_ref, statements_from_place
from assistant.registers.maskinporten import MaskinportenTokens
from assistant.registers.national_id import is_national_id, is_synthetic
from assistant.registers.population import (
    EventDocument,
    FeedEvent,
    FeedPage,
    PersonDocument,
    PopulationClient,
    read_feed_event,
)
from assistant.registers.population_facts import (
    person_ref,
    related_identifiers,
    statements_from_person_document,
)
from assistant.registers.tax import IncomeSource, TaxBasis, TaxClient, TaxEvent, read_tax_event
from assistant.registers.tax_facts import (
    statements_from_tax_basis,
    statements_without_assessment,
    unclassified_posts,
)
from assistant.registers.vehicle import Vehicle, VehicleClient
from assistant.registers.vehicle_facts import statements_from_vehicle, vehicle_ref

__all__ = [
    "CONTACT",
    "CONTACT_BASIS",
    "KINDERGARTEN",
    "POPULATION",
    "TAX",
    "Contact",
    "ContactClient",
    "EventDocument",
    "FeedEvent",
    "FeedPage",
    "Gone",
    "IncomeSource",
    "KindergartenClient",
    "MalformedAnswer",
    "MaskinportenTokens",
    "NoAssessment",
    "NotConnected",
    "NotFound",
    "PersonDocument",
    "Place",
    "PlaceEvent",
    "PopulationClient",
    "RegisterError",
    "RegisterRefused",
    "RegisterUnavailable",
    "Registers",
    "TaxBasis",
    "TaxClient",
    "TaxEvent",
    "Vehicle",
    "VehicleClient",
    "is_national_id",
    "is_synthetic",
    "person_ref",
    "place_ref",
    "read_feed_event",
    "read_place_event",
    "read_tax_event",
    "related_identifiers",
    "statements_from_contact",
    "statements_from_person_document",
    "statements_from_place",
    "statements_from_tax_basis",
    "statements_from_vehicle",
    "statements_without_assessment",
    "unclassified_posts",
    "vehicle_ref",
]
