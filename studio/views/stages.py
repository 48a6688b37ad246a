"""What the middle of an operation's page is: it follows from what the operation takes and makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse

from assets.models import Asset
from studio.operations.edit import SIDES
from studio.spec import Operation, Param

CANVAS = "studio/stages/canvas.html"
ZOOM_KEYS = (("0", "Whole picture"), ("1", "100 %, pixel for pixel"), ("2", "200 %"))
PAN_KEYS = (("Wheel", "Zoom at the pointer"), ("Space", "Held: move the picture"))
MASK_KEYS = (
    ("B E R L G", "Brush, eraser, rectangle, lasso, fill"),
    ("Alt", "Held: take away instead"),
    ("[ ]", "Smaller, larger"),
    ("H", "Hide the mask, show it"),
    ("Ctrl Z", "Undo, as far as you like"),
    ("Ctrl Y", "Redo"),
    ("← → ↑ ↓", "In the picture: move a cross; with Shift faster"),
    ("Space", "At the cross: begin, and end; Enter closes a lasso"),
)
FILM_KEYS = (("Space", "Play, pause"), ("← →", "A frame back, on; with Shift ten"))
MARK_KEYS = (("I", "Begins here"), ("O", "Ends after this frame"))
FRAME_KEYS = (("← → ↑ ↓", "On an edge: move it by 8 px, with Shift by 64"),)
TRIM_KEYS = (("← →", "On a handle of the voice: move it"),)
COMPARE_KEYS = (
    ("← →", "Comparing: move the line"),
    ("S", "Swap the sides"),
    ("B", "Blink"),
)
RESULT_KEYS = (("← →", "In the results: the next one"), ("1 – 9", "In the results: open it"))


WALL_KEYS = (("Z", "Safe zones"), ("← → ↑ ↓", "In a preview: move its picture"))


@dataclass(frozen=True)
class Stage:
    """`surface` is the element that shows the picture, `lines` the address of the lines of a
    picture with {id} in it (None: this operation has none), `keys` are (key, what it does);
    `digits` says that they open results from everywhere on the page, `marks` that the letters I and
    O set a part of a film."""

    templates: tuple[str, ...]
    scripts: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    surface: str = ""
    digits: bool = False
    lines: str | None = None
    marks: bool = False


WALL = Stage(("studio/stages/wall.html",), ("js/focus-point.js", "js/social-wall.js"), WALL_KEYS)


def stage_of(operation: Operation, spec: Mapping[str, Param]) -> Stage:
    """The stage of an operation whose params, as the chosen offer takes them, are `spec`."""
    stage = _stage_of(operation, spec)
    if not any(p.cut for p in spec.values()):
        return stage
    return replace(stage, scripts=(*stage.scripts, "js/voice.js"), keys=(*TRIM_KEYS, *stage.keys))


def _stage_of(operation: Operation, spec: Mapping[str, Param]) -> Stage:
    if any(p.kind == "places" for p in spec.values()):
        return WALL
    if any(p.kind == "video" and p.required for p in spec.values()):
        return _film(spec)
    takes = any(p.kind == "image" and p.required for p in spec.values())
    masked = takes and any(p.kind == "mask" for p in spec.values())
    if operation.makes not in ("image", "model") and not masked:
        return _moving(operation, spec)
    if not takes:
        return Stage(
            ("studio/stages/words.html",),
            ("js/picture-stage.js",),
            (*RESULT_KEYS, *ZOOM_KEYS),
            surface="picture-canvas",
            digits=True,
        )
    surface = surface_of(spec)
    script, keys = SURFACES[surface]
    lines = _lines() if "control_strength" in spec else None
    # A model is seen on its own page: there is nothing to compare a picture with.
    compared = COMPARE_KEYS if operation.makes == "image" else ()
    scripts = ("js/mask-field.js", "js/lines.js") if lines is not None else (script,)
    return Stage(
        (CANVAS,),
        (*(s for s in scripts if s), "js/picture-stage.js"),
        (*keys, *PAN_KEYS, *ZOOM_KEYS, *compared, *RESULT_KEYS),
        surface=surface,
        lines=lines,
    )


SURFACES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "mask-editor": ("js/mask-field.js", MASK_KEYS),
    "frame-editor": ("js/frame-editor.js", FRAME_KEYS),
    "crop-view": ("js/frame-editor.js", ()),
    "picture-canvas": ("", ()),
}


def surface_of(spec: Mapping[str, Param]) -> str:
    """The element that shows the picture, by what there is to be said about places in it."""
    if any(p.kind == "mask" for p in spec.values()):
        return "mask-editor"
    if all(side in spec for side in SIDES):
        return "frame-editor"
    if any(p.kind == "point" for p in spec.values()):
        return "crop-view"
    return "picture-canvas"


def _lines() -> str:
    """Where the lines of a picture are drawn, if this server has that."""
    nobody = "00000000-0000-0000-0000-000000000000"
    try:
        return reverse("asset-edges", args=[nobody]).replace(nobody, "{id}")
    except NoReverseMatch:
        return ""


def _film(spec: Mapping[str, Param]) -> Stage:
    """Where a film is played, and a part of it marked."""
    marks = "start" in spec or "at" in spec
    return Stage(
        ("studio/stages/film.html",),
        ("js/film-stage.js",),
        (*FILM_KEYS, *(MARK_KEYS if marks else ())),
        marks=marks,
    )


def _moving(operation: Operation, spec: Mapping[str, Param]) -> Stage:
    """Where something moves: a preview of the motion, or of the words."""
    takes = any(p.kind == "image" for p in spec.values())
    return Stage(
        (f"studio/stages/{operation.key}.html", "studio/stages/default.html"),
        ("js/motion-preview.js" if takes else "js/title-preview.js",),
        (("Space", "Play, pause the preview"),) if takes else (),
    )


def told(asset: Asset) -> dict[str, object]:
    """What the page's scripts need to show a picture."""
    return {
        "id": str(asset.pk),
        "title": asset.title,
        "alt": asset.alt,
        "poster": reverse("asset-file", args=[asset.pk, "poster"]),
        "width": asset.width,
        "height": asset.height,
    }
