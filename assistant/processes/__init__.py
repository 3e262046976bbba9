"""Guided errands: what to ask a person, in which order, and nothing that a register already knows."""

from assistant.processes.choosing import UnknownErrand
from assistant.processes.definition import DefinitionFault, ProcessDefinition, load_definitions
from assistant.processes.errand import (
    CaseOpening,
    Errand,
    NotOpen,
    NotReady,
    NotYours,
    Recording,
    Shown,
)
from assistant.processes.gathering import Gathering
from assistant.processes.receipt import Receipt
from assistant.processes.sending import NoSuchDocument, Sending
from assistant.processes.steps import Step, Upload
from assistant.processes.store import Processes
from assistant.processes.wish_errands import StandingWishes

__all__ = [
    "CaseOpening",
    "DefinitionFault",
    "Errand",
    "Gathering",
    "NoSuchDocument",
    "NotOpen",
    "NotReady",
    "NotYours",
    "ProcessDefinition",
    "Processes",
    "Receipt",
    "Recording",
    "Sending",
    "Shown",
    "StandingWishes",
    "Step",
    "UnknownErrand",
    "Upload",
    "load_definitions",
]
