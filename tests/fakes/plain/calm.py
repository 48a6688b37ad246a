"""A provider that is asked every twenty seconds and takes any amount of work."""

from tests.fakes.plain import plain

PROVIDER = plain(
    "lookup", key="plaincalm", deadline=3600, slots=1_000_000, poll_first=20.0, poll_most=20.0
)
