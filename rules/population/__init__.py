"""A rule for everybody at once: facts in Parquet files, the rule as column expressions, DuckDB or Spark to run them."""
