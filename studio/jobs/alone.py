"""One at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import transaction

from studio.models import Beat


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """One dispatcher at a time: two would both see the same place free."""
    with transaction.atomic():
        Beat.objects.get_or_create(name=f"dispatch@{name}")
        Beat.objects.select_for_update().get(name=f"dispatch@{name}")
        yield
