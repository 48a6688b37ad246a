"""What people do with prompts beside sending them: improve them, keep them, find them again."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from billing.models import Account, User
from billing.owned import OwnedQuerySet
from studio import writer
from studio.models import Job, Persona, SavedPrompt
from studio.presets import STYLES, Style, Template
from studio.spec import Operation
from studio.words.difference import Piece, difference
from studio.words.enhance import LIMIT, Brief, Enhanced, Place, Voice

LONGEST = 10_000  # characters of a prompt
HISTORY = 20
# Jobs that are looked through for different prompts; many have the same one.
LOOKED_AT = 400
MOST_SAVED = 200
MOST_PERSONAS = 100
# Groups of styles that a camera could have made.
CAMERA = ("photo", "film")


class Full(Exception):
    """There is no room for one more; the message says what to do."""


def style_of(key: str) -> Style | None:
    return next((style for style in STYLES if style.key == key), None)


def brief(
    prompt: str,
    *,
    negative_prompt: str = "",
    style: Style | None = None,
    persona: Persona | None = None,
    template: Template | None = None,
    operation: Operation | None = None,
    limit: int = LIMIT,
    negative_limit: int = LIMIT,
) -> Brief:
    """All that the writer is told."""
    return Brief(
        prompt=prompt,
        negative_prompt=negative_prompt,
        style=style.words if style else "",
        drawn=style is not None and style.group not in CAMERA,
        persona=_voice(persona) if persona else None,
        pictured=operation is not None and _has_picture(operation),
        moving=operation is not None and operation.makes == "video",
        place=Place(template.name, template.hint) if template else None,
        limit=limit,
        negative_limit=negative_limit,
    )


def _has_picture(operation: Operation) -> bool:
    return any(p.is_asset and p.asset_kind == "image" and p.required for p in operation.params)


def _voice(persona: Persona) -> Voice:
    return Voice(persona.name, persona.voice, persona.look, persona.avoid)


def improve(wish: Brief, account: Account) -> tuple[Enhanced, tuple[Piece, ...]]:
    """The better prompt, and what changed word by word."""
    better = writer.improve(wish, account)
    return better, difference(wish.prompt, better.prompt)


# --- to be found again --------------------------------------------------------------------------


def history(account: Account, user: User, operation: str) -> list[str]:
    """The last different prompts that this person ordered with, the newest first."""
    mine = Job.objects.for_account(account).filter(user=user, operation=operation)
    newest = mine.order_by("-created", "-id").values_list("params__prompt", flat=True)[:LOOKED_AT]
    written = (text for text in newest if isinstance(text, str) and text.strip())
    return list(dict.fromkeys(written))[:HISTORY]


def saved(account: Account) -> OwnedQuerySet[SavedPrompt]:
    return SavedPrompt.objects.for_account(account)


def save(account: Account, user: User, text: str) -> SavedPrompt:
    """Keep a prompt; one that is kept already stays one. Raises Full."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if found := saved(account).filter(digest=digest).first():
        return found
    if SavedPrompt.objects.filter(account=account).count() >= MOST_SAVED:
        raise Full(f"There are {MOST_SAVED} saved prompts, which is the most. Remove one first.")
    try:
        with transaction.atomic():
            return SavedPrompt.objects.create(account=account, user=user, text=text, digest=digest)
    except IntegrityError:  # somebody pressed at the same moment
        return saved(account).get(digest=digest)


def check_room(account: Account) -> None:
    """Raises Full when the account may have no further persona."""
    if Persona.objects.filter(account=account).count() >= MOST_PERSONAS:
        raise Full(f"There are {MOST_PERSONAS} personas, which is the most. Delete one first.")
