"""The rule engine: what a right, duty or benefit says for a subject at a date."""

from __future__ import annotations

from rules.catalogue_loader import Catalogue
from rules.determination import Determination
from rules.evaluation import determine
from rules.faults import Fault, RuleFault
from rules.life_events import FactChange, LifeEventDefinition, RecognisedLifeEvent, recognise, waits_until
from rules.model import Concept, FactFault, InformationModel, converted
from rules.rule import Rule
from rules.rule_file import load_rule
from rules.tact import Matter, Party, Situation, TactRule, judge

__all__ = [
    "Catalogue",
    "Concept",
    "Determination",
    "FactChange",
    "FactFault",
    "Fault",
    "InformationModel",
    "LifeEventDefinition",
    "Matter",
    "Party",
    "RecognisedLifeEvent",
    "Rule",
    "RuleFault",
    "Situation",
    "TactRule",
    "converted",
    "determine",
    "judge",
    "load_rule",
    "recognise",
    "waits_until",
]
