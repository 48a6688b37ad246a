"""A board shows some assets to people without an account, and takes what they say of them.

Nothing of it can be guessed: the link holds 256 random bits, of which only the digest is kept, and
an item is called by a random key that is valid on its own board alone.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from assets.models.asset import Asset
from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet


def item_key() -> str:
    """What an item is called outside: 128 random bits."""
    return secrets.token_urlsafe(16)


class BoardQuerySet(OwnedQuerySet["Board"]):
    def open(self) -> BoardQuerySet:
        """Those whose link works now."""
        live = models.Q(expires=None) | models.Q(expires__gt=timezone.now())
        return self.filter(live, revoked=None)


class Board(Owned):
    """Assets of an account under one link. `salt` makes the link together with the secret of the
    studio; `digest` is the SHA-256 of the link's token. The password is hashed; empty is none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="boards")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(max_length=200)
    note = models.TextField(max_length=2000, blank=True)
    salt = models.CharField(max_length=50, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    password = models.CharField(max_length=128, blank=True, editable=False)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    downloads = models.BooleanField(default=False, help_text="Visitors may keep the files")
    prompts = models.BooleanField(default=False, help_text="Visitors see the prompts")
    metadata = models.BooleanField(default=False, help_text="Files leave with all that is in them")
    visits = models.PositiveIntegerField(default=0)
    visited = models.DateTimeField(null=True, blank=True)
    seen = models.DateTimeField(null=True, blank=True, help_text="When a member last looked")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = BoardQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [models.Index(fields=["account", "-created", "-id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def is_expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()

    @property
    def is_open(self) -> bool:
        return self.revoked is None and not self.is_expired


class BoardItem(models.Model):
    """An asset on a board. What is in the trash is not shown, and comes back when restored."""

    key = models.CharField(max_length=32, unique=True, default=item_key, editable=False)
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="board_items")
    place = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["board", "asset"], name="board_shows_asset_once")
        ]

    def __str__(self) -> str:
        return f"{self.board}: {self.asset}"


class BoardComment(models.Model):
    """Said of an item, by a member (`user`) or a visitor (`visitor`, the key of their browser).

    `at` is a time in seconds. A spot or region is a fraction of the width and height: x and y of
    its upper left corner, w and h, which are 0 for a spot. Replies point to the first comment.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(BoardItem, on_delete=models.CASCADE, related_name="comments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    visitor = models.CharField(max_length=32, blank=True, default="")
    name = models.CharField(max_length=60)
    text = models.TextField(max_length=2000)
    at = models.FloatField(null=True, blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    w = models.FloatField(null=True, blank=True)
    h = models.FloatField(null=True, blank=True)
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    resolved = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:40]}"


class Said(models.TextChoices):
    APPROVED = "approved", "Approved"
    CHANGES = "changes", "Changes wanted"


class BoardVerdict(models.Model):
    """What one person decided on an item; `who` is `user:<id>` or `visitor:<key>`."""

    item = models.ForeignKey(BoardItem, on_delete=models.CASCADE, related_name="verdicts")
    who = models.CharField(max_length=50)
    name = models.CharField(max_length=60)
    verdict = models.CharField(max_length=10, choices=Said.choices)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["updated", "id"]
        constraints = [models.UniqueConstraint(fields=["item", "who"], name="verdict_once_each")]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_verdict_display()}"


class BoardTry(models.Model):
    """A password that is being tried, or was wrong. The address is kept as a digest."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="tries")
    address = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["board", "created"])]

    def __str__(self) -> str:
        return f"{self.board} {self.created}"
