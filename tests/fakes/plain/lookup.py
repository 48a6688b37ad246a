"""A provider that finds work by our reference."""

from tests.fakes.plain import plain

PROVIDER = plain("lookup")
