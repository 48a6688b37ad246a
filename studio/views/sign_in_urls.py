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
from django.urls import path

from studio.views import session

COMING = [
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-in/", session.SignIn.as_view(), name="account_login"),
    path("sign-in/second/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "sign-in/verify/", account.email_verification_sent, name="account_email_verification_sent"
    ),
    path("sign-in/inactive/", account.account_inactive, name="account_inactive"),
    path("sign-in/password/", account.password_reset, name="account_reset_password"),
    path("sign-in/password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "sign-in/password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "sign-in/password/<str:uidb36>-<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("sign-in/verify/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("sign-in/<str:token>/", session.sign_in_link, name="sign-in-link"),
    path("sign-up/", account.signup, name="sign-up"),
    path("sign-up/", account.signup, name="account_signup"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("sign-out/", session.sign_out, name="account_logout"),
]
ELSEWHERE = [
    path("sign-in/with/<str:provider_id>/", oidc.login, name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/back/", oidc.callback, name="openid_connect_callback"),
    path("sign-up/with/", elsewhere.signup, name="socialaccount_signup"),
    path("sign-in/canceled/", elsewhere.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/error/", elsewhere.login_error, name="socialaccount_login_error"),
    path("account/links/", elsewhere.connections, name="socialaccount_connections"),
]
SAFETY = [
    path("account/email/", account.email, name="account_email"),
    path("account/sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/second/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/safety/", mfa.index, name="mfa_index"),
    path("account/safety/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/safety/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/safety/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/safety/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/safety/codes/download/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/safety/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("account/safety/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(
        "account/safety/passkeys/<int:pk>/remove/",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path("account/safety/passkeys/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
urlpatterns = [*ELSEWHERE, *COMING, *SAFETY]
