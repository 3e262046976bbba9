"""The steps that bring a database from any earlier shape to the one in `assistant.store.tables`."""
