"""Why work is refused that somebody could do if there were more money, or a larger plan."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Self

from billing.pricing import as_credits

if TYPE_CHECKING:
    from billing.figures import Limit


class MoneyRefused(Exception):
    """It goes beyond what the account may spend. The text is for people: the limit, what is used of
    it, when it starts again and who can raise it. `limit` is the same for programs."""

    limit: Limit | None = None

    def also(self, words: str) -> Self:
        """The same with more words."""
        twin = copy(self)
        twin.args = (f"{self} {words}",)
        return twin


class InsufficientCredits(MoneyRefused):
    """More was asked for than is available; both in units."""

    def __init__(self, needed: int, available: int, who: str = "", more: str = "") -> None:
        ask = f"ask {who} for more credits" if who else "ask for more credits"
        super().__init__(
            f"This needs {as_credits(needed)}, available: {as_credits(available)}. "
            f"Choose something cheaper, wait for running work to end, or {ask}.{more}"
        )
        self.needed, self.available = needed, available


class LimitReached(MoneyRefused):
    """The plan has no more of this kind in this month."""


class BudgetReached(MoneyRefused):
    """A budget, or what the plan lets be spent in a month, is used up."""


class NotInPlan(MoneyRefused):
    """The plan does not have this model."""


class SubscriptionEnded(MoneyRefused):
    """The plan has ended, and this costs something."""
