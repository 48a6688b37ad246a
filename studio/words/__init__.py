"""Prompts: facts of a form as words that a model understands. Pure functions."""
