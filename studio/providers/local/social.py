"""Pictures and videos for every platform, cut on this computer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from shutil import copyfile
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
    if kind in types:
        types = [kind, *(t for t in types if t != kind)]
    mode, focus = _cut(place, params)
    return Wanted(
        key=place["format"],
        width=place["width"],
        height=place["height"],
        types=tuple(types),
        most=place["max_bytes"],
        mode=mode,
        fill=params.get("fill") or "white",
        background=rgb_of(params["background_color"]),
        focus=focus,
        box=tuple(place["box"]) if place.get("box") else None,
        safe=Safe(*place["safe"]),
        enlarge=params["small"] == "enlarge",
    )


def _of(place: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"format": place["format"], "platform": place["platform"], "name": name}


def _pair(point: Any) -> tuple[float, float] | None:
    return (point[0], point[1]) if point else None


def _cut(
    place: Mapping[str, Any], params: Mapping[str, Any]
) -> tuple[str, tuple[float, float] | None]:
    """How it is cut, and the point that stays in view: what a format has of its own counts before
    what all have."""
    own = place.get("focus")
    mode = place.get("mode") or ("smart" if own else params["mode"])
    return mode, _pair(own or params.get("focus")) if mode == "smart" else None


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
    alike: dict[film.Wanted, film.Made] = {}
    for number, place in enumerate(places):
        report = _part(call, number / len(places), 1 / len(places), place["name"])
        try:
            made = _video(call, place, alike, report)
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


def _video(
    call: Call,
    place: Mapping[str, Any],
    alike: dict[film.Wanted, film.Made],
    report: Report,
) -> list[Output]:
    """alike: what was made for other formats that want the very same, which is copied."""
    source, target = call.files["video"], call.folder / f"{place['format']}.mp4"
    wanted = _wanted_video(place, call.params)
    same = replace(wanted, key="")
    if same in alike:
        copyfile(alike[same].path, target)
        made = replace(alike[same], path=target)
    else:
        made = alike[same] = film_export.export(source, target, wanted, report)
    told = _of(place, place["name"])
    told |= {name: getattr(made, name) for name in FACTS} | {"checked": list(made.checked)}
    if made.loudness is not None:
        told["checked"].append(f"{made.loudness:.1f} LUFS")
    if made.end - made.start < float(look(source).seconds) - FRAME:
        told["checked"].append(f"{made.start:.1f} to {made.end:.1f} s of the video")
    told["warnings"] = [*warnings(made, Safe(*place["safe"])), *_quiet(made, wanted)]
    title = f"{place['name']} {made.width}x{made.height}"
    outputs = [Output(made.path, title=title, about=told)]
    if call.params["cover"]:
        outputs.append(_cover(place, wanted, made, report))
    return outputs


def _wanted_video(place: Mapping[str, Any], params: Mapping[str, Any]) -> film.Wanted:
    mode, focus = _cut(place, params)
    return film.Wanted(
        key=place["name"],
        width=place["width"],
        height=place["height"],
        seconds=place["max_seconds"],
        bytes=place["max_bytes"],
        trim=params["trim"],
        mode=mode,
        focus=focus,
        ground=params.get("fill") or "blur",
        color=rgb_of(params["background_color"]),
        loudness=place["loudness"] if params["level"] else None,
    )


def _quiet(made: film.Made, wanted: film.Wanted) -> Iterator[str]:
    """That its sound could not be brought to what is played there."""
    if made.loudness is None or wanted.loudness is None:
        return
    if abs(made.loudness - wanted.loudness) > LOUD:
        yield (
            f"It has {made.loudness:.1f} LUFS instead of {wanted.loudness:.0f}: louder, its peaks "
            "would be cut off."
        )


LOUD = 1.0  # LUFS; what is less is not heard
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
