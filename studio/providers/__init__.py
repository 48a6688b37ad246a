"""WHO can do it: one file per provider, found by being there.

A provider file defines PROVIDER, an instance of a subclass of Provider.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.spec import Call, Offer, ProviderError, Update

Reconcile = Literal["repeat", "idempotency_key", "lookup", "list_recent", "webhook", "none"]


class Provider:
    """A few verbs, each answering with an Update; they may raise only ProviderError.

    `reconcile` says how an unclear submit is cleared up. "repeat" means that doing it again costs
    nothing and harms nobody, as with work on this computer.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    local: ClassVar[bool] = False
    reconcile: ClassVar[Reconcile] = "none"
    slots: int = 4
    offers: ClassVar[tuple[Offer, ...]] = ()

    @property
    def available(self) -> bool:
        """Whether it is configured; an unavailable provider is not offered."""
        return True

    def submit(self, call: Call) -> Update:
        """Hand the work over once. A provider on this computer does it and answers when done."""
        raise NotImplementedError

    def poll(self, ref: str) -> Update:
        """Ask how it stands with the work that `ref` names."""
        raise ProviderError(f"{self.label} cannot be asked for news.")

    def cancel(self, ref: str) -> Update:
        """Ask to stop it. Only a confirmed answer counts as canceled."""
        raise ProviderError(f"{self.label} cannot stop what has started.")

    def lookup(self, call_ref: str) -> Update | None:
        """Find a submit by our reference; None when it is proven absent."""
        raise ProviderError(f"{self.label} cannot look work up.")
