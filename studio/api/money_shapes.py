"""The shapes of answers about limits, plans and budgets. Amounts of money are in units."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from billing.budgets import Figure
from billing.models import Subscription
from billing.services import Limit


class LimitSerializer(serializers.Serializer[Any]):
    what = serializers.CharField(
        help_text="credits, images, edits, upscales, videos, avatar_seconds, budget or plan (what "
        "the plan lets be spent in a month)"
    )
    name = serializers.CharField(help_text="Whose or which it is, for people")
    used = serializers.IntegerField(help_text="Units, or so many; with what is promised")
    asked = serializers.IntegerField(help_text="What this would use of it")
    cap = serializers.IntegerField(allow_null=True, help_text="Null is no limit, 0 is none at all")
    after = serializers.IntegerField(help_text="What would be used then")
    left = serializers.IntegerField(allow_null=True, help_text="Negative when it is not enough")
    warns_above = serializers.IntegerField(allow_null=True)
    resets = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField()


def limit_data(limit: Limit) -> dict[str, Any]:
    names = ("what", "name", "used", "asked", "cap", "after", "left", "resets", "words")
    return {name: getattr(limit, name) for name in names} | {"warns_above": limit.soft}


class BudgetSerializer(serializers.Serializer[Any]):
    of = serializers.CharField(help_text="account, client, member, key or plan")
    name = serializers.CharField()
    spent = serializers.IntegerField()
    held = serializers.IntegerField()
    soft = serializers.IntegerField(allow_null=True, help_text="Above this it warns")
    hard = serializers.IntegerField(allow_null=True, help_text="More than this is refused")
    resets = serializers.DateTimeField()


def budget_data(figure: Figure) -> dict[str, Any]:
    names = ("name", "spent", "held", "soft", "hard", "resets")
    return {name: getattr(figure, name) for name in names} | {"of": figure.budget.of}


class SubscriptionSerializer(serializers.Serializer[Any]):
    plan = serializers.CharField()
    name = serializers.CharField()
    cycle = serializers.CharField(help_text="month or year")
    period_end = serializers.DateTimeField()
    renews = serializers.BooleanField()
    next_plan = serializers.CharField(allow_null=True, help_text="What it becomes then")
    ended = serializers.BooleanField(help_text="Nothing that costs is done any more")


def subscription_data(own: Subscription, ended: bool) -> dict[str, Any]:
    return {
        "plan": own.plan.key,
        "name": own.plan.name,
        "cycle": own.cycle,
        "period_end": own.period_end,
        "renews": own.renews,
        "next_plan": own.next_plan.key if own.next_plan else None,
        "ended": ended,
    }


class StandingSerializer(serializers.Serializer[Any]):
    """What the account has, and what limits it."""

    available = serializers.IntegerField(help_text="Units that may be spent now")
    held = serializers.IntegerField(help_text="Units that are promised to running work")
    spent_this_month = serializers.IntegerField(help_text="Since the first of the month")
    resets = serializers.DateTimeField(help_text="When the month of plan and budgets ends")
    subscription = SubscriptionSerializer(allow_null=True, help_text="Null: nothing is limited")
    limits = LimitSerializer(many=True)
    budgets = BudgetSerializer(many=True, help_text="Those that the caller may see")
    raised_by = serializers.CharField(help_text="Who can raise a limit")
