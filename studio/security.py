"""Headers that tell the browser what a page of ours may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

HEADER = "Content-Security-Policy"

# Nothing here films or pays, so a script that got in cannot either; only a page that records a
# voice may listen.
NOT_USED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "midi",
    "payment",
    "usb",
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in NOT_USED)
LISTENING = PERMISSIONS.replace("microphone=()", "microphone=(self)")


class ContentSecurityPolicyMiddleware(MiddlewareMixin):
    """Adds the policy of settings.SECURE_CSP, or the one that a view put on its answer, where
    Django 6 looks for it as well; a view that sets the header itself has its way."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not _is_debug_page(response):
            policy = getattr(response, "_csp_config", settings.SECURE_CSP)
            response.headers.setdefault(HEADER, header(policy))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response


def header(policy: Mapping[str, Iterable[str]]) -> str:
    """{"img-src": ["'self'", "data:"]} → "img-src 'self' data:"."""
    return "; ".join(" ".join((directive, *sources)) for directive, sources in policy.items())


def _is_debug_page(response: HttpResponseBase) -> bool:
    """Django's own error pages have inline styles and scripts."""
    return settings.DEBUG and response.status_code in (404, 500)
