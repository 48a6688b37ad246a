"""What only the files of an order show: whether a mask fits, a face is seen, a voice is heard.

A look into a file takes up to a second, so what was seen is kept for the next look at it.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from assets import services as assets
from assets.models import Asset
from studio import cuts, masks
from studio.engine import EngineError
from studio.engine.portrait import facts
from studio.fields import shown
from studio.spec import Operation, Param

KEPT = 32
ENLARGED = 1.5
SMALL = 64
"""Pixels from brow to chin: a smaller face has too few for a mouth."""
CLIPPED = 0.01
"""Of the time that is loud enough to be heard."""
_kept: dict[tuple[str, str], Any] = {}


class Finding(NamedTuple):
    """`stops`: with it nothing is ordered; otherwise it is a note."""

    name: str
    words: str
    stops: bool = False


def measured(
    spec: Mapping[str, Param], files: Mapping[str, Asset], said: Mapping[str, Any]
) -> dict[str, int]:
    """The whole seconds of the files whose length is a param."""
    found = {}
    for name, param in spec.items():
        asset = files.get(param.measures)
        long = cuts.seconds(spec[param.measures], said, asset) if asset else None
        if long is not None and param.high:
            # A file's length is known to the millisecond; less than that more is no second more.
            found[name] = max(1, min(int(param.high), math.ceil(long - 0.001)))
    return found


def remembered(
    spec: Mapping[str, Param], files: Mapping[str, Asset], said: Mapping[str, Any]
) -> dict[str, list[float]]:
    """The points that a person chose in the files before, where nothing else is said now."""
    return {
        name: list(asset.focus)
        for name, param in spec.items()
        if param.kind == "point" and said.get(name) is None
        if (asset := files.get(param.of)) and asset.focus
    }


def findings(
    spec: Mapping[str, Param],
    files: Mapping[str, Asset],
    said: Mapping[str, Any],
    *,
    glance: bool = False,
) -> Iterator[Finding]:
    """What is to be said of the files, the mistakes and the notes. `glance`: while a form is being
    filled; masks are not looked at then."""
    for name, param in spec.items():
        if (asset := files.get(name)) is None:
            continue
        if param.kind == "mask" and not glance:
            yield from _mask(param, asset, files.get(param.of))
        if wrong := cuts.problem(param, spec, said, asset):
            yield Finding(*wrong, stops=True)
        elif param.look == "voice":
            yield from _voice(param, asset, cuts.part(param, said, asset))
        elif param.look:
            masked = any(p.kind == "mask" and p.of == name and n in files for n, p in spec.items())
            yield from _face(param, asset, masked)


def looks(asset: Asset, operation: Operation, said: Mapping[str, Any]) -> Iterator[str]:
    """What becomes of a picture that is no plain one, or a small one."""
    title = f"“{shown(asset.title)}”"
    if asset.animated and asset.kind == "image":
        yield f"{title} moves; its first frame is used."
    if asset.has_alpha and operation.makes == "video":
        yield (
            f"{title} is transparent in places, which a video cannot be: a plain ground is laid "
            "under it."
        )
    width, height = said.get("width"), said.get("height")
    if asset.kind == "image" and asset.width and asset.height and width and height:
        scale = max(width / asset.width, height / asset.height)
        if scale >= ENLARGED:
            yield (
                f"{title} is {asset.width} × {asset.height} and is enlarged {scale:.1f} times, so "
                "it looks soft."
            )


def _mask(param: Param, mask: Asset, picture: Asset | None) -> Iterator[Finding]:
    try:
        words = masks.problem(param, mask, picture)
    except assets.Refused as error:
        words = str(error)
    if words:
        yield Finding(param.name, words, stops=True)


def _face(param: Param, asset: Asset, masked: bool) -> Iterator[Finding]:
    faces = _seen(asset, facts.faces)
    if faces is None or masked:
        return
    if not faces and param.look == "face needed":
        yield Finding(
            param.name,
            f"No face was found in “{asset.title}”. Paint a mask over the head, from the hair to "
            "the chin, or choose a picture in which the face is seen from the front.",
            stops=True,
        )
    elif not faces:
        yield Finding(
            param.name,
            f"No face was found in “{asset.title}”. Faces from the side are not always found; if "
            "there is none, choose another picture.",
        )
    elif faces[0] < SMALL:
        yield Finding(
            param.name,
            f"The face in “{asset.title}” is only {faces[0]:.0f} px high; from {SMALL} px on its "
            "mouth can be seen. Crop the picture around it, or choose a larger one.",
        )
    if len(faces) > 1:
        yield Finding(
            param.name,
            f"{len(faces)} faces were found in “{asset.title}”; the largest is the one that "
            "speaks. Mark another one with a mask.",
        )


def _voice(param: Param, asset: Asset, part: cuts.Part | None) -> Iterator[Finding]:
    heard = _seen(asset, facts.sound)
    if heard is None:
        return
    here = heard.between(*part) if part else heard
    if here.silent:
        where = "where it is used" if part and not heard.silent else ""
        yield Finding(
            param.name,
            f"The voice is silent {where}".strip()
            + ". Choose a recording in which somebody speaks"
            + (", or trim it elsewhere." if where else "."),
            stops=True,
        )
    elif here.clipped > CLIPPED:
        yield Finding(
            param.name,
            f"The voice was recorded too loudly: {here.clipped:.0%} of it is cut off at the top "
            "and sounds harsh. If you can, record it again more softly.",
        )


def _seen(asset: Asset, look: Callable[[Path], Any]) -> Any:
    """What `look` sees in the asset's file; None where it cannot be read, which the work itself
    will say."""
    key = (look.__name__, asset.sha256)
    if key not in _kept:
        if len(_kept) >= KEPT:
            _kept.clear()
        try:
            _kept[key] = _looked(asset, look)
        except (EngineError, assets.Gone, OSError):
            return None
    return _kept[key]


def _looked(asset: Asset, look: Callable[[Path], Any]) -> Any:
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="look-", dir=settings.WORK_DIR) as folder:
        return look(assets.local_copy(asset, Path(folder)))
