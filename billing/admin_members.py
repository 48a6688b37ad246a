"""The people of an account, on its page in the admin. Every change goes through billing.members,
as those of the account's own owners do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from billing import clients, members
from billing.models import Client, Membership, Role


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """A member; only clients of the account itself are there to be chosen."""

    class Meta:
        model = Membership
        fields = ("user", "role", "limited", "clients")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "user" in self.fields:
            self.fields["user"].disabled = True  # another person is another member

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("clients") and not cleaned.get("limited"):
            self.add_error("clients", "Who is not limited sees all clients. Tick “limited”, too.")
        if cleaned.get("limited") and cleaned.get("role") not in (Role.MEMBER, Role.VIEWER):
            self.add_error(
                "limited", "Owners and admins see all clients. Make them a member first."
            )
        return cleaned


class MemberForms(BaseInlineFormSet):  # type: ignore[type-arg]
    """All of them together: somebody owns the account afterwards, if anybody did before."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        said = [f.cleaned_data for f in self.forms if f not in self.deleted_forms]
        owned = any(f.initial.get("role") == Role.OWNER for f in self.initial_forms)
        if owned and not any(one.get("role") == Role.OWNER for one in said):
            raise forms.ValidationError(
                "Nobody would own the account any more. Make somebody else an owner first."
            )


class Members(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    form = MemberForm
    formset = MemberForms
    extra = 0
    autocomplete_fields = ("user",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        mine = Client.objects.filter(account=obj) if obj else Client.objects.none()

        def field_of(column: Any, **more: Any) -> Any:
            if column.name == "clients":
                more["queryset"] = mine
            return self.formfield_for_dbfield(column, request, **more)

        return super().get_formset(request, obj, **{**kwargs, "formfield_callback": field_of})


def save(request: HttpRequest, formset: Any) -> None:
    """What the forms say, by the services: who is made an owner comes before who goes."""
    formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
    gone = formset.deleted_forms
    kept = [form for form in formset.forms if form.has_changed() and form not in gone]
    for form in sorted(kept, key=lambda form: form.cleaned_data["role"] != Role.OWNER):
        try:
            _save(formset, form)
        except (clients.NotKept, PermissionDenied) as error:
            messages.error(request, f"{form.instance.user}: {error}")
    for form in gone:
        if form.instance.pk:
            try:
                members.remove(form.instance, by=None)
                formset.deleted_objects.append(form.instance)
            except clients.NotKept as error:
                messages.error(request, str(error))


def _save(formset: Any, form: MemberForm) -> None:
    said, changed = form.cleaned_data, form.changed_data
    if form.instance.pk is None:
        form.instance = members.put_in(formset.instance, said["user"], said["role"])
        formset.new_objects.append(form.instance)
        changed = [name for name in changed if name != "role"]
    else:
        formset.changed_objects.append((form.instance, changed))
    mine = members.again(form.instance)
    if "role" in changed:
        mine = members.change_role(mine, said["role"], by=None)
    if {"limited", "clients"} & set(changed) and mine.role not in members.MANAGING:
        clients.limit(mine, said["clients"] if said["limited"] else None)
