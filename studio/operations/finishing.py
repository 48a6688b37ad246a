"""Edit, the last steps: light and color, a look, another type, size or shape, a mark."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.operations import transform
from studio.operations._stills import HEIGHT, IMAGE, MASK, OUTPUT, STYLE, WIDTH
from studio.operations.edit import edit
from studio.presets import compression
from studio.presets.compression import COMPRESSION
from studio.spec import Depends, Param


def percent(name: str, label: str, help: str = "", **more: Any) -> Param:
    """A slider from -100 to 100 that does nothing at 0."""
    return replace(Param(name, "integer", label, help=help, default=0, low=-100, high=100), **more)


SLIDERS = (
    "exposure",
    "contrast",
    "highlights",
    "shadows",
    "temperature",
    "tint",
    "saturation",
    "vibrance",
    "sharpen",
    "denoise",
)


def _some_slider(params: Mapping[str, Any]) -> tuple[str, str] | None:
    if any(params.get(name) for name in SLIDERS):
        return None
    return "exposure", (
        "All sliders are at 0, so the picture would stay as it is. Move at least one of them."
    )


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
    check=_some_slider,
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

TYPES = ("jpeg", "png", "webp", "avif", "gif", "tiff", "bmp")
OWN = "own"


def only_with(*types: str) -> Depends:
    """For a param that has a meaning for these types only."""
    return Depends("format", {other: () for other in TYPES if other not in types})


CONVERT = edit(
    "convert",
    "Compress and convert",
    "Another file type, fewer bytes, or both.",
    "{image} · {format}",
    IMAGE,
    Param(
        "preset",
        "choice",
        "For",
        help="Sets what is below; all of it may be changed.",
        default=OWN,
        choices=(OWN, *COMPRESSION),
        labels=compression.LABELS,
        sets=COMPRESSION,
        group="preset",
    ),
    replace(
        OUTPUT,
        default="webp",
        choices=TYPES,
        labels={**OUTPUT.labels, "avif": "AVIF", "gif": "GIF", "tiff": "TIFF", "bmp": "BMP"},
        help="AVIF and WebP are smallest, JPEG opens everywhere, PNG and TIFF lose nothing. A GIF "
        "has 256 colors, finely mixed, and pixels that are there or not.",
    ),
    Param(
        "quality",
        "integer",
        "Quality",
        help="85 is hard to tell from the original.",
        default=85,
        low=1,
        high=100,
        depends=only_with("jpeg", "webp", "avif"),
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
        "keep_transparency",
        "boolean",
        "Keep what is transparent",
        help="Half transparent pixels too; a GIF keeps those that are mostly there.",
        default=True,
        depends=only_with("png", "webp", "avif", "gif", "tiff"),
        group="output",
    ),
    Param(
        "background_color",
        "color",
        "Behind what is transparent",
        help="Where transparency is not kept, and under the soft edges of a GIF.",
        default="#ffffff",
        group="output",
        advanced=True,
    ),
    Param(
        "color_space",
        "choice",
        "Colors",
        help="sRGB looks right everywhere. Adobe RGB holds more, for print, in programs that read "
        "its profile. Keep leaves the picture's own; of CMYK it makes sRGB.",
        default="srgb",
        choices=("srgb", "adobe-rgb", "keep"),
        labels={"srgb": "sRGB", "adobe-rgb": "Adobe RGB"},
        depends=only_with("jpeg", "png", "webp", "avif", "tiff"),
        group="output",
        advanced=True,
    ),
    Param(
        "strip_metadata",
        "boolean",
        "Leave out metadata",
        help="Off, camera, date, author and color profile stay, where the file still has them: a "
        "JPEG or PNG lost them on its way into the library. The place (GPS) never stays, nor the "
        "exposure in a TIFF.",
        default=True,
        depends=only_with("jpeg", "png", "webp", "avif", "tiff"),
        group="output",
        advanced=True,
    ),
    Param(
        "progressive",
        "boolean",
        "Progressive",
        help="All of it is seen at once while it loads, at first roughly.",
        default=True,
        depends=only_with("jpeg"),
        group="output",
        advanced=True,
    ),
    Param(
        "optimize",
        "boolean",
        "Optimize",
        help="Takes longer and saves a few percent. The picture is the same.",
        default=True,
        depends=only_with("jpeg", "png", "webp", "avif"),
        group="output",
        advanced=True,
    ),
    weighs=True,
)

PIXELS_ONLY = Depends("size_by", {"percent": ()})
CROP = edit(
    "crop",
    "Crop and resize",
    "Another shape or size; faces stay whole.",
    "{image} · {width} × {height} · {scale} %",
    IMAGE,
    replace(
        transform.FOCUS,
        default=None,
        help="Optional. The spot that stays in view. Left empty, faces and what stands out decide.",
        depends=Depends("mode", {"fit": (), "stretch": ()}),
    ),
    Param(
        "size_by",
        "choice",
        "Size in",
        help="Pixels make an exact size; percent keeps the shape.",
        default="pixels",
        choices=("pixels", "percent"),
        group="output",
    ),
    replace(WIDTH, depends=PIXELS_ONLY),
    replace(HEIGHT, depends=PIXELS_ONLY),
    Param(
        "scale",
        "integer",
        "Scale",
        help="Of each side: 50 % is half as wide and half as high.",
        default=50,
        low=1,
        high=400,
        unit="%",
        depends=Depends("size_by", {"pixels": ()}),
        group="output",
    ),
    Param(
        "mode",
        "choice",
        "How",
        default="crop",
        choices=("crop", "fit", "stretch"),
        labels={"crop": "Crop", "fit": "Fit whole", "stretch": "Stretch"},
        depends=PIXELS_ONLY,
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
        depends=Depends("mode", {"crop": (), "stretch": ()}),
        group="output",
    ),
    Param(
        "background_color",
        "color",
        "Color beside it",
        default="#ffffff",
        depends=Depends("fill", {"blur": (), "mirror": ()}),
        group="output",
    ),
    OUTPUT,
)

PLACES = (
    "top-left",
    "top",
    "top-right",
    "left",
    "center",
    "right",
    "bottom-left",
    "bottom",
    "bottom-right",
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
        help="The calmest corner has least detail, and no face.",
        default="bottom-right",
        choices=(*PLACES, "tiled", "smart", "custom"),
        labels={"smart": "Calmest corner", "custom": "My own spot"},
        group="look",
    ),
    Param(
        "spot",
        "point",
        "Spot",
        help="Where the middle of the mark is. Near an edge it stays within the margin.",
        default=(0.5, 0.5),
        depends=Depends("position", dict.fromkeys((*PLACES, "tiled", "smart"), ())),
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
