"""Coming in, going out and what keeps others from it: our addresses of allauth's pages, under the
names that it looks for, and without those of its pages that are not used here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as elsewhere
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions import views as sessions
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from studio.views import session

# Each answers what it says and nothing else.
form, safe = require_http_methods(["GET", "HEAD", "POST"]), require_safe

COMING = [
    path("sign-in/", form(session.SignIn.as_view()), name="sign-in"),
    path("sign-in/", form(session.SignIn.as_view()), name="account_login"),
    path("sign-in/second/", form(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", form(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "sign-in/verify/",
        safe(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("sign-in/inactive/", safe(account.account_inactive), name="account_inactive"),
    path("sign-in/password/", form(account.password_reset), name="account_reset_password"),
    path(
        "sign-in/password/sent/",
        safe(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "sign-in/password/done/",
        safe(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        form(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("sign-in/verify/<str:key>/", form(account.confirm_email), name="account_confirm_email"),
    path("sign-in/<str:token>/", session.sign_in_link, name="sign-in-link"),
    path("sign-up/", form(account.signup), name="sign-up"),
    path("sign-up/", form(account.signup), name="account_signup"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("sign-out/", session.sign_out, name="account_logout"),
]
ELSEWHERE = [
    path("sign-in/with/<str:provider_id>/", form(oidc.login), name="openid_connect_login"),
    path(
        "sign-in/with/<str:provider_id>/back/", safe(oidc.callback), name="openid_connect_callback"
    ),
    path("sign-up/with/", form(elsewhere.signup), name="socialaccount_signup"),
    path(
        "sign-in/canceled/", safe(elsewhere.login_cancelled), name="socialaccount_login_cancelled"
    ),
    path("sign-in/error/", safe(elsewhere.login_error), name="socialaccount_login_error"),
    path("account/links/", form(elsewhere.connections), name="socialaccount_connections"),
]
SAFETY = [
    path("account/email/", form(account.email), name="account_email"),
    path("account/sessions/", form(sessions.list_usersessions), name="usersessions_list"),
    path("account/confirm/", form(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/second/", form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/",
        form(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/safety/", safe(mfa.index), name="mfa_index"),
    path("account/safety/app/", form(totp.activate_totp), name="mfa_activate_totp"),
    path("account/safety/app/remove/", form(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "account/safety/codes/", safe(recovery.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "account/safety/codes/new/",
        form(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/safety/codes/download/",
        safe(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/safety/passkeys/", safe(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("account/safety/passkeys/add/", form(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/safety/passkeys/<int:pk>/remove/",
        form(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/safety/passkeys/<int:pk>/", form(webauthn.edit_webauthn), name="mfa_edit_webauthn"
    ),
]
urlpatterns = [*ELSEWHERE, *COMING, *SAFETY]
