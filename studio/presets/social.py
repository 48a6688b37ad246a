"""Social formats: the shapes, safe zones and limits that a new studio begins with.

They become rows of a table that operators edit; a row that is added here is added there too. Where
what is told of a limit differs, the narrower one stands here: a file within it is taken everywhere.
Where no page tells what is laid over the rim, it is what is usual for the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

PLATFORMS = {
    "instagram": "Instagram",
    "facebook": "Facebook",
    "twitter": "X (Twitter)",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "pinterest": "Pinterest",
    "tiktok": "TikTok",
}

Safe = tuple[int, int, int, int]
# What a platform lays over the rim, in percent: top, bottom, left, right.
USUAL: Safe = (15, 15, 10, 10)
PORTRAIT: Safe = (20, 20, 10, 10)
UPRIGHT: Safe = (25, 15, 10, 10)
HEADER: Safe = (20, 10, 15, 15)

STILL = ("jpeg", "png")
# When the pages below were read.
READ = date(2026, 11, 28)


@dataclass(frozen=True)
class Format:
    """One place. Sizes in pixels; `types` are those that are taken, the best first; `max_mb` in
    millions of bytes; `max_seconds` and `loudness` (LUFS) of a video; `checked` is the day on which
    somebody read the rule at `source`."""

    platform: str
    key: str
    name: str
    width: int
    height: int
    safe: Safe
    max_mb: int
    source: str
    types: tuple[str, ...] = STILL
    max_seconds: int | None = None
    loudness: float | None = None
    checked: date = READ

    @property
    def media(self) -> str:
        return "image" if self.max_seconds is None else "video"


def still(
    platform: str, name: str, size: tuple[int, int], safe: Safe, max_mb: int, source: str
) -> Format:
    types = (*STILL, "gif") if platform == "twitter" else STILL
    key = _key(platform, name)
    return Format(platform, key, name, *size, safe, max_mb, f"https://{source}", types)


def film(
    platform: str,
    name: str,
    size: tuple[int, int],
    safe: Safe,
    most: tuple[int, int],
    source: str,
    types: tuple[str, ...] = ("mp4",),
) -> Format:
    """`most` are seconds and millions of bytes."""
    seconds, mb = most
    key = _key(platform, name) if "video" in name.lower() else f"{_key(platform, name)}-video"
    source = f"https://{source}"
    return Format(platform, key, name, *size, safe, mb, source, types, seconds, LOUDNESS)


def _key(platform: str, name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name.lower()).split()
    return "-".join([platform, *words])


# What the large platforms turn everything to.
LOUDNESS = -14.0
WIDE, SQUARE, TALL, UP = (1920, 1080), (1080, 1080), (1080, 1350), (1080, 1920)
MOV, WEBM = ("mp4", "mov"), ("mp4", "mov", "webm")

IG_PUBLISHING = "developers.facebook.com/docs/instagram-api/reference/ig-user/media"
IG_ADS = "developers.facebook.com/docs/instagram/ads-api/reference/media-requirements"
IG_STORY = "alladspecs.com/specs/meta-instagram/stories-image"
IG_STORY_VIDEO = "adcreate.com/blog/instagram-video-length-size-guide-2026"
IG_REEL = "www.argil.ai/blog/instagram-reel-size-e350f"
META_SAFE = "primores.org/wiki/marketing/meta-ad-placement-safe-zones/"
FB_SHARING = "developers.facebook.com/docs/sharing/webmasters/images"
FB_STORY = "developers.facebook.com/docs/page-stories-api"
FB_COVER = "braveriver.com/?p=2607"
FB_VIDEO = "docs.getlate.dev/resources/media-guidelines/facebook"
FB_SQUARE = "www.xyzlab.com/meta-ads-specs"
X_MEDIA = "docs.x.com/x-api/media/introduction"
X_CARD = "developer.x.com/cards/markup"
X_HEADER = "xroadstudio.com/platform-specs/x"
X_VIDEO = "docs.x.com/x-api/media/quickstart/best-practices"
LINKEDIN = "docs.getlate.dev/resources/media-guidelines/linkedin"
LINKEDIN_ARTICLE = "www.picovert.com/en/blog/image-size-for-linkedin-article"
LINKEDIN_COVER = "www.dresma.com/image-resizer/linkedin-specs"
YT_THUMBNAIL = "developers.google.com/youtube/data/reference/rest/v3/thumbnails/set"
YT_BANNER = "developers.google.com/youtube/v3/docs/channelBanners/insert"
YT_VIDEO = "developers.google.com/youtube/data/reference/rest/v3/videos/insert"
YT_SHORT = "www.entrepreneur.com/en-in/news-and-trends/youtube-drops-major-update-to-shorts/481432"
PIN = "help.pinterest.com/en/business/article/pinterest-product-specs"
PIN_STORY = "help.pinterest.com/en-gb/article/review-pin-specs"
TIKTOK_COVER = "www.ayrshare.com/docs/media-guidelines/tiktok.md"
TIKTOK = "docs.getlate.dev/resources/media-guidelines/tiktok"

# Stated for these places: pixels of 1920, turned to percent and rounded up.
IG_STORY_SAFE: Safe = (25, 21, 10, 10)
IG_REEL_SAFE: Safe = (25, 35, 10, 13)
PIN_STORY_SAFE: Safe = (15, 42, 7, 19)
# The part of a banner that every device shows: 1546 x 423 of 2560 x 1440.
YT_BANNER_SAFE: Safe = (36, 36, 20, 20)

FORMATS = (
    still("instagram", "Feed post (square)", SQUARE, USUAL, 8, IG_PUBLISHING),
    still("instagram", "Feed post (portrait)", TALL, PORTRAIT, 8, IG_PUBLISHING),
    still("instagram", "Story", UP, IG_STORY_SAFE, 8, IG_STORY),
    still("instagram", "Reel cover", UP, IG_REEL_SAFE, 8, META_SAFE),
    still("facebook", "Feed post", (1200, 630), USUAL, 8, FB_SHARING),
    still("facebook", "Feed post (square)", SQUARE, USUAL, 8, IG_ADS),
    still("facebook", "Story", UP, UPRIGHT, 10, FB_STORY),
    still("facebook", "Cover photo", (820, 312), HEADER, 8, FB_COVER),
    still("twitter", "Post", (1200, 675), USUAL, 5, X_MEDIA),
    still("twitter", "Card", (1200, 600), USUAL, 5, X_CARD),
    still("twitter", "Header", (1500, 500), HEADER, 5, X_HEADER),
    still("linkedin", "Feed post", (1200, 628), USUAL, 8, LINKEDIN),
    still("linkedin", "Feed post (square)", SQUARE, USUAL, 8, LINKEDIN),
    still("linkedin", "Article", (1200, 627), USUAL, 8, LINKEDIN_ARTICLE),
    still("linkedin", "Company cover", (1128, 191), HEADER, 8, LINKEDIN_COVER),
    still("youtube", "Thumbnail", (1280, 720), USUAL, 2, YT_THUMBNAIL),
    still("youtube", "Channel art", (2560, 1440), YT_BANNER_SAFE, 6, YT_BANNER),
    still("pinterest", "Pin", (1000, 1500), PORTRAIT, 20, PIN),
    still("pinterest", "Story pin", UP, PIN_STORY_SAFE, 20, PIN_STORY),
    still("tiktok", "Video cover", UP, UPRIGHT, 10, TIKTOK_COVER),
    film("instagram", "Reel", UP, IG_REEL_SAFE, (90, 1000), IG_REEL),
    film("instagram", "Story", UP, IG_STORY_SAFE, (60, 1000), IG_STORY_VIDEO),
    film("instagram", "Feed video (square)", SQUARE, USUAL, (60, 1000), IG_ADS),
    film("instagram", "Feed video (portrait)", TALL, PORTRAIT, (60, 1000), IG_ADS),
    film("facebook", "Feed video", WIDE, USUAL, (14_400, 4000), FB_VIDEO, MOV),
    film("facebook", "Feed video (square)", SQUARE, USUAL, (14_400, 4000), FB_SQUARE, MOV),
    film("facebook", "Feed video (portrait)", TALL, PORTRAIT, (14_400, 4000), FB_SQUARE, MOV),
    film("facebook", "Story", UP, UPRIGHT, (60, 4000), FB_STORY, MOV),
    film("twitter", "Video", WIDE, USUAL, (140, 512), X_VIDEO),
    film("linkedin", "Video", WIDE, USUAL, (600, 5000), LINKEDIN, MOV),
    film("linkedin", "Video (square)", SQUARE, USUAL, (600, 5000), LINKEDIN, MOV),
    film("linkedin", "Video (portrait)", UP, UPRIGHT, (600, 5000), LINKEDIN, MOV),
    film("youtube", "Video", WIDE, USUAL, (43_200, 256_000), YT_VIDEO, WEBM),
    film("youtube", "Video (4K)", (3840, 2160), USUAL, (43_200, 256_000), YT_VIDEO, WEBM),
    film("youtube", "Short", UP, UPRIGHT, (180, 256_000), YT_SHORT, WEBM),
    film("tiktok", "Video", UP, UPRIGHT, (600, 512), TIKTOK, WEBM),
)
