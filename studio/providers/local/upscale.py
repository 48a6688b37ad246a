"""Larger pictures from this computer."""

from pathlib import Path

from billing.pricing import Free
from studio.engine.stills import files, upscale
from studio.operations.upscale import FACTORS, PRESETS
from studio.spec import Call, Offer

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
    price=Free("drawn on this computer"),
)


def enlarge(call: Call) -> Path:
    p = call.params
    target = call.folder / f"upscaled{files.SUFFIXES[p['format']]}"
    size = p["size"]
    upscale.draw(
        call.files["image"],
        target,
        factor=FACTORS.get(size),
        longest=p.get("longest_side") if size == "custom" else PRESETS.get(size),
        sharpness=p["sharpness"],
        format=p["format"],
        report=call.report,
    )
    return target


OFFERS = ((UPSCALE, enlarge),)
