"""What a page says of itself with all that it sends: that it is ours, and for whom it was made."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from billing import access, clients

register = template.Library()


@register.simple_tag(takes_context=True)
def client_of_page(context: Context) -> str:
    """Whom the person works for on this page: an id, "all", or nothing for a visitor."""
    account: Any = getattr(context.get("request"), "account", None)
    if account is None:
        return ""
    return str(account.scope.client or clients.ALL)


class ProofNode(CsrfTokenNode):
    """Two hidden fields, so that a form without a script is taken for the client of its page,
    whatever was chosen in another window since."""

    def render(self, context: Context) -> SafeString:
        token, client = mark_safe(super().render(context)), client_of_page(context)  # noqa: S308
        if not client:
            return token
        field = format_html(
            '<input type="hidden" name="{}" value="{}">', access.CLIENT_FIELD, client
        )
        return token + field


@register.tag("csrf_token")
def csrf_token(parser: Parser, token: Token) -> ProofNode:
    return ProofNode()
