"""Budgets and the plan for programs. Amounts of money are in units, prices in US cents."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing import budgets, deciding
from billing.budgets import Figure
from billing.clients import NotKept
from billing.models import CREDIT, Budget, BudgetOf, Cycle, Plan
from billing.standing import standing
from studio.api import paging
from studio.api.clients import ManagedView, not_kept
from studio.api.errors import Invalid, problem
from studio.api.fields import OneOf, Text, Whole, YesNo, checked
from studio.api.money_shapes import BudgetSerializer, SubscriptionSerializer, budget_data
from studio.api.money_shapes import subscription_data as own_data
from studio.api.schema import answers

TAGS = ["account"]
OF = [of for of in BudgetOf.values if of != BudgetOf.PLAN]
NUMBER = OpenApiParameter("id", int, OpenApiParameter.PATH)
MOST = deciding.MOST * CREDIT


# --- budgets --------------------------------------------------------------------------------------


class BudgetRowSerializer(BudgetSerializer):
    """How a budget stands this month."""

    id = serializers.IntegerField(allow_null=True, help_text="Null for that of the plan")
    whose = serializers.CharField(help_text="The id of the client, member or key; else empty")


class BudgetListSerializer(serializers.Serializer[Any]):
    results = BudgetRowSerializer(many=True)


class NewBudgetSerializer(serializers.Serializer[Any]):
    """Units a month; `soft` warns, `hard` refuses, one of them at least."""

    of = OneOf(choices=OF)
    whose = Text(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="The id of the client, the member's user or the API key; of the account none",
    )
    soft = Whole(min_value=0, max_value=MOST, required=False, allow_null=True)
    hard = Whole(min_value=0, max_value=MOST, required=False, allow_null=True)


def _whose(budget: Budget) -> str:
    return str(budget.client_id or budget.user_id or budget.api_key_id or "")


def _row(figure: Figure) -> dict[str, Any]:
    return budget_data(figure) | {"id": figure.budget.pk, "whose": _whose(figure.budget)}


class Budgets(ManagedView):
    @extend_schema(
        summary="List budgets",
        description="Those that you may see.",
        operation_id="budgets_list",
        responses=answers({200: BudgetListSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        found = budgets.seen_by(self.account, self.user, manages=self.manages)
        return Response({"results": [_row(one) for one in found]})

    @extend_schema(
        summary="Set a budget",
        description="For owners and admins. One that is there is changed. What was spent this "
        "month already counts.",
        operation_id="budgets_set",
        request=NewBudgetSerializer,
        responses=answers({200: BudgetRowSerializer}, 400, 413, 415),
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        self.for_managers("set its budgets")
        said = checked(NewBudgetSerializer, self.sent())
        amounts = {name: said.get(name) for name in ("soft", "hard")}
        role = getattr(request, "role", None)
        try:
            made = deciding.set_budget(
                self.account, role, said["of"], said.get("whose", ""), **amounts
            )
        except NotKept as error:
            raise not_kept(error, said) from None
        figure = next(f for f in budgets.budgets_of(self.account) if f.budget.pk == made.pk)
        return Response(_row(figure))


class OneBudget(ManagedView):
    @extend_schema(
        summary="Remove a budget",
        description="For owners and admins.",
        operation_id="budgets_remove",
        parameters=[NUMBER],
        responses=answers({204: None}, 400, 404),
        tags=TAGS,
    )
    def delete(self, request: Request, pk: int) -> Response:
        paging.read(request, ())
        self.for_managers("set its budgets")
        role = getattr(request, "role", None)
        mine = deciding.of_account(self.account, role)
        found = next((one for one in mine if one.pk == pk), None)
        if found is None:
            raise NotFound(f"There is no budget {pk}.")
        deciding.remove_budget(self.account, role, found)
        return Response(status=204)


# --- the plan -------------------------------------------------------------------------------------


class PlanOnOfferSerializer(serializers.ModelSerializer[Plan]):
    """Everywhere null is no limit and 0 is none at all."""

    caps = serializers.DictField(
        child=serializers.IntegerField(allow_null=True), help_text="How many a month, by kind"
    )
    offers = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Its models; null: all"
    )

    class Meta:
        model = Plan
        fields = [
            *("key", "name", "note", "price_month", "price_year", "credits", "caps"),
            *("storage_bytes", "members", "cost_cap", "offers"),
        ]
        read_only_fields = fields


class PlansSerializer(serializers.Serializer[Any]):
    subscription = SubscriptionSerializer(allow_null=True, help_text="Null: nothing is limited")
    may_choose = serializers.BooleanField()
    why_not = serializers.CharField(help_text="Why you may not choose; else empty")
    results = PlanOnOfferSerializer(many=True)


class ChosenSerializer(serializers.Serializer[Any]):
    plan = Text(max_length=40)
    cycle = OneOf(choices=Cycle.values, required=False)


class PlanChangeSerializer(serializers.Serializer[Any]):
    """Another plan or cycle; or whether it goes on when its period ends."""

    plan = Text(max_length=40, required=False)
    cycle = OneOf(choices=Cycle.values, required=False)
    agreed = Text(
        max_length=200, required=False, help_text="As in the preview: refused if it is otherwise"
    )
    renews = YesNo(required=False)


class PreviewSerializer(serializers.Serializer[Any]):
    """Exactly what the change would do now."""

    plan = serializers.CharField(source="plan.key")
    cycle = serializers.CharField()
    at_once = serializers.BooleanField(help_text="Else when the period ends")
    starts = serializers.DateTimeField()
    credits = serializers.IntegerField(help_text="Units that come with it now")
    cents = serializers.IntegerField(help_text="What it costs now, US cents")
    words = serializers.CharField()
    agreed = serializers.SerializerMethodField(help_text="Send it along with the change")

    def get_agreed(self, change: Any) -> str:
        return deciding.token(change)


class PlanView(ManagedView):
    @property
    def role(self) -> str | None:
        return getattr(self.request, "role", None)

    def told(self) -> dict[str, Any]:
        at, why_not = standing(self.account), deciding.why_not(self.account, self.role)
        own = at.subscription
        return {
            "subscription": own_data(own, at.ended) if own else None,
            "may_choose": not why_not,
            "why_not": why_not,
            "results": PlanOnOfferSerializer(deciding.choices(self.account), many=True).data,
        }


class ThePlan(PlanView):
    @extend_schema(
        summary="The plan, and those to choose from",
        description="With whether you may choose, and why not.",
        operation_id="plan",
        responses=answers({200: PlansSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        return Response(self.told())

    @extend_schema(
        summary="Choose a plan, or end it",
        description="For owners, where the operator lets them choose. A larger plan counts at "
        "once, a smaller one when the period ends.",
        operation_id="plan_change",
        request=PlanChangeSerializer,
        responses=answers({200: PlansSerializer}, 400, 413, 415),
        tags=TAGS,
    )
    def patch(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(PlanChangeSerializer, self.sent())
        if not {"plan", "renews"} & said.keys():
            words = "Nothing is to be changed. Send the key of a plan as “plan”, or “renews”."
            raise Invalid([problem("plan", None, words)])
        try:
            if "plan" in said:
                wanted = said["plan"], said.get("cycle"), said.get("agreed")
                deciding.choose(self.account, self.role, *wanted)
            if "renews" in said:
                deciding.set_renews(self.account, self.role, said["renews"])
        except NotKept as error:
            raise not_kept(error, said) from None
        return Response(self.told())


class PlanPreview(PlanView):
    changes_nothing = True

    @extend_schema(
        summary="What choosing a plan would do",
        description="When it begins, what comes with it and what it costs now. Nothing is changed.",
        operation_id="plan_preview",
        request=ChosenSerializer,
        responses=answers({200: PreviewSerializer}, 400, 413, 415),
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(ChosenSerializer, self.sent())
        try:
            change = deciding.preview(self.account, said["plan"], said.get("cycle"))
        except NotKept as error:
            raise not_kept(error, said) from None
        return Response(PreviewSerializer(change).data)
