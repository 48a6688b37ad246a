"""3D models that this computer makes."""

from pathlib import Path

from billing.pricing import Free
from studio.engine import relief
from studio.spec import Call, Offer

RELIEF = Offer(
    key="local-relief",
    provider="local",
    operation="image-to-3d",
    label="Relief",
    summary="Raises your picture into a relief that can be turned, made on this computer. A "
    "picture with transparent parts keeps its outline. Private, repeatable, free.",
    cannot="A relief of the picture, not a scanned object: its back is flat.",
    accepts={"image": True, "depth": True, "detail": True, "texture_resolution": True},
    price=Free("made on this computer"),
)


def raise_relief(call: Call) -> Path:
    p = call.params
    return relief.relief(
        call.files["image"],
        call.folder / "relief.glb",
        depth=p["depth"],
        detail=p["detail"],
        texture_resolution=p["texture_resolution"],
        report=call.report,
    )


OFFERS = ((RELIEF, raise_relief),)
