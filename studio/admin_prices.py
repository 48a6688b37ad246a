"""The price list for the operator: another price of a model, from now or later on."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from billing import prices
from billing.models import Price
from billing.pricing import figures
from studio import catalogue, price_list


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The model is chosen among those that there are; figures that are left empty are those of
    now, to begin with."""

    offer = forms.ChoiceField(help_text="What it costs now is beside its name")

    class Meta:
        model = Price
        fields = ("offer", "figures", "free", "valid_from", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "offer" not in self.fields:
            return
        self.fields["offer"].choices = [  # type: ignore[attr-defined]
            (key, f"{offer.label} ({key}) {json.dumps(figures(price_list.listed(offer).rule))}")
            for key, offer in sorted(catalogue.all_offers().items())
        ]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        offer = catalogue.all_offers().get(cleaned.get("offer", ""))
        if offer and {"figures", "valid_from"} <= cleaned.keys():
            named = {n: cleaned.get(n) for n in ("figures", "free", "valid_from", "source")}
            row = Price(offer=offer.key, **{**named, "figures": named["figures"] or {}})
            prices.check(row, offer.price)
        return cleaned


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A row is never changed; one that is valid is never removed."""

    form = PriceForm
    list_display = ("offer", "figures", "free", "valid_from", "counts", "source", "user")
    list_filter = ("free", "valid_from")
    search_fields = ("offer", "source")
    list_select_related = ("user",)

    @admin.display(description="Counts now", boolean=True)
    def counts(self, price: Price) -> bool:
        now = prices.valid_now().get(price.offer)
        return now is not None and now.pk == price.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_valid:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Many at once would pass by what is asked of each."""
        return {k: v for k, v in super().get_actions(request).items() if k != "delete_selected"}

    def save_model(self, request: HttpRequest, obj: Price, form: Any, change: bool) -> None:
        obj.user = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        prices.note(obj)
        price_list.forget()
