"""A rule for everybody at once: facts in Parquet files, the rule as columns, DuckDB or Spark to run them."""
