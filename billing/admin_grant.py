"""Granting the same to many accounts, asked once; the ledger is written by the service."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from billing import audit_log, services
from billing.models import CREDIT, Account
from billing.services import as_credits


class GrantManyForm(forms.Form):
    credits = forms.DecimalField(
        label="Credits for each", min_value=0, max_value=1_000_000_000, decimal_places=6
    )
    note = forms.CharField(max_length=200, help_text="Why; kept in the ledger")
    # Made with the page, so that a form sent twice grants once.
    grant_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


def grant_many(request: HttpRequest, accounts: QuerySet[Account]) -> HttpResponse | None:
    """Ask how much, then grant it; None when it is done."""
    asked = "grant_id" in request.POST
    form = GrantManyForm(request.POST if asked else None)
    if not asked or not form.is_valid():
        kept = [("action", "grant_many"), ("select_across", request.POST.get("select_across", ""))]
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        context = {
            **admin.site.each_context(request),
            "title": "Grant credits",
            "form": form,
            "count": accounts.count(),
            "accounts": accounts[:20],
            "fields": [*kept, *((ACTION_CHECKBOX_NAME, pk) for pk in chosen)],
        }
        return TemplateResponse(request, "office/grant.html", context)
    said = form.cleaned_data
    amount = int(said["credits"] * CREDIT)
    done = 0
    for account in accounts:
        try:
            reference = f"grant:{said['grant_id']}:{account.pk.hex}"
            services.grant(account, amount, reference, said["note"])
            credits = as_credits(amount)
            audit_log.write(account, "credits.granted", credits, once=reference, note=said["note"])
            done += 1
        except services.LedgerConflict as conflict:
            messages.error(request, f"{account}: {conflict}")
    messages.success(request, f"Granted {as_credits(amount)} to {done} accounts.")
    return None
