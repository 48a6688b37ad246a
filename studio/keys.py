"""Whose key pays: the account's own where it brought one, else the operator's."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from billing import audit_log
from billing.models import Account, User
from studio import catalogue, secrets, switches
from studio.http import Clients, Wire
from studio.models import Health, Job, ProviderKey
from studio.providers import Provider, Remote
from studio.spec import ErrorKind, Offer, ProviderError

CHECK_SECONDS = 20.0
WORDS = 300  # characters that are kept of what a provider says


_seen: ContextVar[dict[Any, Any] | None] = ContextVar("seen", default=None)
P = ParamSpec("P")
T = TypeVar("T")


@contextlib.contextmanager
def seen_once() -> Iterator[None]:
    """Within it what is known of keys is read once, for the prices of many results. Not around
    anything that changes keys."""
    before = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(before)


def _once(function: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        seen = _seen.get()
        if seen is None:
            return function(*args, **kwargs)
        of = [getattr(a, "key", None) or getattr(a, "pk", a) for a in (*args, *kwargs.values())]
        asked = (function.__name__, *of)
        if asked not in seen:
            seen[asked] = function(*args, **kwargs)
        found: T = seen[asked]
        return found

    return wrapped


@dataclass(frozen=True)
class Access:
    """All that is needed to call a provider. `name` is that of its Health, `whose` the part of it
    that tells keys apart."""

    provider: Remote
    home: str
    key: str = field(repr=False)
    whose: str = ""

    @property
    def name(self) -> str:
        return f"{self.provider.key}:{self.whose}" if self.whose else self.provider.key

    @property
    def print(self) -> str:
        return secrets.print_of(self.key)

    @property
    def headers(self) -> dict[str, str]:
        return self.provider.headers(self.key) if self.key else {}

    def wire(self, clients: Clients) -> Wire:
        return Wire(self.home, self.headers, clients)


class Variables(NamedTuple):
    """The operator's variables of one provider, as they are set; empty when not."""

    key: str
    home: str
    slots: str


def variables(provider: Remote) -> Variables:
    prefix = provider.key.upper()
    read = settings.READ
    return Variables(
        key=read(provider.key_name) if provider.key_name else "",
        home=read(f"{prefix}_URL") or provider.home,
        slots=read(f"{prefix}_SLOTS"),
    )


def is_configured(provider: Provider) -> bool:
    """Whether the operator made it available to everybody: by a key, or, where a server of one's
    own needs none, by its address."""
    if not isinstance(provider, Remote):
        return True
    said = variables(provider)
    return bool(said.home and (said.key or not provider.home))


@_once
def own_key(account: Account | None, provider: str) -> ProviderKey | None:
    if account is None:
        return None
    return ProviderKey.objects.filter(account=account, provider=provider, retired=None).first()


@_once
def usable(account: Account | None) -> frozenset[str]:
    """The keys of the providers whose offers this account may use; for nobody, everybody's."""
    open_to_all = {p.key for p in catalogue.providers().values() if is_configured(p)}
    own: set[str] = set()
    if account is not None:
        own = set(account.provider_keys.filter(retired=None).values_list("provider", flat=True))
    return frozenset(open_to_all | (own & catalogue.providers().keys()))


def access(provider: Remote, own: ProviderKey | None = None) -> Access:
    """How to call it. Raises ProviderError when there is no key, or it cannot be read."""
    said = variables(provider)
    if own is not None:
        try:
            return Access(provider, said.home, secrets.decrypt(own.cipher), str(own.pk))
        except secrets.Unreadable as error:
            message = f"Your key for {provider.label} cannot be read any more. Enter it again."
            raise ProviderError(message, ErrorKind.KEY, detail=str(error)) from error
    if not is_configured(provider):
        message = f"There is no key for {provider.label} on this server. Ask its operator."
        raise ProviderError(message, ErrorKind.KEY)
    return Access(provider, said.home, said.key)


def slots(provider: Provider) -> int:
    """How much it may have at work at once, for each key."""
    if not isinstance(provider, Remote):
        return int(settings.RENDER_SLOTS)
    text = variables(provider).slots
    return int(text) if text.isdecimal() and int(text) else provider.slots


def health(access: Access) -> Health:
    """The record of how it behaves towards this key, made when it is missing."""
    own = access.whose or None
    found, _ = Health.objects.get_or_create(
        name=access.name, defaults={"provider": access.provider.key, "own_key_id": own}
    )
    return found


def access_of(health: Health) -> Access:
    """How to call the provider that this tells of. Raises ProviderError."""
    return access(_remote(health.provider), health.own_key)


def access_with(own: ProviderKey) -> Access:
    """How to call the provider that this is a key for. Raises ProviderError."""
    return access(_remote(own.provider), own)


def _remote(key: str) -> Remote:
    provider = catalogue.providers().get(key)
    if not isinstance(provider, Remote):
        raise ProviderError(f"There is no provider “{key}” any more.", ErrorKind.KEY)
    return provider


