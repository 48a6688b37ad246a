"""What an account may have of something."""

from __future__ import annotations

from billing.models import Account


def members_cap(account: Account) -> int | None:
    """How many people may be in it; None is no limit."""
    return None
