"""One row: a place where a picture is shown, and the size that it has there."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

CATEGORIES = {
    "social-media": "Social media",
    "blog-content": "Blog",
    "ad-creative": "Ads",
    "product": "Products",
    "brand-assets": "Website and brand",
    "email-marketing": "Email",
}
PLATFORMS = {
    "instagram": "Instagram",
    "facebook": "Facebook",
    "twitter": "X (Twitter)",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "pinterest": "Pinterest",
    "tiktok": "TikTok",
    "ads": "Display ads",
    "shop": "Online shop",
    "blog": "Blog",
    "email": "Email",
    "website": "Website",
}
# A ratio of small numbers is written with them; others are rounded, and show it.
SMALL = 21


def ratio_label(width: int, height: int) -> str:
    """Width to height in words: exact where the numbers are small, else with two decimals.

    >>> ratio_label(1080, 1350), ratio_label(820, 312), ratio_label(160, 600)
    ('4:5', '2.63:1', '4:15')
    """
    unit = gcd(width, height)
    w, h = width // unit, height // unit
    if max(w, h) <= SMALL:
        return f"{w}:{h}"
    return f"{width / height:.2f}:1" if w > h else f"1:{height / width:.2f}"


@dataclass(frozen=True)
class Template:
    """`width` and `height` in pixels, as the platform shows it; `style` is the key of a style or
    nothing; `hint` says in words of a prompt what the place asks of a picture."""

    key: str
    name: str
    platform: str
    category: str
    width: int
    height: int
    style: str
    quality: str
    description: str
    use_cases: tuple[str, ...]
    hint: str

    @property
    def label(self) -> str:
        """The ratio; it follows from the size, so that it cannot be wrong."""
        return ratio_label(self.width, self.height)

    @property
    def size(self) -> str:
        return f"{self.width} × {self.height}"

    @property
    def platform_label(self) -> str:
        return PLATFORMS[self.platform]