@_once
def problem(account: Account, offer: Offer) -> str:
    """Why an order would come to nothing, as far as is known before; empty when it may work."""
    if offer.key in catalogue.off():
        return switches.problem(offer.key, usable(account))
    provider = catalogue.provider_of(offer)
    if not isinstance(provider, Remote):
        return ""
    own = own_key(account, provider.key)
    try:
        way = access(provider, own)
    except ProviderError as error:
        return error.message
    known = Health.objects.filter(name=way.name, key_print=way.print).exclude(refused="").first()
    if known is None:
        return ""
    whose = "Enter it again on your account page" if own else "Ask the operator of this server"
    return f"{known.refused.rstrip('.')}. {whose}, or choose another model."


@_once
def delay(account: Account, offer: Offer) -> str:
    """Why an order would have to wait, as far as is known before; empty when it would not."""
    provider = catalogue.provider_of(offer)
    if not isinstance(provider, Remote):
        return ""
    own = own_key(account, provider.key)
    name = f"{provider.key}:{own.pk}" if own else provider.key
    found = Health.objects.filter(name=name, open_until__gt=timezone.now()).first()
    if found is None:
        return ""
    return (
        f"{provider.label} does not answer at the moment, so the job waits until it does. "
        "Canceling it meanwhile is free."
    )


# --- is it accepted? ----------------------------------------------------------------------------


def checked(access: Access) -> str:
    """Try the key with a call that costs nothing; what its provider tells of the account. Raises
    ProviderError. Nothing is noted."""
    return asyncio.run(_checked(access))


async def _checked(access: Access) -> str:
    clients = Clients(1)
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await access.provider.check_key(access.wire(clients))
    except TimeoutError:
        message = f"{access.provider.label} did not answer within {CHECK_SECONDS:g} seconds."
        raise ProviderError(message, ErrorKind.LATER) from None
    finally:
        await clients.close()


def examine(access: Access) -> str:
    """Try the key and note what came of it. Raises ProviderError."""
    try:
        words = checked(access)
    except ProviderError as error:
        if error.kind == ErrorKind.KEY:
            tested(access, error.message)
        raise
    tested(access, "")
    if access.whose:
        now = timezone.now()
        ProviderKey.objects.filter(pk=access.whose).update(checked=now, words=words[:WORDS])
    return words


def examine_refused() -> int:
    """Try the keys that were not accepted once more: a refusal may have been a mistake of theirs.
    Returns how many work again."""
    done = 0
    for health in Health.objects.exclude(refused="").select_related("own_key"):
        with contextlib.suppress(ProviderError):
            examine(access_of(health))
            done += 1
    return done


def tested(access: Access, problem: str) -> None:
    """Note whether the key is accepted there: nothing, or their word on it."""
    health(access)
    known = Health.objects.filter(name=access.name)
    known.update(refused=problem[:WORDS], key_print=access.print)


# --- keys that people bring ---------------------------------------------------------------------


def takes_own(provider: Provider) -> bool:
    """Whether an account may bring a key: to services that bill whose key it is. A server of the
    operator's own would be used for nothing with it."""
    return isinstance(provider, Remote) and bool(provider.home)


def save(account: Account, user: User | None, provider: Remote, key: str) -> ProviderKey:
    """Try the key, and only when it is accepted keep it in place of the one before. Raises
    ProviderError; nothing has changed then."""
    words = checked(Access(provider, variables(provider).home, key))
    with transaction.atomic():
        # Two saves at once must not leave two keys.
        Account.objects.select_for_update().get(pk=account.pk)
        _retire(account, provider)
        own = ProviderKey.objects.create(
            account=account,
            user=user,
            provider=provider.key,
            cipher=secrets.encrypt(key),
            tail=key[-4:],
            checked=timezone.now(),
            words=words[:WORDS],
        )
        audit_log.write(account, "settings.key", provider.label, change="set", ends=key[-4:])
    forget_retired()
    return own


def remove(account: Account, provider: Remote) -> int:
    """Take the key back. How many jobs under way still go on with it."""
    with transaction.atomic():
        retired = _retire(account, provider)
        using = Job.objects.for_account(account).live().filter(own_key__in=retired).count()
        if retired:
            audit_log.write(account, "settings.key", provider.label, change="removed")
    forget_retired()
    return using


def _retire(account: Account, provider: Remote) -> list[UUID]:
    mine = ProviderKey.objects.filter(account=account, provider=provider.key, retired=None)
    found = list(mine.values_list("pk", flat=True))
    mine.update(retired=timezone.now())
    return found


def forget_retired() -> int:
    """Erase the keys that were taken back and that no work needs any more. Returns how many."""
    in_use = Job.objects.live().filter(own_key=OuterRef("pk"))
    done = ProviderKey.objects.exclude(retired=None).exclude(cipher="").exclude(Exists(in_use))
    with transaction.atomic():
        erased = list(done.values_list("pk", flat=True))
        Health.objects.filter(own_key__in=erased).delete()
        return ProviderKey.objects.filter(pk__in=erased).update(cipher="")
