"""The tables, a module a room. Every statement in the assistant is written against these names."""

from assistant.store.tables.base import metadata
from assistant.store.tables.casework import (
    appeal,
    case,
    case_access,
    control,
    decision,
    document,
    flag,
    process,
    proposed_ruling,
    reconsideration,
)
from assistant.store.tables.determinations import determination, life_event, rule_version
from assistant.store.tables.email import emailed, suppressed_address
from assistant.store.tables.guidance import chat_line, delivery, guidance, message, template_version
from assistant.store.tables.hooks import outgoing_delivery, outgoing_event, subscription
from assistant.store.tables.login import login_attempt, session
from assistant.store.tables.operations import backup_made, held_message, stop_switch, tally
from assistant.store.tables.pushing import push_browser
from assistant.store.tables.rights import (
    closed_address,
    data_request,
    erasure,
    mandate,
    restriction,
    told_how,
    wish,
)
from assistant.store.tables.texting import text_hour, text_number, text_reply
from assistant.store.tables.twin import (
    fact,
    identity,
    municipality,
    subject,
    usage,
    usage_head,
    usage_signature,
)
from assistant.store.tables.work import due, feed_pointer, fired, inbox, job, pace, receipt

__all__ = [
    "appeal",
    "backup_made",
    "case",
    "case_access",
    "chat_line",
    "closed_address",
    "control",
    "data_request",
    "decision",
    "delivery",
    "determination",
    "document",
    "due",
    "emailed",
    "erasure",
    "fact",
    "feed_pointer",
    "fired",
    "flag",
    "guidance",
    "held_message",
    "identity",
    "inbox",
    "job",
    "life_event",
    "login_attempt",
    "mandate",
    "message",
    "metadata",
    "municipality",
    "outgoing_delivery",
    "outgoing_event",
    "pace",
    "process",
    "proposed_ruling",
    "push_browser",
    "receipt",
    "reconsideration",
    "restriction",
    "rule_version",
    "session",
    "stop_switch",
    "subject",
    "subscription",
    "suppressed_address",
    "tally",
    "template_version",
    "text_hour",
    "text_number",
    "text_reply",
    "told_how",
    "usage",
    "usage_head",
    "usage_signature",
    "wish",
]
