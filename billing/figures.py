"""A limit as figures and as words: what there is of it, what is used, what would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing import periods
from billing.pricing import as_credits
from billing.purpose import KINDS, ONE


@dataclass(frozen=True)
class Limit:
    """`what` is "credits", a kind of work, "budget" or "plan"; `name` says whose or which it is,
    for people. Of `cap` (None: no limit) `used` are gone and `asked` are asked for now; above
    `soft` it warns. Units, or a number of that kind. It starts again at `resets`."""

    what: str
    name: str
    used: int
    asked: int
    cap: int | None
    zone: str
    resets: datetime | None = None
    soft: int | None = None

    @property
    def after(self) -> int:
        """What would be used then."""
        return self.used + self.asked

    @property
    def left(self) -> int | None:
        """What would be left then; negative when it is not enough."""
        return None if self.cap is None else self.cap - self.after

    @property
    def share(self) -> float | None:
        """Of the cap, what would be left, 1 being all of it; None without one."""
        if self.cap is None or self.left is None:
            return None
        return self.left / self.cap if self.cap else (0.0 if self.left >= 0 else -1.0)

    @property
    def is_broken(self) -> bool:
        """What asks for nothing breaks nothing, even where more is used than there is by now."""
        return self.asked > 0 and self.cap is not None and self.after > self.cap

    @property
    def warns(self) -> bool:
        return self.asked > 0 and self.soft is not None and self.after > self.soft

    def amount(self, number: int) -> str:
        """So many of it, in words."""
        if self.what not in KINDS:
            return as_credits(number)
        return f"{number:,} {(ONE if number == 1 else KINDS)[self.what]}"

    @property
    def again(self) -> str:
        """When it starts again, as a sentence."""
        return f" It starts again on {periods.said(self.resets, self.zone)}." if self.resets else ""

    @property
    def then(self) -> str:
        """What would be used of it then, in words."""
        of = "no limit" if self.cap is None else self.amount(self.cap)
        number = f"{self.after:,}" if self.what in KINDS else self.amount(self.after)
        return f"{self.name}: {number} of {of} with this"

    @property
    def words(self) -> str:
        if self.what == "credits":
            return f"{self.amount(self.cap or 0)} available"
        of = "no limit" if self.cap is None else self.amount(self.cap)
        number = f"{self.used:,}" if self.what in KINDS else self.amount(self.used)
        return f"{self.name}: {number} of {of} used"


def tightest(limits: tuple[Limit, ...]) -> Limit | None:
    """Of which the smallest share would be left."""
    capped = [(one.share, n) for n, one in enumerate(limits) if one.share is not None]
    return limits[min(capped)[1]] if capped else None
