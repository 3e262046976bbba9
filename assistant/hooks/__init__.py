"""Telling others what happens here: subscriptions, signed deliveries that are not lost, where each case is."""

from assistant.hooks.addresses import NotAllowed
from assistant.hooks.delivering import Delivering
from assistant.hooks.events import TEST, TYPES
from assistant.hooks.sending import Sender
from assistant.hooks.subscriptions import (
    CannotSubscribe,
    NoSuchSubscription,
    Subscription,
    Subscriptions,
    WithSecret,
)

__all__ = [
    "TEST",
    "TYPES",
    "CannotSubscribe",
    "Delivering",
    "NoSuchSubscription",
    "NotAllowed",
    "Sender",
    "Subscription",
    "Subscriptions",
    "WithSecret",
]
