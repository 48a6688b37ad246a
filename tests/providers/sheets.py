"""What each model takes, written down a second time, from the providers' documents alone.

{(provider, operation, model): {field: rule}}, with the rules of tests.providers.rules.
"""

from __future__ import annotations

from tests.providers.rules import (
    PART,
    URL,
    Rule,
    fits,
    multiples,
    of,
    problems,
    whole,
    within,
    words,
)
from tests.providers.sheets_pictures import STILLS

__all__ = ["SHEETS", "problems"]

WAVE_SEED = whole(-1, 2**31 - 1)
WAN_SIZES = of("832*480", "480*832", "1280*720", "720*1280", "1920*1080", "1080*1920")

WAVESPEED = {
    ("image-to-video", "alibaba/wan-2.5/image-to-video"): {
        "image!": URL,
        "prompt!": str,
        "audio": URL,
        "negative_prompt": str,
        "resolution": of("480p", "720p", "1080p"),
        "duration": of(5, 10),
        "enable_prompt_expansion": bool,
        "seed": WAVE_SEED,
    },
    ("text-to-video", "alibaba/wan-2.5/text-to-video"): {
        "prompt!": str,
        "negative_prompt": str,
        "audio": URL,
        "size": WAN_SIZES,
        "duration": of(5, 10),
        "enable_prompt_expansion": bool,
        "seed": WAVE_SEED,
    },
    ("image-to-video", "wavespeed-ai/kandinsky5-pro/image-to-video"): {
        "prompt!": str,
        "image!": URL,
        "resolution": of("512p", "1024p"),
        "duration": of(5),
    },
    ("image-to-video", "kwaivgi/kling-v2.5-turbo-std/image-to-video"): {
        "image!": URL,
        "prompt!": str,
        "negative_prompt": str,
        "guidance_scale": PART,
        "duration": of(5, 10),
    },
    ("talking-avatar", "wavespeed-ai/infinitetalk"): {
        "audio!": URL,
        "image!": URL,
        "mask_image": URL,
        "prompt": str,
        "resolution": of("480p", "720p"),
        "seed": WAVE_SEED,
    },
    ("text-to-video", "wavespeed-ai/hunyuan-video-1.5/text-to-video"): {
        "prompt!": str,
        "negative_prompt": str,
        "size": of("832*480", "480*832", "1280*720", "720*1280"),
        "duration": of(5, 8, 10),
        "seed": WAVE_SEED,
    },
    ("text-to-video", "lightricks/ltx-2-pro/text-to-video"): {
        "prompt!": str,
        "duration": of(6, 8, 10),
        "generate_audio": bool,
    },
}

FAL = {
    ("image-to-video", "fal-ai/ltx-2-19b/image-to-video"): {
        "prompt!": str,
        "image_url!": URL,
        "num_frames!": lambda v: whole(9, 481)(v) and v % 8 == 1,
        "fps": of(24, 25, 30),
        "video_size": (
            of("auto", "square_hd", "square", "portrait_4_3", "portrait_16_9"),
            of("landscape_4_3", "landscape_16_9"),
            {"width!": multiples(32), "height!": multiples(32)},
        ),
        "generate_audio": bool,
        "use_multiscale": bool,
        "num_inference_steps": whole(8, 50),
        "guidance_scale": within(1, 10),
        "acceleration": of("none", "regular", "high", "full"),
        "camera_lora": (
            of("dolly_in", "dolly_out", "dolly_left", "dolly_right"),
            of("jib_up", "jib_down", "static", "none"),
        ),
        "camera_lora_scale": PART,
        "image_strength": PART,
        "end_image_url": URL,
        "end_image_strength": PART,
        "interpolation_direction": of("forward", "backward"),
        "enable_prompt_expansion": bool,
        "enable_safety_checker": bool,
        "negative_prompt": str,
        "seed": int,
        "video_output_type": of("X264 (.mp4)"),
        "video_quality": of("low", "medium", "high", "maximum"),
    },
    ("image-to-video", "fal-ai/kling-video/v2.6/pro/image-to-video"): {
        "prompt!": str,
        "start_image_url!": URL,
        "end_image_url": URL,
        "duration": of("5", "10"),
        "generate_audio": bool,
        "negative_prompt": str,
        "voice_ids": lambda v: fits(v, [str]) and 0 < len(v) <= 2,
    },
    ("image-to-video", "fal-ai/veo3.1/image-to-video"): {
        "prompt!": str,
        "image_url!": URL,
        "aspect_ratio": of("auto", "16:9", "9:16"),
        "duration": of("4s", "6s", "8s"),
        "resolution": of("720p", "1080p", "4k"),
        "generate_audio": bool,
        "negative_prompt": str,
        "seed": int,
        "auto_fix": bool,
        "safety_tolerance": of("1", "2", "3", "4", "5", "6"),
    },
    ("image-to-video", "wan/v2.6/image-to-video"): {
        "prompt!": words(1500),
        "image_url!": URL,
        "audio_url": URL,
        "duration": of("5", "10", "15"),
        "resolution": of("720p", "1080p"),
        "negative_prompt": words(500),
        "enable_prompt_expansion": bool,
        "multi_shots": bool,
        "seed": int,
        "enable_safety_checker": bool,
    },
}

