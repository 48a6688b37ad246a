"""What all endpoints share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from rest_framework.exceptions import MethodNotAllowed, NotFound, ParseError, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from billing.models import Account, User
from studio.api.auth import Burst, MemberPermission, Sustained, Writes
from studio.api.errors import TooLarge
from studio.api.parsers import JsonParser
from studio.fields import shown

M = TypeVar("M", bound=Model)

# Room for the fields around the largest file.
FORM_BYTES = 1024 * 1024


class AlwaysFirst(BaseContentNegotiation):
    """The API speaks JSON whatever the Accept header says; files have a type of their own."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class AccountView(APIView):
    """An endpoint for the members of an account. `account` is the only way to its objects."""

    permission_classes = [MemberPermission]
    throttle_classes = [Burst, Sustained, Writes]
    parser_classes = [JsonParser]
    content_negotiation_class = AlwaysFirst
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    # For a POST that only computes: readers may use it too.
    changes_nothing = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before anything reads the body, as the check of a session's CSRF token does.
        limit = settings.UPLOAD_MAX_BYTES + FORM_BYTES
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            raise TooLarge(limit)
        if "Transfer-Encoding" in request.headers:
            raise ParseError("The body comes in chunks. Send it with its Content-Length.")
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        # Answers are somebody's own and change; files say for themselves how long they keep.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        method, possible = (
            shown(request.method),
            " or ".join(m for m in self.allowed_methods if m != "HEAD"),
        )
        raise MethodNotAllowed(method, f"{method} is not possible here. Use {possible}.")

    @property
    def account(self) -> Account:
        return self.request.account  # type: ignore[no-any-return, attr-defined]

    @property
    def user(self) -> User:
        return self.request.user  # type: ignore[return-value]

    def sent(self) -> Any:
        """The parsed body; an unsupported type is refused by naming those that are taken."""
        try:
            return self.request.data
        except UnsupportedMediaType as error:
            taken = " or ".join(p.media_type for p in self.parser_classes)
            sent = self.request.content_type or "a body without a type"
            raise UnsupportedMediaType(
                sent, f"“{sent}” is not taken here. Send {taken}."
            ) from error


def find(queryset: QuerySet[M], pk: UUID, what: str) -> M:
    """The object, or a 404 that is the same for a missing and for somebody else's one."""
    found = queryset.filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no {what} {pk}.")
    return found
