"""Line drawings, and colors carried over, by this computer."""

from pathlib import Path

from billing.pricing import Free
from studio.engine.stills import edges, files, transfer
from studio.spec import Call, Offer

EDGES = Offer(
    key="local-edges",
    provider="local",
    operation="edge-map",
    label="Line finder",
    summary="Ink, pencil or bare edges, on this computer. Private, repeatable, free.",
    cannot="Follows light and dark; it does not know what it draws.",
    accepts={
        "image": True,
        "manner": True,
        "detail": {"help": "1 keeps the strongest lines only, 100 nearly all."},
        "format": True,
    },
    price=Free("drawn on this computer"),
)

TRANSFER = Offer(
    key="local-transfer",
    provider="local",
    operation="style-transfer",
    label="Color and texture transfer",
    summary="Gives your picture the colors, the light and the grain of another one, on this "
    "computer. Private, free.",
    cannot="Carries color and texture over, no brush strokes and no things: this is no AI.",
    accepts={
        "image": True,
        "style_image": True,
        "balance": True,
        "style_strength": True,
        "composition_fidelity": {
            "help": "1 keeps light, shade and texture, 0 takes those of the style picture too. "
            "Follows from the balance until you say it."
        },
        "format": True,
    },
    price=Free("drawn on this computer"),
)


def lines(call: Call) -> Path:
    p = call.params
    target = call.folder / f"lines{files.SUFFIXES[p['format']]}"
    edges.render(
        call.files["image"],
        target,
        manner=p["manner"],
        detail=p["detail"],
        format=p["format"],
        report=call.report,
    )
    return target


def restyled(call: Call) -> Path:
    p = call.params
    target = call.folder / f"restyled{files.SUFFIXES[p['format']]}"
    transfer.render(
        call.files["image"],
        call.files["style_image"],
        target,
        style_strength=p["style_strength"],
        composition_fidelity=p["composition_fidelity"],
        format=p["format"],
        report=call.report,
    )
    return target


OFFERS = ((EDGES, lines), (TRANSFER, restyled))
