"""A library with everything that can be said of files, and how two of them are compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets import services
from assets.models import Asset
from assets.services import bulk, collections
from assets.services.intake import Made
from assets.services.sidecars import Teller
from billing.models import Account, User

OLD = timezone.now() - timedelta(days=400)


@pytest.fixture
def theirs(charlie: User) -> Account:
    return charlie.accounts.get()


@pytest.fixture
def library(
    account: Account, alice: User, bring: Callable[..., Asset], picture: Callable[..., bytes]
) -> dict[str, Asset]:
    """A source, an edit that is its shown version, a film made of the edit, a copy of the source
    and a text: with everything that can be said of them."""
    sea = bring(picture((60, 40)), "Sea.png", title="The sea", tags=["nature/water", "blue"])
    recipe = {
        "operation": "crop",
        "offer": "local-crop",
        "provider": "local",
        "params": {"image": str(sea.pk), "prompt": "two\nlines", "strength": 0.5},
        "notes": ["A note"],
    }
    made = Made("local", "local-crop", 2**40, 1_500_000)
    edit = bring(
        picture((50, 40)), "Sea.png", parents=[sea], recipe=recipe, module="edit", made=made
    )
    services.accept_version(edit, sea)
    loop = bring(picture((30, 30), "GIF"), "loop.gif", parents=[edit, sea])
    copy = bring(picture((60, 40)), "copy of the sea.png")
    text = bring(b"Words, many words.", "words.txt")
    services.update(sea, alt="Waves at noon")
    services.judge(edit, rating=4, flag="pick", favorite=True)
    services.judge(copy, flag="reject")
    summer = collections.make(account, "Summer")
    berlin = collections.make(account, "Berlin", parent=summer)
    for box, asset in ((berlin, loop), (berlin, edit), (summer, text)):
        bulk.apply(account, alice, "collect", str(box.pk), [asset.pk])
    Asset.objects.filter(pk=sea.pk).update(created=OLD)
    return {"sea": sea, "edit": edit, "loop": loop, "copy": copy, "text": text}


def told(account: Account) -> dict[str, dict[str, Any]]:
    """What a manifest says of each file, with names in the place of ids."""
    teller = Teller(account)
    found = teller.load(Asset.objects.filter(account=account).values_list("pk", flat=True))
    names = {str(pk): f"{row.title} {row.version}" for pk, row in found.items()}
    text = json.dumps({names[str(pk)]: teller.tell(row) for pk, row in found.items()})
    for pk, name in names.items():
        text = text.replace(pk, name)
    said: dict[str, dict[str, Any]] = json.loads(text)
    for one in said.values():
        one["parents"].sort()
        one.pop("origin")
    return said
