"""Videos that this computer cuts, joins, mixes and packs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from billing.pricing import Free
from studio.engine.film import compress, extend, extract, join, remake, track
from studio.engine.film.clip import look
from studio.engine.stills import files
from studio.engine.weight import weight
from studio.operations import film, film_sound
from studio.spec import Call, Offer, Operation

PRICE = Free("made on this computer")


def _deep(params: Mapping[str, Any], paths: Mapping[str, Path]) -> Iterator[str]:
    """What is lost of films with more than 8 bits a color."""
    for path in paths.values():
        if path.suffix not in AUDIO and look(path).deep:
            yield (
                "This video has more than 8 bits a color (HDR, or from a camera). What is drawn "
                "anew has 8, as every player takes them; its colors keep their meaning."
            )
            return


AUDIO = (".wav", ".mp3", ".m4a", ".aac", ".ogg", ".flac", ".weba", ".mka")


def _heavy(params: Mapping[str, Any], paths: Mapping[str, Path]) -> Iterator[str]:
    """What the GIF will weigh."""
    if "video" not in paths:
        return
    with tempfile.TemporaryDirectory() as folder:
        size = extract.weight_of_gif(
            paths["video"],
            Path(folder),
            width=params["width"],
            fps=params["fps"],
            start=params.get("start") or 0.0,
            end=params.get("end"),
        )
    yield f"About {weight(size)}, by a short piece from its middle."


def _offer(operation: Operation, label: str, summary: str, cannot: str = "", **more: Any) -> Offer:
    """Takes every param of the operation as it is declared."""
    return Offer(
        key=f"local-{operation.key}",
        provider="local",
        operation=operation.key,
        label=label,
        summary=summary,
        cannot=cannot,
        accepts={param.name: True for param in operation.params},
        price=PRICE,
        **{"forecast": _deep, **more},
    )


TRIM = _offer(
    film.TRIM,
    "Cutter",
    "Copies what it can and draws only the broken groups of frames anew, on this computer.",
)
JOIN = _offer(
    film.JOIN,
    "Joiner",
    "Clips of one kind are copied and only the transitions drawn; others are drawn anew in one "
    "size and rate.",
)
EXTEND = _offer(
    film.EXTEND,
    "Extender",
    "Moves the camera on over the last frame; what was there is copied where that is possible.",
    "Invents nothing new: for that, let a model go on from the last frame.",
)
SPEED = _offer(
    film.SPEED,
    "Speed",
    "Shows frames longer or leaves some out; the sound keeps its pitch.",
    "Invents no frames between: slow motion of an ordinary video is not smooth.",
)
RESIZE = _offer(
    film.RESIZE,
    "Cropper",
    "Cuts, fits or stretches to the exact size.",
    "Does not look for faces: the focus point says what stays.",
)
SOUND = _offer(
    film_sound.SOUND,
    "Sound desk",
    "Replaces, mixes, fades and levels the sound; the picture is copied as it is.",
)
FRAME = _offer(film_sound.FRAME, "Frame", "One frame in full size, upright.")
TAKE_SOUND = _offer(film_sound.TAKE_SOUND, "Sound", "All of the sound, in stereo at 48 kHz.")
GIF = _offer(
    film_sound.GIF, "GIF maker", "256 colors chosen for the part, finely mixed.", forecast=_heavy
)
COMPRESS = _offer(
    film_sound.COMPRESS,
    "Compressor",
    "Encodes again; a limit is kept by encoding once more where needed.",
)


def _trim(call: Call) -> Path:
    p, source = call.params, call.files["video"]
    clip = look(source)
    end = float(clip.seconds) if p.get("end") is None else p["end"]
    target = call.folder / f"trimmed.{remake.kind_of(clip)}"
    remake.part(source, target, start=p["start"] or 0, end=end, report=call.report)
    return target


def _join(call: Call) -> Path:
    p, target = call.params, call.folder / "joined.mp4"
    names = [name for name in film.CLIPS if name in call.files]
    join.join(
        [(name.replace("clip_", "Clip "), call.files[name]) for name in names],
        target,
        transition=p["transition"],
        seconds=p.get("seconds") or 0,
        size=(p["width"], p["height"]) if p["size"] == "custom" else None,
        ground=p["ground"],
        report=call.report,
    )
    return target


def _extend(call: Call) -> Path:
    p, target = call.params, call.folder / "longer.mp4"
    extend.extend(
        call.files["video"],
        target,
        seconds=p["seconds"],
        strength=p["strength"],
        report=call.report,
    )
    return target


def _target(call: Call, name: str) -> Path:
    return call.folder / f"{name}.{remake.kind_of(look(call.files['video']))}"


def _speed(call: Call) -> Path:
    p, target = call.params, _target(call, "speed")
    remake.speed(
        call.files["video"],
        target,
        factor=p["factor"],
        keep_sound=p["sound"] == "stretch",
        report=call.report,
    )
    return target


def _resize(call: Call) -> Path:
    p, target, source = call.params, _target(call, "resized"), call.files["video"]
    if p["size_by"] == "percent":
        remake.scale(source, target, percent=p["scale"], report=call.report)
        return target
    focus = p.get("focus") or (0.5, 0.5)
    remake.resize(
        source,
        target,
        width=p["width"],
        height=p["height"],
        mode=p["mode"],
        ground=p.get("ground") or "black",
        focus=(focus[0], focus[1]),
        report=call.report,
    )
    return target


def _sound(call: Call) -> Path:
    p, target = call.params, _target(call, "sound")
    loudness = p.get("loudness")
    wish = track.Wish(
        way=p["way"],
        audio=call.files.get("audio"),
        own=p.get("own_level") or 0.0,
        new=p.get("new_level") or 0.0,
        fade_in=p.get("fade_in") or 0.0,
        fade_out=p.get("fade_out") or 0.0,
        loudness=None if loudness in (None, "as-it-is") else float(loudness),
    )
    track.change(call.files["video"], target, wish, call.report)
    return target


def _frame(call: Call) -> Path:
    p = call.params
    target = call.folder / f"frame{files.SUFFIXES[p['format']]}"
    at = (p.get("at") or 0.0) if p["which"] == "at" else None
    extract.still(call.files["video"], target, at=at, format=p["format"], report=call.report)
    return target


def _take_sound(call: Call) -> Path:
    kind = call.params["format"]
    target = call.folder / f"sound.{kind}"
    extract.audio(call.files["video"], target, format=kind, report=call.report)
    return target


def _gif(call: Call) -> Path:
    p, target = call.params, call.folder / "film.gif"
    extract.animation(
        call.files["video"],
        target,
        width=p["width"],
        fps=p["fps"],
        start=p.get("start") or 0.0,
        end=p.get("end"),
        report=call.report,
    )
    return target


def _compress(call: Call) -> Path:
    p = call.params
    target = call.folder / f"compressed.{compress.CODECS[p['codec']].kind}"
    compress.compress(
        call.files["video"],
        target,
        codec=p["codec"],
        quality=p.get("quality") or 70,
        megabytes=p["megabytes"] if p["by"] == "size" else None,
        longest=p.get("longest_side"),
        report=call.report,
    )
    return target


OFFERS = (
    (TRIM, _trim),
    (JOIN, _join),
    (EXTEND, _extend),
    (SPEED, _speed),
    (RESIZE, _resize),
    (SOUND, _sound),
    (FRAME, _frame),
    (TAKE_SOUND, _take_sound),
    (GIF, _gif),
    (COMPRESS, _compress),
)
