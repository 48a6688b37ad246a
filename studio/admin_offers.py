"""Every offer of the catalogue for the operator: what it costs, how it does, whether it is on."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from billing.admin import ReadOnly
from studio import catalogue, keys, price_list, switches
from studio.grouping import by
from studio.models import Health, Job, OfferSwitch, State
from studio.office.panel import Act, Cell, Panel, Row, Tone, listed, number, share
from studio.providers import Provider, Remote
from studio.spec import Offer

DAYS = 30


class OffForm(forms.Form):
    reason = forms.CharField(
        max_length=switches.MOST,
        help_text="Told to everybody who orders it, with what else there is.",
    )


@admin.register(OfferSwitch)
class OfferAdmin(ReadOnly):
    """The list is the catalogue, with the rows of what is off beside it."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("studio.change_offerswitch"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.switch)
        ours = path("<str:key>/switch/", view, name="studio_offerswitch_switch")
        return [ours, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied("To see offers you need the permission to view them.")
        wanted = request.GET.get("provider", "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Offers",
            "panels": _panels(self.has_act_permission(request), wanted),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "office/presets.html", context)

    def switch(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Off with a reason, or on again."""
        if not self.has_act_permission(request):
            raise PermissionDenied("To switch offers you need the permission to change them.")
        offer = catalogue.all_offers().get(key)
        if offer is None:
            raise Http404(f"There is no offer “{key}”.")
        is_off = key in _off()
        # The button of the list only asks; the form that it leads to says the reason.
        form = OffForm(request.POST if "reason" in request.POST else None)
        back = redirect("admin:studio_offerswitch_changelist")
        user: Any = request.user
        if request.POST.get("to") == "on":
            switches.switch_on(key)
            self.message_user(request, f"{offer.label} is on again.")
            return back
        if form.is_valid():
            switches.switch_off(key, form.cleaned_data["reason"], user)
            self.message_user(request, f"{offer.label} is off. Work that was asked for goes on.")
            return back
        live = Job.objects.live().filter(offer=key).count()
        context = {
            **self.admin_site.each_context(request),
            "title": f"Switch {'on' if is_off else 'off'}: {offer.label}",
            "form": None if is_off else form,
            "is_off": is_off,
            "live": live,
            "back_address": reverse("admin:studio_offerswitch_changelist"),
        }
        return TemplateResponse(request, "office/switch.html", context)


def _off() -> dict[str, OfferSwitch]:
    return {one.offer: one for one in OfferSwitch.objects.select_related("user")}


def _panels(may: bool, wanted: str) -> list[Panel]:
    """A table for each operation."""
    off, done, refused = _off(), _done(), _refused()
    by_operation: dict[str, list[Row]] = defaultdict(list)
    for offer in catalogue.all_offers().values():
        if wanted in ("", offer.provider):
            row = _row(offer, off.get(offer.key), done, refused, may)
            by_operation[offer.operation].append(row)
    head = (
        "Model",
        "Provider",
        "Price as usual",
        f"#Jobs in {DAYS} days",
        "#Failed",
        "Key",
        "State",
    )
    return [
        Panel(operation.label, head=head, rows=by_operation[key], wide=True)
        for key, operation in catalogue.operations().items()
        if key in by_operation
    ]


def _done() -> dict[str, dict[str, int]]:
    """Jobs that ended lately: by offer and state."""
    since = timezone.now() - timedelta(days=DAYS)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    counts = (
        Job.objects.filter(finished__gte=since)
        .order_by()
        .annotate(what=by("offer"), is_=by("state"))
        .values_list("what", "is_")
        .annotate(count=Count("*"))
    )
    for offer, state, count in counts:
        found[offer][state] = count
    return found


def _refused() -> set[str]:
    """The providers that do not accept the operator's key."""
    own = Health.objects.filter(own_key=None).exclude(refused="")
    return set(own.values_list("provider", flat=True))


def _row(
    offer: Offer,
    off: OfferSwitch | None,
    done: dict[str, dict[str, int]],
    refused: set[str],
    may: bool,
) -> Row:
    provider = catalogue.provider_of(offer)
    usual = catalogue.usual(catalogue.operations()[offer.operation], offer)
    price = price_list.quote(offer, usual)
    counts = done.get(offer.key, {})
    failed = counts.get(State.FAILED, 0)
    whole = failed + counts.get(State.SUCCEEDED, 0)
    since = (timezone.now() - timedelta(days=DAYS)).isoformat()
    jobs = listed("studio_job", offer=offer.key, finished__gte=since)
    key, tone = _key(provider, refused)
    state = Cell("on", tone="ok")
    if off:
        state = Cell(
            f"off since {off.since:%b %-d} ({off.user or 'somebody'}): {off.reason}", tone="bad"
        )
    address = reverse("admin:studio_offerswitch_switch", args=[offer.key])
    act = Act("Switch on" if off else "Switch off…", address, {"to": "on"} if off else {})
    return Row(
        (
            Cell(offer.label),
            Cell(provider.label, listed("studio_health", provider=provider.key)),
            Cell(price.words),
            Cell(number(sum(counts.values())), jobs, number=True),
            Cell(share(failed, whole), f"{jobs}&state__exact=failed", number=True),
            Cell(key, tone=tone),
            state,
        ),
        (act,) if may else (),
    )


def _key(provider: Provider, refused: set[str]) -> tuple[str, Tone]:
    if not isinstance(provider, Remote):
        return "needs none", ""
    if provider.key in refused:
        return "refused", "bad"
    if keys.is_configured(provider):
        return "there", "ok"
    return ("people's own only" if provider.home else "no server"), "warn"
