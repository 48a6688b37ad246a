"""Collections: folders that hold no files but names of files, so that one may be in many."""

from __future__ import annotations

from django.db import models

from assets.models.asset import Asset
from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet, once


class Collection(Owned):
    """`key` is the name as it is compared: among siblings it is there once. Those inside belong to
    the same client."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="collections")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=160, editable=False)
    note = models.CharField(max_length=500, blank=True, default="")
    order = models.PositiveIntegerField(default=0, help_text="Its place among its siblings")
    assets: models.ManyToManyField[Asset, CollectionItem] = models.ManyToManyField(
        Asset, through="CollectionItem", related_name="collections"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet["Collection"].as_manager()

    class Meta:
        ordering = ["order", "key", "id"]
        constraints = [
            *once("collection_once_on_top", ["key"], models.Q(parent=None)),
            models.UniqueConstraint(
                fields=["parent", "key"],
                condition=models.Q(parent__isnull=False),
                name="collection_once_among_siblings",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CollectionItem(models.Model):
    """That an asset is in a collection, since when, and at which place."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="items")
    added = models.DateTimeField(auto_now_add=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        indexes = [
            models.Index(fields=["collection", "order", "asset"], name="collected_by_hand"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["collection", "asset"], name="collected_once")
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} in {self.collection_id}"
