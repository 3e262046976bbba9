"""The bottom floor: tables, migrations, transactions and the encryption of identity numbers."""

from assistant.store.database import Database, Transaction
from assistant.store.identities import Identities, IdentityKeys, UnknownIdentifier
from assistant.store.work import Postpone, Together, Work, enqueue

__all__ = [
    "Database",
    "Identities",
    "IdentityKeys",
    "Postpone",
    "Together",
    "Transaction",
    "UnknownIdentifier",
    "Work",
    "enqueue",
]
