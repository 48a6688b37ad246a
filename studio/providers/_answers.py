"""What the providers who speak JSON over HTTP have in common: reading answers without trusting
them, and telling what is refused from what says nothing."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from studio.http import Reply
from studio.providers import Remote
from studio.spec import ErrorKind, Output, ProviderError, Status, Update
from studio.words.style import as_sent

Build = Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, Any]]

MAX_AGE = 300.0  # seconds; an older webhook is somebody's recording
DAY = 24 * 3600.0

# Our account there, or the content: told apart from other refusals by their words alone.
NO_CREDIT = re.compile(r"\b(balance|credits?|insufficient.funds|top.?up|billing)\b", re.IGNORECASE)
CONTENT = re.compile(
    r"\b(nsfw|moderat\w+|content.policy|sensitive|safety|prohibited|inappropriate)\b", re.IGNORECASE
)


def field(value: Any, name: str) -> Any:
    """A field of what may or may not be an object."""
    return value.get(name) if isinstance(value, dict) else None


def text(value: Any, name: str) -> str:
    found = field(value, name)
    return found if isinstance(found, str) else ""


def kind_of(words: str) -> ErrorKind | None:
    """What their words say about a refusal."""
    if NO_CREDIT.search(words):
        return ErrorKind.NO_CREDIT
    return ErrorKind.MODERATED if CONTENT.search(words) else None


def unreadable(provider: Remote, reply: Reply, kind: ErrorKind = ErrorKind.LATER) -> ProviderError:
    """An answer that makes no sense. To a submit it is UNCLEAR: it may have been accepted."""
    message = f"{provider.label} gave an answer that cannot be read."
    return ProviderError(message, kind, detail=f"{reply.status} {reply.text}")


def no_news(provider: Remote, reply: Reply) -> ProviderError:
    """An error in answer to a question about work: it says nothing about the work."""
    error = provider.refusal(reply)
    if error.kind != ErrorKind.KEY:
        error.kind = ErrorKind.LATER
    return error


@contextmanager
def harmless() -> Iterator[None]:
    """Around calls that may be repeated at will: nothing about them is unclear."""
    try:
        yield
    except ProviderError as error:
        if error.kind == ErrorKind.UNCLEAR:
            error.kind = ErrorKind.LATER
        raise


def failed(provider: Remote, words: str, kind: ErrorKind | None = None, detail: str = "") -> Update:
    """The work itself came to nothing."""
    known = (ErrorKind.MODERATED, ErrorKind.INPUT, ErrorKind.NO_CREDIT)
    kind = kind if kind in known else ErrorKind.REFUSED
    said = f": {words.strip()[:500].rstrip('.')}." if words.strip() else "."
    moderated = kind == ErrorKind.MODERATED
    message = f"{provider.label} {'refused it for its content' if moderated else 'failed'}{said}"
    return Update(Status.FAILED, error=ProviderError(message, kind, detail=detail[:2000]))


def succeeded(provider: Remote, urls: Sequence[Any], flags: Any = None) -> Update | None:
    """The results, without those that they marked as unfit. None when they are no addresses."""
    if not all(isinstance(u, str) and u.startswith(("https://", "http://")) for u in urls):
        return None
    marks = flags if isinstance(flags, list) else []
    fit = [u for u, unfit in zip_longest(urls, marks[: len(urls)]) if unfit is not True]
    if any(mark is True for mark in marks) and not fit:
        return failed(provider, "the result was marked as unfit to be seen", ErrorKind.MODERATED)
    if not fit:
        return failed(provider, "it says that it is done, and names no result")
    return Update(Status.SUCCEEDED, outputs=tuple(Output(url=u) for u in fit))


def handed_over(provider: Remote, reply: Reply) -> None:
    """Check the answer to the bytes of a file."""
    if reply.ok:
        return
    wait = reply.status in (401, 403, 408, 429) or reply.status >= 500
    message = f"{provider.label} did not take the file ({reply.status})."
    kind = ErrorKind.LATER if wait else ErrorKind.INPUT
    raise ProviderError(message, kind, retry_after=reply.retry_after, detail=reply.text)


def forged(provider: Remote, why: str) -> ProviderError:
    return ProviderError(f"This is not surely from {provider.label}: {why}.")


def check_age(provider: Remote, sent: str, now: float) -> None:
    """Refuse what was signed more than five minutes from now, whichever way."""
    if not (sent.isascii() and sent.isdigit() and len(sent) < 16):
        raise forged(provider, "it does not say when it was signed")
    if abs(now - int(sent)) > MAX_AGE:
        raise forged(provider, "it was signed too long ago")


def same(one: str, other: str) -> bool:
    """In a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def sent_as(
    names: Mapping[str, str],
    fixed: Mapping[str, Any] | None = None,
    *,
    styles: Collection[str] = (),
    unsent: Collection[str] = (),
    **made: Callable[[Any], Any],
) -> Build:
    """A builder: what is spoken goes into the prompt, and a style that is not among their `styles`;
    params get the provider's `names`, and `made` turns the value of a param into theirs. What is
    `unsent` only says something to us."""

    def build(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        said = {**as_sent(params, styles), **files}
        return {
            **{
                names.get(name, name): made[name](value) if name in made else value
                for name, value in said.items()
                if value is not None and name not in unsent
            },
            **(fixed or {}),
        }

    return build
