"""Who signs in, and how: the part of the settings that Django's own sign-in and allauth read."""

from typing import Any

from config import env

AUTH_USER_MODEL = "billing.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
ACCOUNT_ADAPTER = "studio.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"signup": "studio.sign_in.SignUpForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Ten wrong passwords for a name from one place close it for a while; the place is in the key.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/15m/key,100/15m/ip"}
MFA_ADAPTER = "studio.sign_in.MfaAdapter"
MFA_FORMS = {"add_webauthn": "studio.sign_in.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Zoetrope"
# Half a minute more: the clocks of phones and servers differ.
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Who may make a sign-in: nobody, who is invited into an account, or everybody.
SIGN_UP = env.choice("SIGN_UP", "closed", ("closed", "invited", "open"))
# Sign-in with another service that speaks OpenID Connect; off without its address.
SOCIALACCOUNT_ADAPTER = "studio.sign_in.ElsewhereAdapter"
OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")
OIDC_NAME = env.text("OIDC_NAME", "single sign-on")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": []}}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": OIDC_NAME,
            "client_id": env.text("OIDC_CLIENT_ID"),
            "secret": env.text("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_ISSUER},
        }
    ]
CSRF_FAILURE_VIEW = "assets.views.guard.forged"

# A passkey belongs to an address with HTTPS; browsers make an exception for this computer.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not env.flag("HTTPS")
# A sign-in that somebody makes works once they have proven that its e-mail address is theirs.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.text("EMAIL_HOST") else "none"
ACCOUNT_EMAIL_NOTIFICATIONS = bool(env.text("EMAIL_HOST"))
