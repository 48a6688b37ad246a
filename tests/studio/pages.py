"""What the tests of the pages share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from assets.models import Asset
from billing.models import User

People = Callable[[User], Client]
NOBODY = uuid.UUID(int=7)
OPERATION = "/transform/image-to-video/"
PART = {"HX-Request": "true"}


def said(response: Any) -> str:
    """The text of an answer."""
    return str(response.content.decode())


def params(cat: Asset, **changed: Any) -> dict[str, Any]:
    """The fields of a good order, as the page sends them."""
    fields = {"offer": "local-motion", "image": cat.pk, "motion": "zoom", "direction": "in"}
    return fields | {"duration": 1, "width": 64, "height": 64, "key": "k1"} | changed
