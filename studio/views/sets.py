"""Results of one job that each have their own place, such as the formats of every platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from assets.models import Asset
from billing.models import Account
from studio.models import Job


@dataclass(frozen=True)
class Piece:
    """One of them. `result` is what its recipe says of it alone."""

    asset: Asset
    result: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called beside the others."""
        return str(self.result.get("name") or self.asset.title)


@dataclass(frozen=True)
class Set:
    job: Job
    pieces: list[Piece]

    @property
    def size(self) -> int:
        return sum(piece.asset.size for piece in self.pieces)

    @property
    def checked(self) -> int:
        return sum(bool(piece.result.get("checked")) for piece in self.pieces)

    @property
    def odd(self) -> int:
        """How many should be looked at."""
        return sum(bool(piece.result.get("warnings")) for piece in self.pieces)

    @property
    def left_out(self) -> list[str]:
        return [note for note in self.job.notes if note.startswith("Left out:")]

    @property
    def query(self) -> str:
        """What finds them in the library, as a query string."""
        return urlencode({"q": f"job:{self.job.pk}", "sort": "title"})

    @property
    def share(self) -> str:
        """The form of a board with all of them on it."""
        return f"{reverse('board-new')}?{urlencode({'filter': self.query})}"


def set_of(job: Job, account: Account) -> Set | None:
    """Those that are in the library still; None where the results of a job are no set."""
    if len(job.outputs) < 1 or not job.params.get("formats"):
        return None
    made = Asset.objects.for_account(account).live().filter(origin=job.origin).order_by("slot")
    told = ((asset, asset.recipe.get("result") or {}) for asset in made)
    return Set(job, [Piece(asset, result) for asset, result in told])
