"""What of an account's money somebody may see."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from assets.views.guard import MemberRequest
from billing import access, spending
from billing.models import Account
from billing.spending import Period, Way

LABELS: dict[Way, str] = {
    "offer": "Model",
    "module": "Module",
    "user": "Member",
    "client": "Client",
}


@dataclass(frozen=True)
class Sight:
    """`whole`: not for one client alone, so that balance, ledger and grants belong to it. Who spent
    what, and for whom, is for those who manage the account."""

    account: Account
    manages: bool
    whole: bool

    @classmethod
    def of(cls, request: MemberRequest) -> Sight:
        account = request.account
        return cls(account, access.can_manage(request.role), account.scope.is_everything)

    @property
    def ways(self) -> dict[Way, str]:
        return {
            way: label
            for way, label in LABELS.items()
            if self.manages or way in ("offer", "module")
        }

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.zone)


@dataclass(frozen=True)
class Asked:
    """What the address says; anything that it cannot mean is taken for what is usual."""

    period: Period
    way: Way

    @classmethod
    def of(cls, request: MemberRequest, sight: Sight) -> Asked:
        there = spending.periods(request.account)
        period = next((one for one in there if one.key == request.GET.get("period")), there[0])
        way = next((way for way in sight.ways if way == request.GET.get("by")), "offer")
        return cls(period, way)  # type: ignore[arg-type]
