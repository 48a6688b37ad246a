"""Webhooks: addresses of an account's choice that are told what happens.

outbox    written down in the transaction in which it happens
sending   called afterwards, again and again until it is taken
targets   the addresses, and their log
events    what there is to tell
"""

from studio.hooks.events import EVENTS, TEST, Event
from studio.hooks.sending import MOST_TRIES, are_waiting, forget_old, send_due, turn_off
from studio.hooks.targets import (
    MOST,
    NotKept,
    change,
    make,
    new_secret,
    remove,
    replay,
    replay_failed,
    test,
)

__all__ = [
    "EVENTS",
    "MOST",
    "MOST_TRIES",
    "TEST",
    "Event",
    "NotKept",
    "are_waiting",
    "change",
    "forget_old",
    "make",
    "new_secret",
    "remove",
    "replay",
    "replay_failed",
    "send_due",
    "test",
    "turn_off",
]
