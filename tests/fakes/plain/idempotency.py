"""A provider that can be asked the same thing twice: it takes it once."""

from tests.fakes.plain import plain

PROVIDER = plain("idempotency_key")
