"""Descriptions that a model proposes. The text of the asset changes only when one is accepted."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from PIL import Image

from assets.media.still import fitted
from assets.models import Asset, AssetKind, Description, DescriptionState, HintSource
from assets.services import hints
from assets.services.files import open_file
from assets.services.library import update

SEEN = (AssetKind.IMAGE, AssetKind.VIDEO, AssetKind.MODEL)
SIDE = 1024
_QUALITY = 85
NO_ANSWER = "The model has not answered for a long time. Ask it again."


def picture_for_a_model(asset: Asset) -> bytes:
    """A JPEG of at most SIDE pixels, without anything but the picture. Raises Gone."""
    with open_file(asset, "poster") as file, Image.open(file) as still:
        small = still.convert("RGB").resize(fitted(still.size, SIDE), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def await_description(asset: Asset) -> None:
    """It is asked for; what was proposed before is forgotten."""
    waiting = {"state": DescriptionState.WAITING, "text": "", "problem": ""}
    Description.objects.update_or_create(asset=asset, defaults=waiting)


def propose_description(asset: Asset, text: str, tags: Iterable[str]) -> None:
    """What the model said. A description that the asset has already is not proposed."""
    state = DescriptionState.ACCEPTED if text == asset.alt else DescriptionState.OPEN
    with transaction.atomic():
        fields = {"state": state, "text": text, "problem": ""}
        Description.objects.update_or_create(asset=asset, defaults=fields)
        hints.propose(asset, tags, HintSource.AI)


def no_description(asset: Asset, why: str) -> None:
    fields = {"state": DescriptionState.FAILED, "text": "", "problem": why[:300]}
    Description.objects.update_or_create(asset=asset, defaults=fields)


def give_up(asked_before: datetime) -> int:
    """What was asked for then and never answered, as when a worker died, can be asked for again.
    Returns how many."""
    waiting = Description.objects.filter(state=DescriptionState.WAITING, changed__lt=asked_before)
    return waiting.update(state=DescriptionState.FAILED, problem=NO_ANSWER, changed=timezone.now())


def decide_description(asset: Asset, *, accepted: bool) -> None:
    """Takes over the proposed description, or puts it away. Without one nothing changes."""
    with transaction.atomic():
        state = DescriptionState.ACCEPTED if accepted else DescriptionState.REFUSED
        row = Description.objects.filter(asset=asset, state=DescriptionState.OPEN).first()
        open = Description.objects.filter(asset=asset, state=DescriptionState.OPEN)
        if row and open.update(state=state) and accepted:
            update(asset, alt=row.text)
