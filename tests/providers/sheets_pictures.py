"""What each model of still pictures takes, written down a second time, from the documents alone."""

from __future__ import annotations

from tests.providers.rules import PART, URL, Rule, of, whole, within, words

PROMPT = words(10_000)
SEED = whole(0, 2**32 - 2)
FORMAT = of("png", "jpeg", "webp")
RATIOS = of("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
PRESET = of(
    "enhance",
    "anime",
    "photographic",
    "digital-art",
    "comic-book",
    "fantasy-art",
    "line-art",
    "analog-film",
    "neon-punk",
    "isometric",
    "low-poly",
    "origami",
    "modeling-compound",
    "cinematic",
    "3d-model",
    "pixel-art",
    "tile-texture",
)
OUT = {"seed": SEED, "output_format": FORMAT}
WORDED = {"prompt!": PROMPT, "negative_prompt": PROMPT, "style_preset": PRESET}
MADE = {**WORDED, **OUT, "aspect_ratio!": RATIOS}
SD3 = {
    **WORDED,
    "seed": SEED,
    "output_format": of("png", "jpeg"),
    "mode!": of("text-to-image", "image-to-image"),
    "image": URL,
    "strength": PART,
    "aspect_ratio": RATIOS,
    "cfg_scale": within(1, 10),
}
GROWN = whole(0, 20)
FOUND = {"image!": URL, "grow_mask": GROWN, **WORDED, **OUT}
SIDE = whole(0, 2000)
STEERED = {"image!": URL, "control_strength": PART, **WORDED, **OUT}
PLAIN = {"prompt!": PROMPT, "negative_prompt": PROMPT, **OUT}
IMAGE = "stable-image"
STABILITY: dict[tuple[str, str], dict[str, Rule]] = {
    ("text-to-image", f"{IMAGE}/generate/core"): MADE,
    ("text-to-image", f"{IMAGE}/generate/ultra"): {**MADE, "image": URL, "strength": PART},
    ("text-to-image", f"{IMAGE}/generate/sd3:sd3.5-large"): SD3,
    ("text-to-image", f"{IMAGE}/generate/sd3:sd3.5-medium"): SD3,
    ("text-to-image", f"{IMAGE}/generate/sd3:sd3.5-large-turbo"): {
        k: rule for k, rule in SD3.items() if k not in ("negative_prompt", "cfg_scale")
    },
    ("remove-background", f"{IMAGE}/edit/remove-background"): {
        "image!": URL,
        "output_format": of("png", "webp"),
    },
    ("erase", f"{IMAGE}/edit/erase"): {"image!": URL, "mask!": URL, "grow_mask": GROWN, **OUT},
    ("inpaint", f"{IMAGE}/edit/inpaint"): {
        "image!": URL,
        "mask!": URL,
        "grow_mask": whole(0, 100),
        **WORDED,
        **OUT,
    },
    ("outpaint", f"{IMAGE}/edit/outpaint"): {
        "image!": URL,
        "left": SIDE,
        "right": SIDE,
        "up": SIDE,
        "down": SIDE,
        "creativity": PART,
        "prompt": PROMPT,
        "style_preset": PRESET,
        **OUT,
    },
    ("search-replace", f"{IMAGE}/edit/search-and-replace"): {**FOUND, "search_prompt!": PROMPT},
    ("recolor", f"{IMAGE}/edit/search-and-recolor"): {**FOUND, "select_prompt!": PROMPT},
    ("replace-background", f"{IMAGE}/edit/replace-background-and-relight"): {
        "subject_image!": URL,
        "background_prompt!": PROMPT,
        "background_reference": URL,
        "foreground_prompt": PROMPT,
        "negative_prompt": PROMPT,
        "preserve_original_subject": PART,
        "original_background_depth": PART,
        "keep_original_background": bool,
        "light_source_direction": of("left", "right", "above", "below"),
        "light_reference": URL,
        "light_source_strength": PART,
        **OUT,
    },
    ("upscale", f"{IMAGE}/upscale/fast"): {"image!": URL, "output_format": FORMAT},
    ("upscale", f"{IMAGE}/upscale/conservative"): {
        "image!": URL,
        "creativity": within(0.2, 0.5),
        **PLAIN,
    },
    ("upscale", f"{IMAGE}/upscale/creative"): {
        "image!": URL,
        "creativity": within(0.1, 0.5),
        "style_preset": PRESET,
        **PLAIN,
    },
    ("sketch", f"{IMAGE}/control/sketch"): STEERED,
    ("structure", f"{IMAGE}/control/structure"): STEERED,
    ("style", f"{IMAGE}/control/style"): {**MADE, "image!": URL, "fidelity": PART},
    ("style-transfer", f"{IMAGE}/control/style-transfer"): {
        "init_image!": URL,
        "style_image!": URL,
        "prompt": PROMPT,
        "negative_prompt": PROMPT,
        "style_strength": PART,
        "composition_fidelity": PART,
        "change_strength": within(0.1, 1),
        **OUT,
    },
    ("image-to-3d", "3d/stable-fast-3d"): {
        "image!": URL,
        "texture_resolution": of(512, 1024, 2048),
        "foreground_ratio": within(0.1, 1),
        "remesh": of("none", "triangle", "quad"),
        "vertex_count": whole(-1, 20_000),
    },
    ("image-to-3d", "3d/stable-point-aware-3d"): {
        "image!": URL,
        "texture_resolution": of(512, 1024, 2048),
        "foreground_ratio": within(1, 2),
        "remesh": of("none", "triangle", "quad"),
        "target_type": of("none", "vertex", "face"),
        "target_count": whole(100, 20_000),
        "guidance_scale": within(1, 10),
        "seed": SEED,
    },
}

INT = 2**31 - 1
DIFFUSION = {
    "width": whole(256, 1536),
    "height": whole(256, 1536),
    "num_inference_steps": whole(1, 150),
    "guidance_scale": within(0, 20),
    "negative_prompt": words(2000),
    "seed": whole(0, INT),
}
BY_WORDS = {"inputs!": words(2000), "parameters!": DIFFUSION}
HUGGINGFACE: dict[tuple[str, str], dict[str, Rule]] = {
    ("text-to-image", "black-forest-labs/FLUX.1-schnell"): BY_WORDS,
    ("text-to-image", "black-forest-labs/FLUX.1-dev"): BY_WORDS,
    ("text-to-image", "black-forest-labs/FLUX.1-Krea-dev"): BY_WORDS,
    ("text-to-image", "stabilityai/stable-diffusion-xl-base-1.0"): BY_WORDS,
    ("edit-by-words", "black-forest-labs/FLUX.1-Kontext-dev"): {
        "inputs!": URL,
        "parameters!": {"prompt!": words(2000), **DIFFUSION},
    },
}


def _qwen_size(value: object) -> bool:
    across, star, down = str(value).partition("*")
    sides = (across, down)
    return star == "*" and all(s.isdigit() and 256 <= int(s) <= 1536 for s in sides)


IDEOGRAM = {
    "prompt!": words(10_000),
    "style": of("Auto", "General", "Realistic", "Design"),
}
SHAPED = {
    **IDEOGRAM,
    "aspect_ratio": of("1:1", "16:9", "9:16", "4:3", "3:4"),
    "reference_images": [URL],
}
MASKED = {**IDEOGRAM, "image!": URL, "mask_image!": URL}
EDITED = {"prompt!": words(10_000), "seed": whole(-1, INT), "output_format": FORMAT}
KONTEXT_RATIO = of("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
FACED = {"image!": URL, "face_image!": URL, "output_format": FORMAT}
INDEXED = {**FACED, "target_index": whole(0, 10)}


def _faces(value: object) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= 5 and all(map(URL, value))


WAVESPEED: dict[tuple[str, str], dict[str, Rule]] = {
    ("edit-by-words", "wavespeed-ai/qwen-image/edit"): {"image!": URL, **EDITED},
    ("edit-by-words", "wavespeed-ai/qwen-image/edit-plus"): {"images!": [URL], **EDITED},
    ("edit-by-words", "wavespeed-ai/flux-kontext-pro"): {
        "image!": URL,
        "prompt!": words(10_000),
        "guidance_scale": within(1, 20),
        "aspect_ratio": KONTEXT_RATIO,
    },
    ("text-to-image", "wavespeed-ai/flux-kontext-pro/text-to-image"): {
        "prompt!": words(10_000),
        "aspect_ratio": KONTEXT_RATIO,
        "guidance_scale": within(1, 20),
        "seed": whole(-1, INT),
    },
    ("face-swap", "wavespeed-ai/image-face-swap"): INDEXED,
    ("face-swap", "wavespeed-ai/image-face-swap-pro"): INDEXED,
    ("face-swap", "wavespeed-ai/image-head-swap"): FACED,
    ("face-swap", "wavespeed-ai/infinite-you"): {"target_image!": URL, "source_image!": URL},
    ("face-swap", "akool/image-face-swap"): {
        "image!": URL,
        "source_image!": _faces,
        "target_image!": _faces,
        "face_enhance": bool,
    },
    ("text-to-image", "wavespeed-ai/qwen-image/text-to-image"): {
        "prompt!": words(10_000),
        "size": _qwen_size,
        "seed": whole(-1, INT),
        "output_format": FORMAT,
    },
    **{
        (operation, f"ideogram-ai/ideogram-v3-{tier}"): rules
        for tier in ("turbo", "balanced", "quality")
        for operation, rules in (("text-to-image", SHAPED), ("inpaint", MASKED))
    },
}
GEMINI_ASKED = {
    "contents!": [
        {
            "role!": of("user"),
            "parts!": [
                {"text!": words(10_000)},
                {"inlineData!": {"mimeType!": str, "data!": str}},
                {"fileData!": {"fileUri!": URL}},
            ],
        }
    ],
    "generationConfig!": {
        "responseModalities!": [of("IMAGE")],
        "imageConfig": {
            "aspectRatio": of(
                "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"
            ),
            "imageSize": of("2K", "4K"),
        },
        "seed": whole(0, INT),
    },
}
GEMINI: dict[tuple[str, str], dict[str, Rule]] = {
    (operation, model): GEMINI_ASKED
    for operation in ("text-to-image", "edit-by-words")
    for model in ("gemini-3.1-flash-lite-image", "gemini-3.1-flash-image", "gemini-3-pro-image")
}
STILLS = (
    ("stability", STABILITY),
    ("huggingface", HUGGINGFACE),
    ("wavespeed", WAVESPEED),
    ("gemini", GEMINI),
)
