"""Signing in and out, and the account page: keys and the password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LogoutView
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from assets import services as assets
from assets.services.hints import accepts_rules
from assets.views.guard import sign_in_first
from billing import access, audit_log
from billing.models import Account, User
from billing.services import usage
from studio import pay
from studio.sign_in import WINDOW_MINUTES, may_sign_up
from studio.views import keys as own_keys

BY_LINK = "by_link"


class PersonRequest(HttpRequest):
    """Somebody who signed in, perhaps without an account yet."""

    user: User
    account: Account | None
    role: str | None


# --- sign in ------------------------------------------------------------------------------------


class SignIn(LoginView):  # type: ignore[misc]
    """By name or e-mail address and password; the settings say how often one may be wrong."""

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, "too_many_login_attempts"):
            response.status_code = 429
            response.headers["Retry-After"] = str(WINDOW_MINUTES * 60)
        return response

    def get_context_data(self, **more: object) -> dict[str, Any]:
        return {**super().get_context_data(**more), "may_sign_up": may_sign_up(self.request)}


sign_out = LogoutView.as_view()


@never_cache
@require_safe
def sign_in_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opening the link uses it up. A look at it by a machine (HEAD, prefetch) does not."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method == "HEAD":
        return HttpResponse()
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return HttpResponse(status=503)  # the browser asks again when the person really comes
    user = access.redeem(token)
    if user is None:
        return render(request, "account/enter.html", status=410)
    login(request, user)
    request.session[BY_LINK] = True
    if not user.has_usable_password():
        messages.info(request, "Set a password on the account page to sign in without a link.")
    return redirect("home")


# --- the account page ---------------------------------------------------------------------------


class KeyForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name", help_text="What the key is for")
    read_only = forms.BooleanField(
        required=False, label="Read-only", help_text="It may look and download, not change or spend"
    )


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: PersonRequest) -> HttpResponseBase:
    """Who I am here, my keys and my password; a POST does one of ACTIONS."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    if request.method != "POST":
        return _page(request)
    action = ACTIONS.get(request.POST.get("action", ""))
    if action is None:
        return HttpResponseBadRequest(f"The action is one of {', '.join(ACTIONS)}.")
    return action(request)


def _page(request: PersonRequest, status: int = 200, **changed: Any) -> HttpResponse:
    mine, role = request.account, request.role
    context = {
        "account": mine,
        "role": role,
        "usage": usage(mine) if mine else None,
        "storage": assets.storage(mine) if mine else None,
        "accept_rules": accepts_rules(mine) if mine else False,
        "keys": access.keys_of(mine, request.user) if mine else [],
        "key_form": KeyForm(initial={"read_only": not access.can_write(role)}),
        "password_form": _password_form(request),
        "can_write": access.can_write(role),
        "own_keys": own_keys.rows(mine, role) if mine else [],
        "can_manage": access.can_manage(role),
        "sells": pay.is_on(),
        "has_oidc": bool(settings.OIDC_ISSUER),
    }
    return render(request, "account/account.html", context | changed, status=status)


def _create_key(request: PersonRequest) -> HttpResponseBase:
    """The answering page is the only place where the secret is ever shown."""
    if request.account is None:
        raise PermissionDenied("You are not a member of any account. Ask its owner.")
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            key, secret = access.create_key(request.account, request.user, **form.cleaned_data)
            return _page(request, new_key=key, secret=secret)
        except PermissionDenied as refusal:
            form.add_error("read_only", str(refusal))
    return _page(request, 422, key_form=form)


def _revoke_key(request: PersonRequest) -> HttpResponseBase:
    try:
        wanted = UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise Http404 from error
    mine = access.keys_of(request.account, request.user) if request.account else None
    key = mine.filter(pk=wanted).first() if mine is not None else None
    if key is None:
        raise Http404
    access.revoke_key(key)
    messages.success(request, f"The key “{key.name}” does not work any more.")
    return redirect("account")


def _password_form(request: PersonRequest, data: Any = None) -> SetPasswordForm[User]:
    """Who entered by a link need not know the old password: they may have forgotten it."""
    knows = request.user.has_usable_password() and not request.session.get(BY_LINK)
    return (PasswordChangeForm if knows else SetPasswordForm)(request.user, data)


def _set_password(request: PersonRequest) -> HttpResponseBase:
    form = _password_form(request, request.POST)
    if not form.is_valid():
        return _page(request, 422, password_form=form)
    form.save()
    update_session_auth_hash(request, request.user)
    request.session.pop(BY_LINK, None)
    access.drop_sign_in_links(request.user)
    audit_log.write_of_person(request.user, "sign-in.password", request.user)
    messages.success(request, "The password is set. You are signed out everywhere else.")
    return redirect("account")


def _choose_account(request: PersonRequest) -> HttpResponseBase:
    wanted = request.POST.get("account", "")
    chosen = access.account_for(request.user, wanted)
    if chosen is None or str(chosen.pk) != wanted:
        raise Http404
    request.session[access.SESSION_KEY] = wanted
    return redirect("home")


def _save_own_key(request: PersonRequest) -> HttpResponseBase:
    refused = own_keys.save(request)
    if refused is None:
        return redirect(f"{reverse('account')}#own-keys")
    assert request.account
    return _page(request, 422, own_keys=own_keys.rows(request.account, request.role, refused))


def _remove_own_key(request: PersonRequest) -> HttpResponseBase:
    own_keys.remove(request)
    return redirect(f"{reverse('account')}#own-keys")


ACTIONS: dict[str, Callable[[PersonRequest], HttpResponseBase]] = {
    "create_key": _create_key,
    "revoke_key": _revoke_key,
    "set_password": _set_password,
    "choose_account": _choose_account,
    "save_own_key": _save_own_key,
    "remove_own_key": _remove_own_key,
}
