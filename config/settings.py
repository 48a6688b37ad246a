"""The one settings file. It works after a clone without any variable; see .env.example."""

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.utils import get_random_secret_key

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
# Read when numpy is first imported. Its own pool spins and takes the processor from its neighbours;
# the tables here are too small to gain by it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
env.load(Path(env.text("ENV_FILE") or BASE_DIR / ".env"))

from config.sign_in import *  # noqa: E402, F403 - what it reads is loaded above
from config.sign_in import OIDC_ISSUER  # noqa: E402

# Everything that the program writes lies in one folder: database, files, secret.
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "data").resolve()
# Nobody else on this machine has a look into it.
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key from the environment, else one made at the first start and kept with the data.

    Written whole under another name first: neither a power cut nor a second first start leaves
    an empty or a second one.
    """
    file = DATA_DIR / "secret-key"
    if key := env.text("SECRET_KEY"):
        return key
    if not file.exists() or not file.stat().st_size:
        with tempfile.NamedTemporaryFile("w", dir=DATA_DIR, delete=False) as draft:
            draft.write(get_random_secret_key())
            draft.flush()
            os.fsync(draft.fileno())
        if file.exists() and not file.stat().st_size:
            file.unlink()
        try:
            os.link(draft.name, file)
        except FileExistsError:
            pass
        finally:
            Path(draft.name).unlink()
    return file.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, 1, 65535)

INSTALLED_APPS = [
    "billing",
    "assets",
    "studio",
    "studio.office.apps.OfficeConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_q",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "billing.audit_log.CallerMiddleware",
    "billing.access.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "studio.security.ContentSecurityPolicyMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.views.shell.shell",
            ],
            # Its {% csrf_token %} names the client of the page, too.
            "builtins": ["studio.templatetags.proof"],
        },
    }
]

# Behind HTTPS set HTTPS=1: secure cookies, HSTS, and the proxy's word on the scheme is believed.
HTTPS = env.flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The names are those of Django 6's own policy, so that the middleware can go then.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "media-src": ["'self'", "blob:"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
if OIDC_ISSUER:
    # The form of the button leads there.
    SECURE_CSP["form-action"].append("{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER)))

# --- data ---------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "zoetrope.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# What is counted to keep people out is shared by all processes; what is only faster is not.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": env.text("MEDIA_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": {},
    },
    "staticfiles": {"BACKEND": "config.staticfiles.Storage"},
}
if STORAGES["default"]["BACKEND"].endswith("S3Storage"):
    STORAGES["default"]["OPTIONS"] = {
        "bucket_name": env.text("S3_BUCKET"),
        "endpoint_url": env.text("S3_ENDPOINT") or None,
        "access_key": env.text("S3_ACCESS_KEY") or None,
        "secret_key": env.text("S3_SECRET_KEY") or None,
        "file_overwrite": False,
        "querystring_auth": True,
        # Larger files go through the disk, not through memory.
        "max_memory_size": 8 * 1024 * 1024,
    }
MEDIA_ROOT = DATA_DIR / "media"
# Files leave through the checked view only; nothing is served below an address of the storage.
MEDIA_URL = "/media-is-not-served/"
WORK_DIR = DATA_DIR / "work"
WORK_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_TEMP_DIR = WORK_DIR
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 60 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 3600

# --- background work ----------------------------------------------------------------------------
# The queue carries hints, the job table the truth. retry > timeout x (1 + ceil((queue_limit + 1) /
# workers)), because the lock is taken when a task is read, not when it starts.
RENDER_SLOTS = env.number("RENDER_SLOTS", 2, 1, 64)
RENDER_TIMEOUT = env.number("RENDER_TIMEOUT", 7200, 60, 86400)
# Results of providers that are fetched at the same time, on each host.
FETCH_SLOTS = env.number("FETCH_SLOTS", 2, 1, 64)
# Jobs of one batch that are at work at the same time for each provider, where it says nothing.
BATCH_AT_ONCE = env.number("BATCH_AT_ONCE", 2, 1, 50)
Q_CLUSTER: dict[str, Any] = {
    "name": "engine",
    "orm": "default",
    "broker_class": "studio.broker.Broker",
    # One for the pump, one for everything that is short: the canary always finds it free.
    "workers": 2,
    "timeout": 240,
    "retry": 600,
    "queue_limit": 1,
    "bulk": 1,
    "poll": 0.1,
    "guard_cycle": 0.5,
    "save_limit": -1,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "recycle": 500,
    "max_rss": 400_000,
    "log_level": "WARNING",
    "label": "Task queue",
    "ALT_CLUSTERS": {
        "work": {
            # One for calls to webhooks, which may be slow, and one more than there is work: the
            # canary always finds a free one.
            "workers": RENDER_SLOTS + FETCH_SLOTS + 2,
            "timeout": RENDER_TIMEOUT,
            "retry": RENDER_TIMEOUT * 3,
            "poll": 0.1,
            "recycle": 50,
            "max_rss": 1_000_000,
        }
    },
}

# --- providers elsewhere -------------------------------------------------------------------------
# Which there are is not known here: each is asked for its own variables, NAME_KEY, _URL, _SLOTS.
READ = env.text
# Python modules with further providers, each with a PROVIDER like those in studio/providers.
EXTRA_PROVIDERS = env.words("EXTRA_PROVIDERS")
# Preview models are renamed often: offer=name of the model there.
OFFER_MODELS = env.words("OFFER_MODELS")
# Where this studio is reached from the internet; without it no provider can send news.
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")
# Seconds after which a submit that nobody knows of is taken for lost.
SETTLE_SECONDS = env.number("SETTLE_SECONDS", 120, 0, 3600)
# Hours for which the price of work of unknown outcome stays on hold.
REVIEW_HOURS = env.number("REVIEW_HOURS", 24, 1, 240)
RESULT_MAX_BYTES = env.number("RESULT_MAX_MB", 500, 1, 100_000) * 1024 * 1024
# What people's own keys are encrypted with, newest first; empty: made once, kept in DATA_DIR.
ENCRYPTION_KEYS = [k.strip() for k in env.text("ENCRYPTION_KEYS").split(",") if k.strip()]

# --- who improves prompts -------------------------------------------------------------------------
# "rules" is the writer that comes with the studio, "gemini" Google's with GEMINI_API_KEY; empty: an
# OpenAI-compatible server where its address is set, else the rules.
WRITER = env.text("WRITER")
WRITER_URL = env.text("WRITER_URL").rstrip("/")
WRITER_KEY = env.text("WRITER_KEY")
WRITER_MODEL = env.text("WRITER_MODEL")
# Improvements by a model that an account gets in an hour; after that the rules write.
WRITER_HOURLY = env.number("WRITER_HOURLY", 120, 0, 1_000_000)

# --- paying by card ------------------------------------------------------------------------------
# Stripe; off without the key. While its secret for webhooks is changed: both, the newer one first.
STRIPE_KEY = env.text("STRIPE_KEY")
STRIPE_WEBHOOK_SECRET = [s.strip() for s in env.text("STRIPE_WEBHOOK_SECRET").split(",") if s]
STRIPE_URL = env.text("STRIPE_URL", "https://api.stripe.com").rstrip("/")
if STRIPE_KEY:
    # The forms of the buttons lead there.
    SECURE_CSP["form-action"] += ["https://checkout.stripe.com", "https://billing.stripe.com"]
    if STRIPE_URL != "https://api.stripe.com":
        SECURE_CSP["form-action"].append("{0.scheme}://{0.netloc}".format(urlsplit(STRIPE_URL)))

# --- limits of what comes in --------------------------------------------------------------------
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_MB", 200, 1, 100_000) * 1024 * 1024
IMAGE_MAX_BYTES = env.number("IMAGE_MAX_MB", 40, 1, 1000) * 1024 * 1024
IMAGE_MAX_PIXELS = env.number("IMAGE_MAX_MEGAPIXELS", 50, 1, 1000) * 1_000_000
ACCOUNT_STORAGE_BYTES: int | None = None
# Below so much free space nothing new is taken in; what is under way may still be saved.
DISK_FLOOR_BYTES = env.number("DISK_FLOOR_MB", 100, 0, 1_000_000) * 1024 * 1024
# What a ZIP of the library may hold, and how long the trash keeps what is in it.
ARCHIVE_MAX_BYTES = env.number("ARCHIVE_MAX_MB", 20_000, 1, 10_000_000) * 1024 * 1024
# What the finished ZIPs of an account may take together; the oldest go first.
ARCHIVE_ROOM_BYTES = env.number("ARCHIVE_ROOM_MB", 40_000, 1, 10_000_000) * 1024 * 1024
TRASH_DAYS = env.number("TRASH_DAYS", 30, 1, 3650)
# How long the audit log is kept; 0 keeps it for good.
AUDIT_DAYS = env.number("AUDIT_DAYS", 730, 0, 36_500)
# Whether owners of an account choose its plan themselves; else the operator does, in the admin.
PLANS_BY_OWNER = env.flag("PLANS_BY_OWNER")
# Addresses of a person's own network are refused unless they are named here ("host:port").
FETCH_ALLOWED_HOSTS = env.words("FETCH_ALLOWED_HOSTS")

# --- e-mail ---------------------------------------------------------------------------------------
# Without a server what would be sent is written to the log.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_TLS")
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.console.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "studio@localhost")

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "studio.api.auth.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "studio.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Zoetrope API",
    "DESCRIPTION": "Turn pictures into videos; keep and find them.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # The schemas of params are JSON Schema 2020-12, which 3.0 does not speak.
    "OAS_VERSION": "3.1.0",
    # Choices stay where they are: as params come and go, made-up names for them would too.
    "POSTPROCESSING_HOOKS": ["studio.api.schema.tidy", "studio.api.schema.with_client"],
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": True},
}

LANGUAGE_CODE = "en"
# One language for now: numbers must not be written in another than the words.
LANGUAGES = [("en", "English")]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"hooks": {"()": "studio.log.HideHooks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hooks"]}
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {"zoetrope": {"level": env.text("LOG_LEVEL", "INFO")}},
}
