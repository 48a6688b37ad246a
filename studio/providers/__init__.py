"""WHO can do it: one file per provider, found by being there.

A provider file defines PROVIDER, an instance of a subclass of Renderer (work on this computer) or
of Remote (work elsewhere). Files that begin with an underscore are shared helpers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal

from studio.http import Reply, Wire
from studio.spec import Call, Delivery, ErrorKind, Handle, Offer, ProviderError, Update, Uploaded

# How the outcome of an unclear submit is found out; without a way a person decides.
Reconcile = Literal["repeat", "idempotency_key", "lookup", "webhook", "none"]


class Provider:
    """What is true of every provider. `slots` is how much it may have at work at once, per key."""

    key: ClassVar[str]
    label: ClassVar[str]
    local: ClassVar[bool] = False
    reconcile: ClassVar[Reconcile] = "none"
    slots: ClassVar[int] = 4
    offers: ClassVar[tuple[Offer, ...]] = ()


class Renderer(Provider):
    """Work on this computer: doing it again costs nothing and harms nobody."""

    local = True
    reconcile = "repeat"

    def render(self, call: Call) -> Update:
        """Do it, and answer when it is done. May raise only ProviderError."""
        raise NotImplementedError


class Remote(Provider):
    """Work elsewhere. A few verbs, each answering with an Update; they may raise only
    ProviderError. They know nothing of settings and accounts: the wire has the address and the key.

    `home` is the address of its API, `key_name` the environment variable of the operator's key;
    <KEY>_URL and <KEY>_SLOTS override address and slots. `cancels` and `webhooks` say whether it
    has them. Polls begin after `poll_first` seconds and are never further apart than `poll_most`
    while the work is in time. `keeps` is for how many seconds a result can be fetched.
    """

    home: ClassVar[str] = ""
    key_name: ClassVar[str] = ""
    cancels: ClassVar[bool] = False
    webhooks: ClassVar[bool] = False
    uploads: ClassVar[bool] = False
    listens: ClassVar[bool] = False
    poll_first: ClassVar[float] = 3.0
    poll_most: ClassVar[float] = 15.0
    keeps: ClassVar[float] = 24 * 3600.0

    def headers(self, key: str) -> dict[str, str]:
        """What goes with every call to `home`, and to no other host."""
        return {"Authorization": f"Bearer {key}"}

    async def submit(self, wire: Wire, call: Call) -> Update:
        """Hand the work over, once. ErrorKind.LATER only when it was surely not accepted."""
        raise NotImplementedError

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        """Ask how it stands. An error here says nothing about the work."""
        raise ProviderError(f"{self.label} answers at once; there is nothing to ask about.")

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        """Ask to stop it. Only a confirmed answer is CANCELED; RUNNING means that it goes on."""
        raise ProviderError(f"{self.label} cannot stop what has started.")

    async def lookup(self, wire: Wire, handle: Handle) -> Update | None:
        """Find a submit by our reference (`handle.sent_as`); None when it is proven absent."""
        raise ProviderError(f"{self.label} cannot look work up.")

    async def upload(self, wire: Wire, file: Path, mime: str) -> Uploaded:
        """Bring a file to where its models can read it."""
        raise ProviderError(f"{self.label} takes no files.")

    async def check_key(self, wire: Wire) -> str:
        """Try the key with a call that costs nothing; what it tells of the account, in words.
        Raises ProviderError with ErrorKind.KEY when it is not accepted."""
        raise NotImplementedError

    async def hook_keys(self, wire: Wire) -> str:
        """What signatures of webhooks are checked with, as text that `read_webhook` understands."""
        raise ProviderError(f"{self.label} sends no news.")

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, keys: str, now: float
    ) -> Delivery:
        """Check the signature and the age (`now` in seconds since 1970). Header names are in lower
        case. Raises ProviderError for anything that is not surely theirs."""
        raise ProviderError(f"{self.label} sends no news.")

    def listen(self, wire: Wire) -> AsyncIterator[tuple[str, Update]]:
        """News as it happens: (the provider's ref, RUNNING with progress). Only a hint."""
        raise ProviderError(f"{self.label} says nothing by itself.")

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        """Their words for an error answer, and its kind where the body tells more than the
        status."""
        return reply.text[:300], None

    def refusal(self, reply: Reply, *, sending: bool = False) -> ProviderError:
        """What an answer that is not a success means. `sending`: it answers a submit, so that an
        error of theirs leaves open whether the work was accepted."""
        words, kind = self.explain(reply)
        said = f": {words.strip().rstrip('.')}." if words.strip() else "."
        status = reply.status
        if kind is None:
            kind = _kind(status, sending)
        message = {
            ErrorKind.KEY: f"{self.label} does not accept the key{said}",
            ErrorKind.NO_CREDIT: f"The account at {self.label} has no credit left{said}",
            ErrorKind.MODERATED: f"{self.label} refused it for its content{said}",
            ErrorKind.LATER: f"{self.label} asks to wait ({status}){said}",
            ErrorKind.UNCLEAR: f"{self.label} had an error ({status}); it may have accepted it.",
        }.get(kind, f"{self.label} refused it ({status}){said}")
        return ProviderError(
            message, kind, retry_after=reply.retry_after, detail=f"{status} {reply.text[:2000]}"
        )


def _kind(status: int, sending: bool) -> ErrorKind:
    if status == 401:
        return ErrorKind.KEY
    if status == 402:
        return ErrorKind.NO_CREDIT
    if status == 429:
        return ErrorKind.LATER
    if status == 408 or status >= 500:
        return ErrorKind.UNCLEAR if sending else ErrorKind.LATER
    return ErrorKind.REFUSED
