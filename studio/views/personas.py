"""Personas: pages to make, change and delete a brand's voice and look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from assets.views.guard import NO_CLIENT, MemberRequest, member, writer
from billing import access
from billing.models import Account
from billing.owned import check_own
from studio import prompts
from studio.models import Persona
from studio.words.difference import difference
from studio.words.enhance import enhance

EXAMPLE = "A cup of tea on a table"
TAKEN = "There is a persona of this name already. Give this one another name."


class PersonaForm(forms.ModelForm):  # type: ignore[type-arg]
    """All of a persona. The name is its own within the account."""

    class Meta:
        model = Persona
        fields = ("name", "voice", "look", "avoid")

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.account = account

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        others = Persona.objects.for_account(self.instance.account).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise ValidationError(TAKEN)
        return name

    def kept(self) -> bool:
        """Save it where it is in order; else the form says what is not."""
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:  # somebody took the name at the same moment
            self.add_error("name", TAKEN)
            return False
        return True


@require_http_methods(["GET", "HEAD", "POST"])
@member
def personas(request: MemberRequest) -> HttpResponseBase:
    """All of the account, and a form for a new one."""
    form = PersonaForm(request.account, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _check_writer(request)
        try:
            prompts.check_room(request.account)
        except prompts.Full as error:
            form.add_error(None, str(error))
        if form.kept():
            messages.success(request, f"“{form.instance}” can be chosen below every prompt.")
            return redirect("personas")
    context = {"personas": Persona.objects.for_account(request.account), "form": form}
    status = 422 if form.errors else 200
    return render(request, "studio/personas/list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member
def persona(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """One of them, to change it, with what it makes of an example."""
    found = _find(request, pk)
    posted = request.POST if request.method == "POST" else None
    # The form writes into its instance even when it is refused.
    form = PersonaForm(request.account, posted, instance=_find(request, pk))
    if request.method == "POST":
        _check_writer(request)
        check_own(request.account, found)
        if form.kept():
            messages.success(request, f"“{form.instance}” is saved.")
            return redirect("persona", pk)
    return _shown(request, found, form)


def _shown(request: MemberRequest, found: Persona, form: PersonaForm) -> HttpResponse:
    better = enhance(prompts.brief(EXAMPLE, persona=found))
    context = {
        "persona": found,
        "form": form,
        "pieces": difference(EXAMPLE, better.prompt),
        "negative": better.negative_prompt,
    }
    status = 422 if form.errors else 200
    return render(request, "studio/personas/one.html", context, status=status)


@require_POST
@writer
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Prompts that were written with it stay as they are."""
    found = _find(request, pk)
    check_own(request.account, found)
    found.delete()
    messages.success(request, f"“{found}” is deleted.")
    return redirect("personas")


def _find(request: MemberRequest, pk: UUID) -> Persona:
    found = Persona.objects.for_account(request.account).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _check_writer(request: MemberRequest) -> None:
    if access.works_for_nobody(request.account):
        raise PermissionDenied(NO_CLIENT)
    if not access.can_write(request.role):
        raise PermissionDenied(
            "Your role here is viewer: you may look, not change. Ask the account's owner."
        )
