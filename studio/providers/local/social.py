"""Pictures and videos for every platform, cut on this computer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.pricing import Free
from studio.engine import EngineError, Report
from studio.engine.film.clip import look
from studio.engine.social import Made, Safe, Wanted, export
from studio.engine.social.proof import proven
from studio.engine.social_film import export as film_export
from studio.engine.social_film import wanted as film
from studio.engine.social_film.cover import cover
from studio.engine.social_film.path import path_of
from studio.engine.social_film.unsafe import warnings
from studio.engine.stills.files import rgb_of
from studio.operations import social
from studio.spec import Call, Offer, Output

PRICE = Free("cut on this computer")


@dataclass(frozen=True)
class Results:
    """All that came of one piece of work, and what of the request could not be done."""

    outputs: tuple[Output, ...]
    notes: tuple[str, ...] = ()


PICTURES = Offer(
    key="local-social-pictures",
    provider="local",
    operation="social-pictures",
    label="Social Optimizer",
    summary="Every format from one picture: faces and what stands out stay in view, each file is "
    "below its limit and looked at again before you get it. Private and free.",
    cannot="Finds faces from the front only; otherwise drag the point that stays in view.",
    accepts={param.name: True for param in social.PICTURES.params},
    price=PRICE,
)


def _pictures(call: Call) -> Results:
    places = call.params["formats"]
    wanted = [_wanted(place, call.params) for place in places]
    made, refused = export(call.files["image"], call.folder, wanted, call.report)
    named = {place["format"]: place for place in places}
    outputs = tuple(_output(one, named[one.key]) for one in made)
    notes = [f"Left out: {words}" for words in refused.values()]
    notes += [f"{named[one.key]['name']}: {words}" for one in made for words in one.warnings]
    return Results(outputs, tuple(notes))


def _wanted(place: Mapping[str, Any], params: Mapping[str, Any]) -> Wanted:
    kind = params["type"]
    types = [t for t in place["types"] if t in ("jpeg", "png", "webp")]
    if kind != "best" and kind in types:
        types = [kind]
    return Wanted(
        key=place["format"],
        width=place["width"],
        height=place["height"],
        types=tuple(types),
        most=place["max_bytes"],
        mode=place.get("mode") or params["mode"],
        fill=params.get("fill") or "white",
        background=rgb_of(params["background_color"]),
        focus=_pair(place.get("focus") or params.get("focus")),
        box=tuple(place["box"]) if place.get("box") else None,
        safe=Safe(*place["safe"]),
        enlarge=params["small"] == "enlarge",
    )


def _of(place: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"format": place["format"], "platform": place["platform"], "name": name}


def _pair(point: Any) -> tuple[float, float] | None:
    return (point[0], point[1]) if point else None


def _output(made: Made, place: Mapping[str, Any]) -> Output:
    about = {
        **_of(place, place["name"]),
        "width": made.width,
        "height": made.height,
        "bytes": made.bytes,
        "type": made.type,
        "quality": made.quality,
        "box": list(made.box),
        "enlarged": made.enlarged,
        "warnings": list(made.warnings),
        "checked": list(made.checked),
    }
    return Output(made.path, title=f"{place['name']} {made.width}x{made.height}", about=about)


VIDEOS = Offer(
    key="local-social-videos",
    provider="local",
    operation="social-videos",
    label="Social Optimizer",
    summary="Every format from one video: the window follows the subject, what is too long is cut, "
    "and each file is below its limits and looked at again before you get it. Private and free.",
    cannot="Follows one subject; finds faces from the front only.",
    accepts={param.name: True for param in social.VIDEOS.params},
    price=PRICE,
    deadline=4 * 3600,
)


def _videos(call: Call) -> Results:
    places = call.params["formats"]
    outputs: list[Output] = []
    notes: list[str] = []
    wrong: list[EngineError] = []
    for number, place in enumerate(places):
        report = _part(call, number / len(places), 1 / len(places), place["name"])
        try:
            made = _video(call, place, report)
        except EngineError as error:
            wrong.append(error)
            notes.append(f"Left out: {place['name']}: {error}")
            continue
        outputs += made
        notes += [f"{place['name']}: {words}" for words in made[0].about["warnings"]]
    if not outputs:
        raise wrong[0]
    return Results(tuple(outputs), tuple(notes))


def _part(call: Call, begin: float, share: float, name: str) -> Report:
    return lambda fraction, stage: call.report(begin + fraction * share, f"{name}: {stage}")


def _video(call: Call, place: Mapping[str, Any], report: Report) -> list[Output]:
    p = call.params
    source, target = call.files["video"], call.folder / f"{place['format']}.mp4"
    focus = _pair(place.get("focus") or p.get("focus"))
    mode = place.get("mode") or p["mode"]
    wanted = film.Wanted(
        key=place["name"],
        width=place["width"],
        height=place["height"],
        seconds=place["max_seconds"],
        bytes=place["max_bytes"],
        trim=p["trim"],
        mode=mode,
        focus=(0.5, 0.5) if mode == "center" else focus,
        ground=p.get("fill") or "blur",
        color=rgb_of(p["background_color"]),
        loudness=place["loudness"] if p["level"] else None,
    )
    made = film_export.export(source, target, wanted, report)
    told = _of(place, place["name"])
    told |= {name: getattr(made, name) for name in FACTS} | {"checked": list(made.checked)}
    if made.end - made.start < float(look(source).seconds) - FRAME:
        told["checked"].append(f"{made.start:.1f} to {made.end:.1f} s of the video")
    told["warnings"] = list(warnings(made, Safe(*place["safe"])))
    title = f"{place['name']} {made.width}x{made.height}"
    outputs = [Output(made.path, title=title, about=told)]
    if p["cover"]:
        outputs.append(_cover(place, wanted, made, report))
    return outputs


FRAME = 0.1  # seconds; what is shorter by less was not trimmed
FACTS = ("width", "height", "seconds", "bytes", "loudness", "start", "end", "enlarged")


def _cover(
    place: Mapping[str, Any], wanted: film.Wanted, made: film.Made, report: Report
) -> Output:
    clip = look(made.path)
    whole = path_of(clip, 0, len(clip.index), wanted.ratio, (0.5, 0.5))
    target = made.path.with_name(f"{made.path.stem}-cover.jpg")
    found = cover(made.path, target, 0, made.seconds, wanted.size, whole, report)
    picture = Wanted(place["format"], *wanted.size, ("jpeg",))
    about = _of(place, f"{place['name']}, cover") | {
        "width": found.width,
        "height": found.height,
        "seconds": found.seconds,
        "checked": list(proven(target, picture, "jpeg")),
    }
    title = f"{place['name']} {made.width}x{made.height} cover"
    return Output(target, title=title, about=about, kind="image")


OFFERS = ((PICTURES, _pictures), (VIDEOS, _videos))
