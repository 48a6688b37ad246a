"""Edit, the last steps: light and color, a look, another type, size or shape, a mark."""

from dataclasses import replace
from typing import Any

from studio.operations import transform
from studio.operations._stills import HEIGHT, IMAGE, MASK, OUTPUT, STYLE, WIDTH
from studio.operations.edit import edit
from studio.spec import Param


def percent(name: str, label: str, help: str = "", **more: Any) -> Param:
    """A slider from -100 to 100 that does nothing at 0."""
    return replace(Param(name, "integer", label, help=help, default=0, low=-100, high=100), **more)


ADJUST = edit(
    "adjust",
    "Adjust",
    "Light, color, sharpness and noise.",
    "{image} · adjusted",
    IMAGE,
    replace(MASK, help="Optional. Only what is white changes."),
    Param(
        "exposure",
        "number",
        "Exposure",
        help="In stops: 1 is twice the light.",
        default=0,
        low=-3,
        high=3,
        step=0.05,
        group="light",
    ),
    percent("contrast", "Contrast", group="light"),
    percent("highlights", "Highlights", group="light"),
    percent("shadows", "Shadows", group="light"),
    percent("temperature", "Warmth", group="color"),
    percent("tint", "Tint", "From green to magenta.", group="color"),
    percent("saturation", "Saturation", group="color"),
    percent("vibrance", "Vibrance", "Spares what is colorful already, and skin.", group="color"),
    percent("sharpen", "Sharpen", low=0, group="detail"),
    percent("denoise", "Take out noise", low=0, group="detail"),
    OUTPUT,
)

LOOK = edit(
    "look",
    "Apply a look",
    "The colors and textures of a style, laid over the picture. No model; nothing is invented.",
    "{image} · {style}",
    IMAGE,
    replace(STYLE, required=True, help="What it looks like then."),
    Param("amount", "integer", "Amount", default=100, low=1, high=100, unit="%", group="look"),
    OUTPUT,
)

CONVERT = edit(
    "convert",
    "Compress and convert",
    "Another file type, fewer bytes, or both.",
    "{image} · {format}",
    IMAGE,
    replace(
        OUTPUT,
        default="webp",
        choices=("jpeg", "png", "webp", "avif", "tiff", "bmp"),
        labels={**OUTPUT.labels, "avif": "AVIF", "tiff": "TIFF", "bmp": "BMP"},
        help="AVIF and WebP are smallest, JPEG opens everywhere, PNG and TIFF lose nothing.",
    ),
    Param(
        "quality",
        "integer",
        "Quality",
        help="For JPEG, WebP and AVIF. 85 is hard to tell from the original.",
        default=85,
        low=1,
        high=100,
        group="output",
    ),
    Param(
        "target_kb",
        "integer",
        "At most",
        help="Optional. Quality, then size, go down until the file is that small; never above it.",
        low=10,
        high=100_000,
        unit="KB",
        group="output",
    ),
    Param(
        "longest_side",
        "integer",
        "Longer side",
        help="Optional. A larger picture is made smaller; never larger.",
        low=16,
        high=16_000,
        unit="px",
        group="output",
    ),
    Param(
        "background_color",
        "color",
        "Behind what is transparent",
        help="For types that have no transparency.",
        default="#ffffff",
        group="output",
        advanced=True,
    ),
)

CROP = edit(
    "crop",
    "Crop and resize",
    "Another shape or size; faces stay whole.",
    "{image} · {width} × {height}",
    IMAGE,
    replace(
        transform.FOCUS,
        default=None,
        help="Optional. The spot that stays in view. Left empty, faces and what stands out decide.",
    ),
    WIDTH,
    HEIGHT,
    Param(
        "mode",
        "choice",
        "How",
        default="crop",
        choices=("crop", "fit", "stretch"),
        labels={"crop": "Crop", "fit": "Fit whole", "stretch": "Stretch"},
        group="output",
    ),
    Param(
        "fill",
        "choice",
        "Beside the picture",
        help="Where the whole picture does not fill the shape.",
        default="blur",
        choices=("blur", "color", "mirror"),
        labels={"blur": "Its own blur", "color": "A color", "mirror": "A mirror image"},
        group="output",
    ),
    Param("background_color", "color", "Color beside it", default="#ffffff", group="output"),
    OUTPUT,
)

WATERMARK = edit(
    "watermark",
    "Watermark",
    "Your name or logo on the picture.",
    "{image} · marked",
    IMAGE,
    Param(
        "text",
        "text",
        "Words",
        help="Such as “© Studio North”. Give words, a logo, or both.",
        max_length=80,
        group="words",
    ),
    Param("logo", "image", "Logo", help="Best as a PNG on nothing.", group="words"),
    Param(
        "position",
        "choice",
        "Place",
        default="bottom-right",
        choices=(
            "top-left",
            "top",
            "top-right",
            "left",
            "center",
            "right",
            "bottom-left",
            "bottom",
            "bottom-right",
            "tiled",
        ),
        group="look",
    ),
    Param("size", "integer", "Size", default=20, low=2, high=100, unit="%", group="look"),
    Param("opacity", "integer", "Opacity", default=70, low=1, high=100, unit="%", group="look"),
    Param("margin", "integer", "Margin", default=4, low=0, high=25, unit="%", group="look"),
    Param("color", "color", "Color of the words", default="#ffffff", group="look"),
    OUTPUT,
    check=lambda params: (
        None
        if params.get("text") or params.get("logo")
        else ("text", "Words and logo are both missing. Give at least one of them.")
    ),
)

OPERATIONS = (ADJUST, LOOK, CONVERT, CROP, WATERMARK)
