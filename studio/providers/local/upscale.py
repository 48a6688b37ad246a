"""Larger pictures from this computer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from billing.pricing import Free
from studio.engine import EngineError
from studio.engine.stills import files, upscale
from studio.operations.upscale import FACTORS, PRESETS
from studio.spec import Call, Offer, Sizes


def wanted(params: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The factor, or the longer side, that was asked for."""
    size = params["size"]
    longest = params.get("longest_side") if size == "custom" else PRESETS.get(size)
    return FACTORS.get(size), longest


def impossible(params: Mapping[str, Any], sizes: Sizes) -> tuple[str, str] | None:
    """What keeps this picture from that size."""
    if "image" not in sizes:
        return None
    try:
        upscale.target_size(sizes["image"], *wanted(params))
    except EngineError as error:
        return "longest_side" if params["size"] == "custom" else "size", str(error)
    return None


UPSCALE = Offer(
    key="local-upscale",
    provider="local",
    operation="upscale",
    label="Careful enlarger",
    summary="Crisper than plain enlarging and true to the original, on this computer. Private, "
    "free.",
    cannot="Invents no detail that the picture lacks: this is no AI.",
    accepts={
        "image": True,
        "size": True,
        "longest_side": True,
        "sharpness": {"help": "0 is soft, 50 nearest to the truth, 100 crisp. Nothing rings."},
        "format": True,
    },
    check=impossible,
    price=Free("drawn on this computer"),
)


def enlarge(call: Call) -> Path:
    p = call.params
    target = call.folder / f"upscaled{files.SUFFIXES[p['format']]}"
    factor, longest = wanted(p)
    upscale.draw(
        call.files["image"],
        target,
        factor=factor,
        longest=longest,
        sharpness=p["sharpness"],
        format=p["format"],
        report=call.report,
    )
    return target


OFFERS = ((UPSCALE, enlarge),)
