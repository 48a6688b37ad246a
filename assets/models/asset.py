"""An Asset is one file with all that is known of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Func

from assets.models.tag import Tag
from billing.ids import uuid7
from billing.models import Account, Client
from billing.owned import Owned, OwnedQuerySet
from billing.scope import EVERYTHING, Scope


class AssetKind(models.TextChoices):
    IMAGE = "image", "Picture"
    VIDEO = "video", "Video"
    AUDIO = "audio", "Audio"
    MODEL = "model", "3D model"
    TEXT = "text", "Text"


class Status(models.TextChoices):
    READY = "ready", "Ready"
    DAMAGED = "damaged", "File missing"


class Flag(models.TextChoices):
    """What a person decided while looking through many."""

    PICK = "pick", "Picked"
    REJECT = "reject", "Rejected"


LISTED = [
    "account",
    "-created",
    "-id",
    "trashed",
    "stacked",
    "number",
    "traits",
    "rating",
    "flag",
    "favorite",
    "tag_ids",
    "kind",
    "module",
    "provider",
    "model",
    "client",
    "status",
    "tint",
    "ratio",
    "width",
    "height",
    "duration",
    "size",
    "cost",
    "seed",
    "has_alpha",
    "animated",
    "updated",
    "title_key",
]

# What lasts no time comes before all that does.
LENGTH = Func(F("duration"), template="COALESCE(%(expressions)s, -1.0)")
# Beside the date, by which the first index is in order.
SORTED: dict[str, Any] = {
    "updated": F("updated"),
    "title": F("title_key"),
    "size": F("size"),
    "length": LENGTH,
    "rating": F("rating"),
    "cost": F("cost"),
    "opens": F("opens"),
    "downloads": F("downloads"),
    "shares": F("shares"),
}


class AssetQuerySet(OwnedQuerySet["Asset"]):
    """`account_id` is whose assets they are, once that is said, and `scope` what of them is in
    sight; `search` what they were found by, as assets.search reads it, and `filed` in which
    collection beside it, as it was asked for."""

    account_id: UUID | None = None
    scope: Scope = EVERYTHING
    search: Any = None
    filed: str = ""

    def for_account(self, account: Account) -> AssetQuerySet:
        mine = super().for_account(account)
        mine.account_id, mine.scope = account.pk, account.scope
        return mine

    def _clone(self) -> AssetQuerySet:
        twin: AssetQuerySet = super()._clone()  # type: ignore[misc]
        twin.account_id, twin.search, twin.scope = self.account_id, self.search, self.scope
        twin.filed = self.filed
        return twin

    def live(self) -> AssetQuerySet:
        return self.filter(trashed__isnull=True)

    def shown(self) -> AssetQuerySet:
        """Without what another version stands for."""
        return self.filter(stacked=False)


class Asset(Owned):
    """A file of an account. Sizes in pixels, `duration` in seconds, `size` in bytes.

    `origin` says where it came from as text (`upload`, `job:<id>`); `slot` numbers the results of
    one origin, so that the same result cannot be stored twice.

    Versions of one thing: all but the first point to the first with `version_of`; one of them is
    shown, the others are `stacked` behind it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assets")
    client = models.ForeignKey(
        Client,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="assets",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=AssetKind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    title = models.CharField(max_length=200)
    filename = models.CharField(max_length=200, help_text="Name that a download gets")
    file = models.FileField(max_length=300)
    thumbnail = models.FileField(max_length=300, blank=True)
    poster = models.FileField(max_length=300, blank=True, help_text="A large still for the page")
    mime = models.CharField(max_length=60)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration = models.FloatField(null=True, blank=True)
    fps = models.FloatField(null=True, blank=True)
    has_audio = models.BooleanField(default=False)
    has_alpha = models.BooleanField(default=False)
    animated = models.BooleanField(default=False, help_text="A picture with more than one frame")
    color = models.CharField(max_length=7, default="#808080", help_text="Dominant color")
    focus_x = models.FloatField(null=True, blank=True, help_text="What stays in view, 0 to 1")
    focus_y = models.FloatField(null=True, blank=True)
    alt = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=100, default="upload")
    slot = models.PositiveSmallIntegerField(default=0)
    module = models.CharField(max_length=40, default="upload")
    recipe = models.JSONField(default=dict, blank=True, help_text="What made it, every parameter")
    parents: models.ManyToManyField[Asset, models.Model] = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="children"
    )
    version_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="versions"
    )
    version = models.PositiveIntegerField(default=1)
    stacked = models.BooleanField(default=False, help_text="Another version stands for it")
    favorite = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(default=0, help_text="0 (none) to 5")
    flag = models.CharField(max_length=6, choices=Flag.choices, blank=True, default="")
    provider = models.CharField(max_length=40, blank=True, default="", help_text="Who made it")
    model = models.CharField(max_length=120, blank=True, default="", help_text="With what")
    seed = models.BigIntegerField(null=True, blank=True)
    cost = models.BigIntegerField(default=0, help_text="What was paid for it, in units")
    opens = models.PositiveIntegerField(default=0, help_text="How often its page was opened")
    downloads = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0, help_text="How often it was opened by a link")
    ratio = models.FloatField(null=True, blank=True, help_text="Width divided by height")
    tint = models.CharField(max_length=10, blank=True, default="", help_text="Its color by name")
    traits = models.BigIntegerField(
        default=0, editable=False, help_text="What it is counted by: see assets.search.traits"
    )
    title_key = models.CharField(max_length=200, blank=True, default="", editable=False)
    tags: models.ManyToManyField[Tag, models.Model] = models.ManyToManyField(
        Tag, blank=True, related_name="assets"
    )
    tag_ids = models.TextField(blank=True, default="", editable=False)
    number = models.BigIntegerField(
        null=True, editable=False, help_text="Its row in the text index, where that needs one"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    trashed = models.DateTimeField(null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "slot"],
                condition=~models.Q(origin="upload"),
                name="asset_once_per_origin",
            )
        ]
        indexes = [
            # In the order of the library and with all that it is filtered by, so that a page and
            # its counts are found without reading the rows.
            models.Index(fields=LISTED, name="asset_listed"),
            models.Index(fields=["account", "module", "provider", "model"], name="asset_makers"),
            models.Index(
                fields=["client", "-created", "-id"],
                condition=models.Q(client__isnull=False),
                name="asset_of_client",
            ),
            models.Index(
                fields=["number"], condition=models.Q(number__isnull=False), name="asset_number"
            ),
            # A page in any other order.
            *(
                models.Index("account", column, "id", name=f"asset_by_{name}")
                for name, column in SORTED.items()
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def focus(self) -> tuple[float, float] | None:
        """The spot that a person wants to stay in view, as parts of the width and height."""
        if self.focus_x is None or self.focus_y is None:
            return None
        return self.focus_x, self.focus_y
