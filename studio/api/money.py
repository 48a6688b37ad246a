"""How the account stands: credits, plan, limits and budgets."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing import access, budgets
from billing import services as billing
from billing.standing import standing
from studio.api import paging
from studio.api.base import AccountView
from studio.api.money_shapes import StandingSerializer, budget_data, limit_data, subscription_data
from studio.api.schema import answers


class Money(AccountView):
    @extend_schema(
        summary="Credits, plan and limits",
        description="What may be spent now, what the plan has left this month, and the budgets.",
        operation_id="money",
        responses=answers({200: StandingSerializer}, 400),
        tags=["account"],
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        at, usage = standing(self.account), billing.usage(self.account)
        own = at.subscription
        manages = access.can_manage(getattr(request, "role", None))
        return Response(
            {
                "available": usage["available"],
                "held": usage["held"],
                "spent_this_month": usage["spent_this_month"],
                "resets": at.end,
                "subscription": subscription_data(own, at.ended) if own else None,
                "limits": [limit_data(limit) for limit in billing.limits_of(self.account)],
                "budgets": [
                    budget_data(figure)
                    for figure in budgets.seen_by(self.account, self.user, manages=manages)
                ],
                "raised_by": billing.raisers(self.account),
            }
        )
