"""A provider that cannot tell what became of a submit."""

from tests.fakes.plain import plain

PROVIDER = plain("none")
