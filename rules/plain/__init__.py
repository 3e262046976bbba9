"""A rule as one plain Python function: facts and a day in, answer and values out, as `determine` gives them."""

from rules.plain.form import Plain, Said, plain

__all__ = ["Plain", "Said", "plain"]
