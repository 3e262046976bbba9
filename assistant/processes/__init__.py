"""Guided errands: what to ask a person, in which order, and nothing that a register already knows."""
