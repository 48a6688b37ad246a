"""The keys that an account brings, on its page: one row for each provider that takes one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.views.decorators.debug import sensitive_variables

from billing import access
from billing.models import Account
from studio import catalogue, keys
from studio.models import Health, ProviderKey
from studio.providers import Remote
from studio.spec import ErrorKind, ProviderError

if TYPE_CHECKING:
    from studio.views.session import PersonRequest

# What is shorter is no key: four characters of it would tell too much, and in what a provider
# answers it could not be told from a word.
SHORTEST, LONGEST = 16, 500
# What people copy along with a key out of an example.
AROUND = re.compile(r"^(?:authorization:\s*)?(?:(?:bearer|key)(?:\s+|$))?", re.IGNORECASE)


class OwnKeyForm(forms.Form):
    """A key as it was pasted. It is never drawn again, not even when it is refused."""

    provider = forms.CharField(max_length=40)
    secret = forms.CharField(strip=False, required=False)

    def clean_secret(self) -> str:
        text = AROUND.sub("", self.cleaned_data["secret"].strip().strip("'\"")).strip("'\" ")
        if not text:
            raise ValidationError("Paste the key first; the field was empty.")
        if not SHORTEST <= len(text) <= LONGEST:
            raise ValidationError(
                f"A key has {SHORTEST} to {LONGEST} characters; this has {len(text):,}. "
                "Paste the key and nothing else."
            )
        if re.search(r"\s", text):
            raise ValidationError(
                "A key is one word; there is a space or a line break in this. Copy it again."
            )
        if not text.isascii() or not text.isprintable():
            raise ValidationError(
                "There is a character in this that no key has (an invisible one, perhaps). "
                "Copy the key again from its provider's page."
            )
        return str(text)


@dataclass(frozen=True)
class Refused:
    """A key that was not kept, and why."""

    provider: str
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One provider: the account's key there, what is known of it, and what is wrong."""

    provider: Remote
    own: ProviderKey | None
    problem: str = ""
    open_to_all: bool = False
    errors: tuple[str, ...] = ()


def rows(account: Account, role: str | None, refused: Refused | None = None) -> list[Row]:
    """Members see that there is a key; the rest is for who manages the account."""
    own = {key.provider: key for key in account.provider_keys.filter(retired=None)}
    found = Health.objects.filter(own_key__in=own.values()).exclude(refused="")
    problems = dict(found.values_list("provider", "refused"))
    return [
        Row(
            provider,
            own.get(provider.key),
            problems.get(provider.key, "") if access.can_manage(role) else "",
            keys.is_configured(provider),
            refused.errors if refused and refused.provider == provider.key else (),
        )
        for provider in _providers()
    ]


@sensitive_variables()
def save(request: PersonRequest) -> Refused | None:
    """Test the key and keep it, or say why not."""
    account, provider = _asked(request)
    form = OwnKeyForm(request.POST)
    if not form.is_valid():
        return Refused(provider.key, tuple(str(e) for e in form.errors["secret"]))
    try:
        own = keys.save(account, request.user, provider, form.cleaned_data["secret"])
    except ProviderError as error:
        return Refused(provider.key, (_why(error),))
    messages.success(request, f"{provider.label} accepts the key …{own.tail}. It is kept.")
    return None


def remove(request: PersonRequest) -> None:
    account, provider = _asked(request)
    live = keys.remove(account, provider)
    words = f"The key for {provider.label} is removed."
    if live:
        jobs = "1 job" if live == 1 else f"{live} jobs"
        words += f" {jobs} under way will finish with it; after that it is erased."
    messages.success(request, words)


def _asked(request: PersonRequest) -> tuple[Account, Remote]:
    """Whose key for whom; only for those who manage the account."""
    if request.account is None or not access.can_manage(request.role):
        raise PermissionDenied("Only owners and admins of an account may change its keys.")
    wanted = request.POST.get("provider", "")
    provider = next((p for p in _providers() if p.key == wanted), None)
    if provider is None:
        raise Http404
    return request.account, provider


def _providers() -> list[Remote]:
    everybody = catalogue.providers().values()
    return [p for p in everybody if isinstance(p, Remote) and keys.takes_own(p)]


def _why(error: ProviderError) -> str:
    said = error.message.rstrip(".")
    if error.kind == ErrorKind.KEY:
        return f"{said}. Nothing was saved; check that the whole key was copied."
    if error.kind == ErrorKind.NO_CREDIT:
        return f"{said}. Nothing was saved; add credit there and try again."
    return f"The key could not be tested: {said}. It was not saved; try again in a while."
