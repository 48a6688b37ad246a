"""WHAT can be asked: one file per module, each with a tuple OPERATIONS."""
