"""What fal does for us. Prices in US dollars; its pricing API has the last word on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.pricing import PerMegapixel, PerSecond, PerSecondBy
from studio.operations.transform import PROMPTED, choice_of
from studio.providers._answers import sent_as
from studio.spec import FileLimits, Offer, Param

MB = 1024 * 1024
NEEDED = {"required": True}
# Other types, and pictures that move, are converted: its models want one plain picture.
PICTURES = ("image/jpeg", "image/png", "image/webp")
KLING_PICTURE = FileLimits(
    max_bytes=10 * MB, min_side=300, min_ratio=0.4, max_ratio=2.5, mimes=PICTURES
)
COMMON = {
    "image": "image_url",
    "end_image": "end_image_url",
    "audio": "audio_url",
    "make_audio": "generate_audio",
    "guidance": "guidance_scale",
    "expand_prompt": "enable_prompt_expansion",
    "safety_checker": "enable_safety_checker",
}

SAFETY_CHECKER = Param(
    "safety_checker",
    "boolean",
    "Safety checker",
    help="Refuses pictures and prompts that are unfit to be seen.",
    default=True,
    group="more",
    advanced=True,
)

# --- LTX-2: frames and a size of its own ----------------------------------------------------------

# The largest of these counts where the model chooses by the picture.
LTX_SIZES = {
    "auto": (1024, 1024),
    "landscape_16_9": (1024, 576),
    "landscape_4_3": (1024, 768),
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "1280x704": (1280, 704),
    "704x1280": (704, 1280),
    "1920x1088": (1920, 1088),
    "1088x1920": (1088, 1920),
}
LTX_LABELS = {
    "auto": "As the picture",
    "landscape_16_9": "Wide 16:9",
    "landscape_4_3": "Wide 4:3",
    "square_hd": "Square",
    "square": "Square, small",
    "portrait_4_3": "Tall 3:4",
    "portrait_16_9": "Tall 9:16",
} | {f"{w}x{h}": f"{w} × {h}" for w, h in list(LTX_SIZES.values())[-4:]}
LTX_FRAMES = (9, 481)


def ltx_frames(params: Mapping[str, Any]) -> int:
    """Frames for at most so many seconds: one more than a multiple of eight.

    >>> ltx_frames({"duration": 5, "fps": 25}), ltx_frames({"duration": 30, "fps": 30})
    (121, 481)
    """
    eights = int((params["duration"] * params["fps"] - 1) // 8)
    least, most = LTX_FRAMES
    return min(max(8 * eights + 1, least), most)


def ltx_size(params: Mapping[str, Any]) -> tuple[int, int]:
    return LTX_SIZES[params["video_size"]]


def _ltx_named(size: str) -> Any:
    if "x" not in size:
        return size
    width, height = LTX_SIZES[size]
    return {"width": width, "height": height}


_ltx = sent_as(COMMON, {"video_output_type": "X264 (.mp4)"}, video_size=_ltx_named)


def ltx(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    unused = {"duration"} if "end_image" in files else {"duration", "end_image_strength"}
    rest = {k: v for k, v in params.items() if k not in unused}
    return {**_ltx(rest, files), "num_frames": ltx_frames(params)}


def _part(name: str, label: str, default: float, help: str = "") -> Param:
    """A share from 0 to 1."""
    return Param(
        name,
        "number",
        label,
        help=help,
        default=default,
        low=0,
        high=1,
        step=0.05,
        group="more",
        advanced=True,
    )


def _choice(name: str, label: str, *choices: str, default: str, help: str = "") -> Param:
    return Param(
        name,
        "choice",
        label,
        help=help,
        default=default,
        choices=choices,
        labels={c: c.replace("_", " ").capitalize() for c in choices},
        group="more",
        advanced=True,
    )


LTX = Offer(
    key="fal-ltx-2",
    provider="fal",
    operation="image-to-video",
    label="LTX-2 19B",
    summary="Quick and inexpensive, with camera moves, an end picture and sound.",
    cannot="16 seconds at most.",
    model="fal-ai/ltx-2-19b/image-to-video",
    accepts={
        **PROMPTED,
        "image": {"limits": FileLimits(mimes=PICTURES)},
        "end_image": {"limits": FileLimits(mimes=PICTURES)},
        "prompt": NEEDED,
        "negative_prompt": True,
        "expand_prompt": {"default": True},
        "duration": {"high": 16},
        "fps": {"choices": (24, 25, 30), "default": 25},
        "make_audio": {"default": True},
        "guidance": {"default": 3, "low": 1, "high": 10, "step": 0.1},
        "seed": True,
    },
    extra=(
        Param(
            "video_size",
            "choice",
            "Size",
            default="auto",
            choices=tuple(LTX_SIZES),
            labels=LTX_LABELS,
            group="output",
        ),
        _choice(
            "camera_lora",
            "Camera move",
            "none",
            "static",
            "dolly_in",
            "dolly_out",
            "dolly_left",
            "dolly_right",
            "jib_up",
            "jib_down",
            default="none",
            help="A move that the model was trained for, beside the words of the prompt.",
        ),
        _part("camera_lora_scale", "Strength of the camera move", 1),
        _part("image_strength", "Closeness to the picture", 1),
        _part("end_image_strength", "Closeness to the last picture", 1),
        _choice(
            "interpolation_direction", "Direction of time", "forward", "backward", default="forward"
        ),
        Param(
            "num_inference_steps",
            "integer",
            "Steps",
            help="More is finer and slower.",
            default=40,
            low=8,
            high=50,
            group="more",
            advanced=True,
        ),
        _choice(
            "acceleration",
            "Acceleration",
            "none",
            "regular",
            "high",
            "full",
            default="none",
            help="Faster, and less fine.",
        ),
        _choice(
            "video_quality",
            "Quality of the file",
            "low",
            "medium",
            "high",
            "maximum",
            default="high",
        ),
        Param(
            "use_multiscale",
            "boolean",
            "Coarse first, then fine",
            default=True,
            group="more",
            advanced=True,
        ),
        SAFETY_CHECKER,
    ),
    build=ltx,
    price=PerMegapixel("0.0018", ltx_size, ltx_frames),
)

# --- Kling: durations are text, the picture is called start_image_url -----------------------------


def _voice(name: str, label: str) -> Param:
    return Param(
        name,
        "text",
        label,
        help="The id of a voice at Kling. Name it in the prompt where it speaks.",
        max_length=100,
        group="sound",
        advanced=True,
    )


VOICES = ("voice", "second_voice")
_kling = sent_as({**COMMON, "image": "start_image_url"}, duration=str)


def kling(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    voices = [params[name] for name in VOICES if params.get(name)]
    rest = {k: v for k, v in params.items() if k not in VOICES}
    return {**_kling(rest, files), **({"voice_ids": voices} if voices else {})}


KLING = Offer(
    key="fal-kling-2.6-pro",
    provider="fal",
    operation="image-to-video",
    label="Kling 2.6 Pro",
    summary="The most natural motion of people, with voices if you like.",
    cannot="5 or 10 seconds; no seed; the shape is that of the picture.",
    model="fal-ai/kling-video/v2.6/pro/image-to-video",
    accepts={
        **PROMPTED,
        "image": {"limits": KLING_PICTURE},
        "end_image": {"limits": KLING_PICTURE},
        "prompt": NEEDED,
        "negative_prompt": True,
        "duration": choice_of(5, 10),
        "make_audio": True,
    },
    extra=(_voice("voice", "Voice"), _voice("second_voice", "Second voice")),
    build=kling,
    price=PerSecond("0.07", with_sound="0.14"),
)

# --- Veo ------------------------------------------------------------------------------------------

VEO = Offer(
    key="fal-veo-3.1",
    provider="fal",
    operation="image-to-video",
    label="Veo 3.1",
    summary="Film-like light and sound, up to 4K.",
    cannot="4, 6 or 8 seconds; wide or tall. Strict about people and brands.",
    model="fal-ai/veo3.1/image-to-video",
    accepts={
        **PROMPTED,
        "image": {"limits": FileLimits(max_bytes=8 * MB, mimes=PICTURES)},
        "prompt": NEEDED,
        "negative_prompt": True,
        "duration": choice_of(4, 6, 8, default=8),
        "resolution": ("720p", "1080p", "4k"),
        "aspect_ratio": ("auto", "16:9", "9:16"),
        "make_audio": True,
        "seed": True,
    },
    extra=(
        Param(
            "auto_fix",
            "boolean",
            "Mend the prompt",
            help="Rewrites a prompt that would be refused.",
            default=False,
            group="more",
            advanced=True,
        ),
        _choice(
            "safety_tolerance",
            "Tolerance",
            *"123456",
            default="4",
            help="1 refuses most, 6 least.",
        ),
    ),
    build=sent_as(COMMON, duration=lambda seconds: f"{seconds}s"),
    # The prices of 4K and of sound are not documented where we could read them.
    price=PerSecondBy(
        {"720p": "0.20", "1080p": "0.20", "4k": "0.40"},
        with_sound={"720p": "0.40", "1080p": "0.40", "4k": "0.60"},
    ),
)

# --- Wan ------------------------------------------------------------------------------------------

WAN = Offer(
    key="fal-wan-2.6",
    provider="fal",
    operation="image-to-video",
    label="Wan 2.6",
    summary="Up to 15 seconds in several shots, following a sound of yours.",
    cannot="5, 10 or 15 seconds; keeps the shape of the picture.",
    model="wan/v2.6/image-to-video",
    accepts={
        **PROMPTED,
        "image": {"limits": FileLimits(min_side=240, max_side=7680, mimes=PICTURES)},
        # The words of the motion follow it, within 1,500 characters together.
        "prompt": {**NEEDED, "max_length": 1199},
        "negative_prompt": {"max_length": 500},
        "expand_prompt": {"default": True},
        "duration": choice_of(5, 10, 15),
        "resolution": {"choices": ("720p", "1080p"), "default": "1080p"},
        "audio": {
            "limits": FileLimits(
                max_bytes=15 * MB, mimes=("audio/wav", "audio/mpeg"), min_seconds=3, max_seconds=30
            ),
            "help": "Optional. 3 to 30 seconds that the video follows.",
        },
        "seed": True,
    },
    extra=(
        Param(
            "multi_shots",
            "boolean",
            "Several shots",
            help="Cuts between shots instead of one long one.",
            default=False,
            group="more",
        ),
        SAFETY_CHECKER,
    ),
    build=sent_as(COMMON, duration=str),
    price=PerSecondBy({"720p": "0.10", "1080p": "0.15"}),
)

OFFERS = (LTX, KLING, VEO, WAN)
