"""A provider that sends news of its work."""

from tests.fakes.plain import plain

PROVIDER = plain("webhook")