WIDE = of("1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672")
VEO_WIDE = of("1280:720", "720:1280", "1080:1920", "1920:1080")
PICTURES = (URL, [{"uri!": URL, "position!": of("first", "last")}])
# At most 1,000 units of UTF-16, which is checked when it is sent.
GEN = {
    "promptText": str,
    "ratio": WIDE,
    "duration": whole(2, 10),
    "seed": whole(0, 2**32 - 1),
    "contentModeration": {"publicFigureThreshold!": of("auto", "low")},
}
RUNWAY_VEO = {
    "promptText": str,
    "ratio": VEO_WIDE,
    "duration": of(4, 6, 8),
    "audio": bool,
    "negativePrompt": str,
}
SHOWN = {"promptImage!": PICTURES}
SPOKEN = {"promptText!": str}
RUNWAY = {
    ("image-to-video", "gen4_turbo"): {**GEN, "promptImage!": URL},
    ("image-to-video", "gen4.5"): {**GEN, **SPOKEN, "promptImage!": URL, "duration!": whole(2, 10)},
    ("image-to-video", "veo3.1"): {**RUNWAY_VEO, **SHOWN},
    ("image-to-video", "veo3.1_fast"): {**RUNWAY_VEO, **SHOWN},
    ("text-to-video", "gen4.5"): {**GEN, **SPOKEN, "ratio!": of("1280:720", "720:1280")},
    ("text-to-video", "veo3.1"): {**RUNWAY_VEO, **SPOKEN, "ratio!": VEO_WIDE},
    ("text-to-video", "veo3.1_fast"): {**RUNWAY_VEO, **SPOKEN, "ratio!": VEO_WIDE},
}
GEMINI_ASKED = {
    "background!": of(True),
    "input!": [
        {
            "type!": of("user_input"),
            "content!": [
                {"type!": of("text"), "text!": str},
                {"type!": of("image"), "data": str, "mime_type": str, "uri": URL},
            ],
        }
    ],
    "response_format!": {
        "type!": of("video"),
        "aspect_ratio": of("16:9", "9:16"),
        "duration": of(*(f"{n}s" for n in range(3, 11))),
        "resolution": of("360p", "720p"),
        "delivery": of("uri"),
    },
}
GEMINI = {
    (operation, "gemini-omni-flash-preview"): GEMINI_ASKED
    for operation in ("image-to-video", "text-to-video")
}

SHEETS: dict[tuple[str, str, str], dict[str, Rule]] = {
    (provider, *key): rules
    for provider, models in (
        ("wavespeed", WAVESPEED),
        ("fal", FAL),
        ("runway", RUNWAY),
        ("gemini", GEMINI),
        *STILLS,
    )
    for key, rules in models.items()
}
