"""The files that a sheet names: by id, by the address of their page, by name, or somewhere in the
internet. Asked for a chunk of rows at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from uuid import UUID

from assets import services as assets
from assets.models import Asset
from assets.search import title_key
from billing.models import Account
from studio.fields import shown
from studio.models import Batch, BatchFile

ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
PAGE = re.compile(rf"(?:https?://[^/\s]+)?/(?:library|api/v1/assets)/({ID.pattern})(?:/.*)?$", re.I)
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


class NoFile(ValueError):
    """There is no such file, or it is not known which."""


class Coming(NoFile):
    """It is fetched, and will be there."""


def digest_of(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


class Library:
    """Files of an account by what a cell says. `learn` asks for many with few queries."""

    def __init__(self, account: Account, batch: Batch | None = None) -> None:
        self.account, self.batch = account, batch
        self.found: dict[UUID, Asset] = {}
        self._named: dict[str, list[Asset]] = {}
        self._fetched: dict[str, BatchFile] = {}

    def forget(self) -> None:
        """Before the next chunk: what it held would grow with the sheet."""
        self.found.clear()
        self._named.clear()
        self._fetched.clear()

    def learn(self, cells: Iterable[str]) -> None:
        said = {cell.strip() for cell in cells} - {""}
        ids = {pk for cell in said if (pk := _id(cell))}
        names = {cell for cell in said if not _id(cell) and not ADDRESS.match(cell)}
        self._learn_addresses({cell for cell in said if not _id(cell) and ADDRESS.match(cell)})
        ids |= {f.asset_id for f in self._fetched.values() if f.asset_id}
        mine = Asset.objects.for_account(self.account).live()
        self.found |= {asset.pk: asset for asset in mine.filter(pk__in=ids - self.found.keys())}
        self._learn_names(names - self._named.keys())

    def _learn_names(self, names: set[str]) -> None:
        if not names:
            return
        mine = Asset.objects.for_account(self.account).live()
        titles = {name: {name.casefold(), _title_of(name).casefold()} for name in names}
        keys = {title_key(title) for both in titles.values() for title in both}
        called: dict[str, list[Asset]] = {}
        for asset in mine.filter(title_key__in=keys):
            called.setdefault(asset.title.casefold(), []).append(asset)
        for name, both in titles.items():
            hits = {a.pk: a for title in both for a in called.get(title, ())}
            exact = [a for a in hits.values() if a.filename == name]
            self._named[name] = exact if len(exact) == 1 else list(hits.values())
        left = [name for name in names if not self._named[name]]
        for asset in mine.filter(filename__in=left):
            self._named[asset.filename].append(asset)
        # The form asks by id, and does not ask the database again.
        self.found |= {a.pk: a for name in names for a in self._named[name]}

    def _learn_addresses(self, addresses: set[str]) -> None:
        if not addresses or self.batch is None:
            return
        digests = {digest_of(address): address for address in addresses}
        mine = BatchFile.objects.filter(batch=self.batch, digest__in=digests)
        there = {f.digest: f for f in mine}
        new = [
            BatchFile(batch=self.batch, digest=digest, address=address)
            for digest, address in digests.items()
            if digest not in there
        ]
        BatchFile.objects.bulk_create(new, ignore_conflicts=True)
        self._fetched |= there

    def file(self, cell: str) -> Asset:
        """What `learn` was told of before. Raises NoFile, or Coming."""
        text = cell.strip()
        if pk := _id(text):
            return self._known(pk)
        if ADDRESS.match(text):
            return self._from_address(text)
        hits = self._named.get(text, [])
        if len(hits) == 1:
            return hits[0]
        if not hits:
            raise NoFile(
                f"there is no file called “{shown(text)}” in your library. Upload it, or give the "
                "id or the name of another."
            )
        raise NoFile(
            f"{len(hits)} files in your library are called “{shown(text)}”. Give the id of the one "
            "that you mean; its page has it."
        )

    def _known(self, pk: UUID) -> Asset:
        if asset := self.found.get(pk):
            return asset
        try:
            assets.not_in_trash(self.account, pk)
        except assets.Refused as error:
            raise NoFile(str(error)) from error
        raise NoFile(
            f"there is no asset {pk} in your library. Upload it, or give the id of another."
        )

    def _from_address(self, address: str) -> Asset:
        known = self._fetched.get(digest_of(address))
        if known is None or (known.asset_id is None and not known.problem):
            raise Coming("the file is being fetched.")
        if known.problem:
            raise NoFile(known.problem)
        assert known.asset_id
        return self._known(known.asset_id)


def _id(text: str) -> UUID | None:
    page = PAGE.match(text)
    if page or ID.fullmatch(text):
        return UUID(page[1] if page else text)
    return None


def _title_of(name: str) -> str:
    """What an upload of that name is called when nobody says otherwise."""
    words = " ".join(PurePosixPath(name).stem.replace("_", " ").split())
    return words or name
