"""Where pictures and videos are shown: platforms and their formats, as rows that operators edit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models

from studio.presets.templates import ratio_label

MB = 1_000_000
"""Bytes: the smaller of the two readings, so that a file is below the limit in both."""
MOST_SIDE = {"image": 8192, "video": 4096}
"""Pixels on a side that are written here."""
TYPES = {"image": ("jpeg", "png", "webp", "gif"), "video": ("mp4", "mov", "webm")}
"""File types that a platform may be said to take. Not all of them are written here."""
WRITTEN = {"image": ("jpeg", "png", "webp"), "video": ("mp4",)}


class SocialPlatform(models.Model):
    key = models.SlugField(max_length=40, unique=True, help_text="As the API and file names say it")
    name = models.CharField(max_length=60)
    order = models.PositiveSmallIntegerField(default=100, help_text="The smallest comes first")

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class SocialFormat(models.Model):
    """One place on a platform: its exact size, what it takes, and what it lays over the rim.

    `safe_…` are percent of the height or width that may be covered. `types` are those that are
    taken, the best first, with commas. `checked` is the day on which somebody read the rule at
    `source`.
    """

    class Media(models.TextChoices):
        IMAGE = "image", "Picture"
        VIDEO = "video", "Video"

    platform = models.ForeignKey(SocialPlatform, on_delete=models.CASCADE, related_name="formats")
    key = models.SlugField(max_length=80, unique=True, help_text="As the API and file names say it")
    name = models.CharField(max_length=80)
    media = models.CharField(max_length=5, choices=Media.choices, default=Media.IMAGE)
    width = models.PositiveIntegerField(help_text="Pixels")
    height = models.PositiveIntegerField(help_text="Pixels")
    safe_top = models.PositiveSmallIntegerField("covered at the top", default=0, help_text="%")
    safe_bottom = models.PositiveSmallIntegerField(
        "covered at the bottom", default=0, help_text="%"
    )
    safe_left = models.PositiveSmallIntegerField("covered at the left", default=0, help_text="%")
    safe_right = models.PositiveSmallIntegerField("covered at the right", default=0, help_text="%")
    types = models.CharField(
        max_length=60, default="jpeg, png", help_text="File types that are taken, the best first"
    )
    max_mb = models.DecimalField(
        "most MB",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Of 1,000,000 bytes; empty is no limit",
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    max_seconds = models.FloatField(
        "most seconds",
        null=True,
        blank=True,
        help_text="Of a video; empty is no limit",
        validators=[MinValueValidator(1)],
    )
    loudness = models.FloatField(
        null=True,
        blank=True,
        help_text="LUFS that the sound of a video is brought to; empty leaves it as it is",
        validators=[MinValueValidator(-40), MaxValueValidator(-5)],
    )
    source = models.CharField(
        max_length=300,
        blank=True,
        help_text="Where the rule is written",
        validators=[URLValidator(schemes=["https", "http"])],
    )
    checked = models.DateField(
        null=True, blank=True, help_text="When somebody last read the rule there"
    )
    shown = models.BooleanField(
        default=True,
        help_text="Whether it can be chosen. What the studio brings along is hidden rather than "
        "deleted: it would come back.",
    )
    order = models.PositiveSmallIntegerField(default=100, help_text="The smallest comes first")

    class Meta:
        ordering = ["platform__order", "platform__name", "order", "name"]

    def __str__(self) -> str:
        return f"{self.platform.name}: {self.name}"

    @property
    def ratio(self) -> str:
        """In words; it follows from the size, so that it cannot be wrong."""
        return ratio_label(self.width, self.height)

    @property
    def shape(self) -> str:
        """Width divided by height, as pages and the crops of a picture name it."""
        return f"{self.width / self.height:.4f}"

    @property
    def type_list(self) -> list[str]:
        return [name for name in re.split(r"[\s,]+", self.types.strip().lower()) if name]

    @property
    def made_as(self) -> str:
        """Those of its types that are written here, in words."""
        return ", ".join(name for name in self.type_list if name in WRITTEN[self.media])

    @property
    def max_bytes(self) -> int | None:
        return None if self.max_mb is None else int(self.max_mb * MB)

    @property
    def safe_zone(self) -> tuple[float, float, float, float]:
        """Top, bottom, left, right as fractions."""
        sides = (self.safe_top, self.safe_bottom, self.safe_left, self.safe_right)
        top, bottom, left, right = (side / 100 for side in sides)
        return top, bottom, left, right

    def clean(self) -> None:
        problems: dict[str, Any] = {}
        for name, one, other in (
            ("safe_bottom", self.safe_top, self.safe_bottom),
            ("safe_right", self.safe_left, self.safe_right),
        ):
            if (one or 0) + (other or 0) >= 100:
                problems[name] = f"{one} % and {other} % leave nothing between them. Make one less."
        problems |= self._size_problems() | self._type_problems()
        if self.media == self.Media.IMAGE and self.max_seconds is not None:
            problems["max_seconds"] = "A picture has no length. Leave it empty."
        if problems:
            raise ValidationError(problems)

    def _size_problems(self) -> dict[str, str]:
        problems = {}
        for name, side in (("width", self.width), ("height", self.height)):
            if side is None:
                continue
            most = MOST_SIDE.get(self.media, 0)
            if not 16 <= side <= most:
                problems[name] = f"{side} px is not possible. Use 16 to {most:,}."
            elif self.media == self.Media.VIDEO and side % 2:
                problems[name] = f"{side} px is odd; videos have even sides. Use {side + 1}."
        return problems

    def _type_problems(self) -> dict[str, str]:
        known, named = TYPES.get(self.media, ()), self.type_list
        if odd := [name for name in named if name not in known]:
            return {"types": f"“{odd[0]}” is no type for this. Use some of {', '.join(known)}."}
        written = WRITTEN.get(self.media, ())
        if not any(name in written for name in named):
            return {
                "types": f"None of these can be written here. Name one of {', '.join(written)}."
            }
        return {}
