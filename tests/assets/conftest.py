"""A short way to bring in a file and to look at one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from assets import media, services
from assets.models import Asset, Board
from assets.services import boards
from billing.models import Account, User
from tests.assets.whole import library, theirs  # noqa: F401


@pytest.fixture(autouse=True)
def looked_at_once() -> None:
    """Here every file is looked at: that is the subject."""


@pytest.fixture
def look(work: Path) -> Callable[..., media.Examined]:
    """look(bytes or path, kinds=None, **limits): what the media package makes of it."""

    def examine(
        content: bytes | Path, kinds: tuple[str, ...] | None = None, **limits: Any
    ) -> media.Examined:
        limits.setdefault("apart", False)
        path = content if isinstance(content, Path) else work / "looked-at"
        if isinstance(content, bytes):
            path.write_bytes(content)
        format = media.identify(path, media.Limits(**limits), kinds)
        return media.examine(path, format, media.Limits(**limits), kinds)

    return examine


@pytest.fixture
def bring(account: Account, alice: User, picture: Callable[..., bytes]) -> Callable[..., Asset]:
    """bring(content=None, filename="a picture.png", **row): an asset of alice's account."""

    def ingest(content: bytes | None = None, filename: str = "a picture.png", **row: Any) -> Asset:
        source = ContentFile(picture() if content is None else content)
        return services.ingest(source, account=account, filename=filename, **{"user": alice, **row})

    return ingest


@pytest.fixture
def stored(media: Path) -> Callable[[], list[str]]:
    """The files that lie in the storage now."""

    def names() -> list[str]:
        return sorted(str(p.relative_to(media)) for p in media.rglob("*") if p.is_file())

    return names


@pytest.fixture
def cat(bring: Callable[..., Asset]) -> Asset:
    return bring(title="The cat", recipe={"params": {"prompt": "a secret cat"}})


@pytest.fixture
def dog(bring: Callable[..., Asset], picture: Callable[..., bytes]) -> Asset:
    return bring(picture((80, 40)), title="The dog")


@pytest.fixture
def board(account: Account, alice: User, cat: Asset) -> Board:
    return boards.make_board(account, alice, title="For Acme", assets=[cat])
