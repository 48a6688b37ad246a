"""What WaveSpeed does for us. Prices are those of its pages, in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.pricing import PerSecond, PerSecondBy
from studio.operations.transform import PROMPTED, choice_of
from studio.providers._answers import sent_as
from studio.spec import FileLimits, Offer

MB = 1024 * 1024
SOUND = FileLimits(
    max_bytes=15 * MB, mimes=("audio/wav", "audio/mpeg"), min_seconds=3, max_seconds=30
)
PICTURE = FileLimits(max_bytes=10 * MB, mimes=("image/jpeg", "image/png", "image/webp"))
KLING_PICTURE = FileLimits(
    max_bytes=10 * MB,
    min_side=300,
    min_ratio=0.4,
    max_ratio=2.5,
    mimes=("image/jpeg", "image/png"),
)
SIZES = {
    ("480p", "16:9"): "832*480",
    ("480p", "9:16"): "480*832",
    ("720p", "16:9"): "1280*720",
    ("720p", "9:16"): "720*1280",
    ("1080p", "16:9"): "1920*1080",
    ("1080p", "9:16"): "1080*1920",
}
NEEDED = {"required": True}
WAN_PRICE = PerSecondBy({"480p": "0.05", "720p": "0.10", "1080p": "0.15"}, minimum=5)
WAN_NAMES = {"expand_prompt": "enable_prompt_expansion"}

wan_text = sent_as(WAN_NAMES)
plain = sent_as({})


def _sized(build: Any, params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """Resolution and shape as one size."""
    rest = {k: v for k, v in params.items() if k not in ("resolution", "aspect_ratio")}
    size = SIZES[params["resolution"], params["aspect_ratio"]]
    return {**build(rest, files), "size": size}


def wan_sized(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    return _sized(wan_text, params, files)


def hunyuan_sized(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    return _sized(plain, params, files)


OFFERS = (
    Offer(
        key="wavespeed-wan-2.5",
        provider="wavespeed",
        operation="image-to-video",
        label="WAN 2.5",
        summary="Lively motion from a prompt, and lips that follow a sound of yours.",
        cannot="Takes 5 or 10 seconds only; keeps the shape of the picture.",
        model="alibaba/wan-2.5/image-to-video",
        accepts={
            **PROMPTED,
            "image": {"limits": PICTURE},
            "prompt": NEEDED,
            "negative_prompt": True,
            "expand_prompt": True,
            "duration": choice_of(5, 10),
            "resolution": ("480p", "720p", "1080p"),
            "audio": {"limits": SOUND, "help": "Optional. 3 to 30 seconds that the video follows."},
            "seed": True,
        },
        build=sent_as(WAN_NAMES),
        price=WAN_PRICE,
    ),
    Offer(
        key="wavespeed-kandinsky-5-pro",
        provider="wavespeed",
        operation="image-to-video",
        label="Kandinsky 5 Pro",
        summary="Five calm seconds that stay close to the picture.",
        cannot="5 seconds only; no sound, no seed, no negative prompt.",
        model="wavespeed-ai/kandinsky5-pro/image-to-video",
        accepts={
            **PROMPTED,
            "image": {"limits": PICTURE},
            "prompt": NEEDED,
            "duration": choice_of(5),
            "resolution": ("512p", "1024p"),
        },
        build=sent_as({}),
        price=PerSecondBy({"512p": "0.04", "1024p": "0.12"}, minimum=5),
    ),
    Offer(
        key="wavespeed-kling-2.5-turbo-std",
        provider="wavespeed",
        operation="image-to-video",
        label="Kling 2.5 Turbo",
        summary="Natural motion of people and animals, at a fixed price per clip.",
        cannot="5 or 10 seconds; no sound and no seed; the model chooses the size.",
        model="kwaivgi/kling-v2.5-turbo-std/image-to-video",
        accepts={
            **PROMPTED,
            "image": {"limits": KLING_PICTURE},
            "prompt": NEEDED,
            "negative_prompt": True,
            "guidance": {"high": 1, "default": 0.5},
            "duration": choice_of(5, 10),
        },
        build=sent_as({"guidance": "guidance_scale"}),
        price=PerSecond("0.042", minimum=5),
    ),
    Offer(
        key="wavespeed-wan-2.5-text",
        provider="wavespeed",
        operation="text-to-video",
        label="WAN 2.5",
        summary="Scenes from words, and lips that follow a sound of yours.",
        cannot="5 or 10 seconds, wide or tall.",
        model="alibaba/wan-2.5/text-to-video",
        accepts={
            "prompt": True,
            "negative_prompt": True,
            "expand_prompt": True,
            "duration": choice_of(5, 10),
            "resolution": ("480p", "720p", "1080p"),
            "aspect_ratio": ("16:9", "9:16"),
            "audio": {"limits": SOUND, "help": "Optional. 3 to 30 seconds that the video follows."},
            "seed": True,
        },
        build=wan_sized,
        price=WAN_PRICE,
    ),
    Offer(
        key="wavespeed-hunyuan-1.5-text",
        provider="wavespeed",
        operation="text-to-video",
        label="Hunyuan Video 1.5",
        summary="The least expensive way from words to moving pictures.",
        cannot="5, 8 or 10 seconds, wide or tall; no sound.",
        # The name and the field `size` are not documented where we could read them.
        model="wavespeed-ai/hunyuan-video-1.5/text-to-video",
        accepts={
            "prompt": True,
            "negative_prompt": True,
            "duration": choice_of(5, 8, 10),
            "resolution": ("480p", "720p"),
            "aspect_ratio": ("16:9", "9:16"),
            "seed": True,
        },
        build=hunyuan_sized,
        price=PerSecondBy({"480p": "0.02", "720p": "0.04"}),
    ),
    Offer(
        key="wavespeed-ltx-2-pro-text",
        provider="wavespeed",
        operation="text-to-video",
        label="LTX-2 Pro",
        summary="Full HD from words, with sound if you like.",
        cannot="6, 8 or 10 seconds in 1080p; no seed and no negative prompt.",
        model="lightricks/ltx-2-pro/text-to-video",
        accepts={
            "prompt": True,
            "duration": choice_of(6, 8, 10),
            "make_audio": {"default": True},
        },
        build=sent_as({"make_audio": "generate_audio"}),
        price=PerSecond("0.06"),
    ),
    Offer(
        key="wavespeed-infinitetalk",
        provider="wavespeed",
        operation="talking-avatar",
        label="InfiniteTalk",
        summary="Moves lips, face and head to a voice of up to ten minutes.",
        cannot="10 minutes at most; slow: up to half a minute for each second.",
        model="wavespeed-ai/infinitetalk",
        accepts={
            "image": {"limits": PICTURE},
            "audio": {"limits": FileLimits(max_bytes=50 * MB, max_seconds=600)},
            "mask": {"limits": PICTURE},
            "prompt": True,
            "trim_start": True,
            "trim_end": True,
            "seconds": True,
            "resolution": {"choices": ("480p", "720p"), "default": "480p"},
            "seed": True,
        },
        # The voice is cut before it is sent; its length is for the price alone.
        here=("trim_start", "trim_end", "seconds"),
        build=sent_as({"mask": "mask_image"}),
        price=PerSecondBy(
            {"480p": "0.03", "720p": "0.06"}, seconds="seconds", minimum=5, whole=True
        ),
        deadline=6 * 3600,
    ),
)
