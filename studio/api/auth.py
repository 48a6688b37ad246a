"""Who asks: an API key or a signed-in browser; and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from assets.views.guard import NO_CLIENT
from billing import access, clients
from billing.models import ApiKey, User

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from rest_framework.views import APIView


class ClientUnknown(APIException):
    """The header X-Client names nobody whom this key may work for."""

    status_code = 400
    default_code = "client"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer zt_…`: the key's user, in the key's account."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = access.find_key(secret.strip())
        if key is None:
            raise AuthenticationFailed(
                "This API key is unknown, expired or revoked. Make a new one on your account page."
            )
        try:
            account, role = access.open_with(key, request.headers.get(access.CLIENT_HEADER))
        except clients.NoClient as error:
            raise ClientUnknown(str(error)) from None
        request._request.account = account  # type: ignore[attr-defined]
        request._request.role = role  # type: ignore[attr-defined]
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Zoetrope"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "studio.api.auth.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "zt_…",
            "description": "A key from your account page, or from `manage.py api_key`.",
        }


class MemberPermission(BasePermission):
    """Members of an account only; viewers and read-only keys change nothing."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        if getattr(request, "account", None) is None:
            raise PermissionDenied("You are not a member of any account. Ask its owner.")
        if request.method in SAFE_METHODS or getattr(view, "changes_nothing", False):
            return True
        if isinstance(request.auth, ApiKey) and request.auth.read_only:
            raise PermissionDenied("This API key may only read. Use a key that may write.")
        if not access.can_write(getattr(request, "role", None)):
            raise PermissionDenied(
                "Your role in this account is viewer: you may look, not change. Ask its owner."
            )
        scope = request.account.scope  # type: ignore[attr-defined]
        if scope.is_limited and not scope.mine:
            raise PermissionDenied(NO_CLIENT)
        if scope.is_limited and scope.client is None:
            raise ClientUnknown(
                "You work for several clients. Say for which one this is: give its id or name in "
                f"the header {access.CLIENT_HEADER}. GET /api/v1/clients/ lists them."
            )
        return True


class _Throttle(SimpleRateThrottle):
    """Counts per key, or per person where there is a session."""

    writes_only = False
    # Asked for at every request: each process counts for itself.
    cache = caches["local"]

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if self.writes_only and request.method in SAFE_METHODS:
            return None
        who = request.auth.pk if isinstance(request.auth, ApiKey) else request.user.pk
        return f"throttle:{self.scope}:{who or self.get_ident(request)}"


class Burst(_Throttle):
    scope, rate = "burst", "40/s"


class Sustained(_Throttle):
    scope, rate = "sustained", "1200/min"


class Writes(_Throttle):
    scope, rate, writes_only = "writes", "300/min", True
