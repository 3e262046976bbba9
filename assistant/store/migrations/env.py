"""What Alembic runs to migrate: on the connection and in the transaction it is handed."""

from alembic import context

from assistant.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column: Alembic makes the table anew
)
with context.begin_transaction():
    context.run_migrations()
