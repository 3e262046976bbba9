"""What is asked for each event is found by an index: how many live in the municipality makes no difference."""

from alembic import op

revision = "0008"
down_revision = "0007"

INDEXES = (
    ("ix_case_subject_id", "case", "subject_id"),
    ("ix_flag_subject_id", "flag", "subject_id"),
    ("ix_flag_replaces", "flag", "replaces"),
    ("ix_guidance_subject", "guidance", "subject_id"),
    ("ix_identity_lookup", "identity", "lookup"),
    ("ix_life_event_subject", "life_event", "subject_id"),
)


def upgrade() -> None:
    for name, table, column in INDEXES:
        op.create_index(name, table, [column])
    op.create_index("ix_due_subject_what", "due", ["subject_id", "what"])
