"""The project's benchmark: one rule, its oracle, and an engine each for ours and for others."""

from bench.running import Results, UnknownEngine, as_text, run

__all__ = ["Results", "UnknownEngine", "as_text", "run"]
