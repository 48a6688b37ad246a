"""Films that this computer makes of the shots of a story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from billing.pricing import Free
from studio.engine import EngineError
from studio.engine.film.assembly import Cut, Wish, assemble
from studio.operations.story import FILM, SIZES
from studio.spec import Call, Offer

# What the engine says of a clip that another choice would leave out.
DAMAGE = ("damaged", "cannot be read", "no longer there", "no picture", "no frame")
RATES = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001)}

ASSEMBLER = Offer(
    key="local-story-film",
    provider="local",
    operation=FILM.key,
    label="Film maker",
    summary="Brings all clips to one size, rate and sound on this computer; clips that match are "
    "copied as they are.",
    accepts={param.name: True for param in FILM.params},
    price=Free("made on this computer"),
)


def _cuts(call: Call) -> Iterator[Cut]:
    for number, cut in enumerate(call.params["cuts"]):
        yield Cut(
            name=cut["name"],
            path=call.files.get(f"cuts.{number}"),
            seconds=cut.get("seconds"),
            start=cut.get("start", 0.0),
            motion=cut.get("motion"),
            voice=call.files.get(f"cuts.{number}.voice"),
            voice_start=cut.get("voice_start", 0.0),
            voice_end=cut.get("voice_end"),
            muted=cut.get("muted", False),
            text=cut.get("text", ""),
            spoken=cut.get("spoken"),
        )


def wish_of(p: Mapping[str, Any], track: Path | None) -> Wish:
    """How the film is to be, by the params of the operation."""
    size = SIZES.get(p["size"]) or p
    loudness = p.get("loudness")
    return Wish(
        size=(size["width"], size["height"]),
        fps=RATES.get(p["fps"]) or Fraction(p["fps"]),
        transition=p["transition"],
        seconds=p.get("transition_time") or 0.0,
        fade_in=p.get("fade_in") or 0.0,
        fade_out=p.get("fade_out") or 0.0,
        ground=p["ground"],
        subtitles=p["subtitles"],
        title=p.get("title") or "",
        title_seconds=p.get("title_time") or 0.0,
        track=track,
        clip_level=p.get("clip_level") or 0.0,
        track_level=p.get("track_level") or 0.0,
        loudness=None if loudness in (None, "as-it-is") else float(loudness),
        format=p["format"],
        skip_damaged=p.get("damaged") == "go-on",
    )


def _film(call: Call) -> tuple[Path, tuple[str, ...]]:
    target = call.folder / f"film.{call.params['format']}"
    wish = wish_of(call.params, call.files.get("track"))
    try:
        made = assemble(list(_cuts(call)), target, wish, call.report)
    except EngineError as error:
        if wish.skip_damaged or not any(words in str(error) for words in DAMAGE):
            raise
        way_out = "Or let the film go on without it: “A clip that cannot be read”."
        raise EngineError(f"{error} {way_out}") from error
    return target, made.left_out


OFFERS = ((ASSEMBLER, _film),)
