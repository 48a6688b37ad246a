"""Words and numbers of boards and their comments."""

from __future__ import annotations

from django import template

from assets.models import Asset, Board
from assets.services import boards
from billing.models import Account

register = template.Library()


@register.filter
def share_of(fraction: float | None) -> str:
    """A fraction of a side for a drawing: 0.5 → '50.00%'."""
    return f"{(fraction or 0) * 100:.2f}%"


@register.filter
def moment(seconds: float | None) -> str:
    """A time in a recording: 65.24 → '1:05.2'."""
    minutes, rest = divmod(round(seconds or 0, 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}"


@register.filter
def plain_name(name: str) -> str:
    """A name of a param for people: 'negative_prompt' → 'Negative prompt'."""
    return name.replace("_", " ").capitalize()


@register.simple_tag
def fresh_comments(account: Account) -> int:
    """Comments of visitors on all boards that nobody has seen."""
    return boards.fresh_comments(account)


@register.simple_tag
def boards_with(asset: Asset) -> list[Board]:
    """The boards of its account that show it."""
    mine = Board.objects.for_account(asset.account)
    return list(mine.filter(items__asset=asset).order_by("-created"))
