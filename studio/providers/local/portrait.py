"""Portraits that this computer moves."""

from pathlib import Path

from billing.pricing import Free
from studio.engine import portrait
from studio.providers.local.video import undrawable
from studio.spec import Call, Offer, Param

WORDS = Param(
    "words",
    "text",
    "Captions",
    help="The words that are spoken, shown line by line, in step with the syllables. Empty: none.",
    max_length=12_000,
    group="captions",
    check=undrawable,
)
STRIP = Param(
    "waveform",
    "boolean",
    "Show the sound",
    help="A strip along the lower edge in which the sound moves past.",
    default=False,
    group="captions",
)
MOVEMENT = Param(
    "movement",
    "integer",
    "Movement",
    help="How far head and jaw move.",
    default=portrait.NATURAL,
    low=10,
    high=100,
    group="motion",
)
BLINK = Param(
    "blink",
    "boolean",
    "Blink",
    help="Only where both eyes are found with certainty. Turn it off if the lids look odd.",
    default=True,
    group="motion",
)

PORTRAIT = Offer(
    key="local-portrait",
    provider="local",
    operation="talking-avatar",
    label="Audio-driven portrait",
    summary="Your picture breathes, sways and opens its mouth in time with a voice, drawn on this "
    "computer. Private, repeatable, free.",
    cannot="Bends the picture: no AI, and no lips that form each sound.",
    accepts={
        "image": {"look": "face needed"},
        "audio": True,
        "trim_start": True,
        "trim_end": True,
        "mask": True,
        "seconds": True,
        "resolution": ("480p", "720p"),
        "seed": {"help": "Another number, other movements of the head. Left empty, it is 0."},
    },
    extra=(WORDS, STRIP, MOVEMENT, BLINK),
    price=Free("drawn on this computer"),
)


def move(call: Call) -> Path:
    p = call.params
    target = call.folder / "video.mp4"
    portrait.animate(
        call.files["image"],
        call.files["audio"],
        target,
        resolution=p["resolution"],
        strength=p["movement"],
        seed=p.get("seed") or 0,
        mask=call.files.get("mask"),
        start=p.get("trim_start") or 0,
        end=p.get("trim_end"),
        extras=portrait.Extras(p.get("words") or "", p["waveform"], p["blink"]),
        report=call.report,
    )
    return target


OFFERS = ((PORTRAIT, move),)
