"""Darkroom, a provider that is only there in tests: plain work on pictures, done at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageOps

from billing.pricing import Free
from studio.catalogue import operations
from studio.providers import Renderer
from studio.spec import Call, FileLimits, Offer, Output, Status, Update

DONE = (
    *("erase", "remove-background", "outpaint", "recolor", "adjust", "crop", "look"),
    *("upscale", "sketch", "text-to-image", "style-transfer", "replace-background"),
)


def _offer(key: str) -> Offer:
    """Everything that the operation may be asked; of a picture to enlarge up to 4 MP."""
    accepts: dict[str, Any] = {param.name: True for param in operations()[key].params}
    if key == "upscale":
        accepts["image"] = {"limits": FileLimits(max_pixels=4_000_000, shrinks=False)}
    return Offer(
        key=f"darkroom-{key}",
        provider="darkroom",
        operation=key,
        label="Darkroom",
        summary="Plain work on pictures, for trying the page.",
        accepts=accepts,
        price=Free("drawn on this computer"),
    )


def erase(call: Call, picture: Image.Image) -> Image.Image:
    """Grey where the mask is white."""
    mask = Image.open(call.files["mask"]).convert("L")
    picture.paste((128, 128, 128), (0, 0), mask)
    return picture


def cut(call: Call, picture: Image.Image) -> Image.Image:
    shape = Image.new("L", picture.size, 0)
    ImageDraw.Draw(shape).ellipse((0, 0, *picture.size), fill=255)
    picture.putalpha(shape)
    return picture


def extend(call: Call, picture: Image.Image) -> Image.Image:
    left, right, up, down = (call.params[side] for side in ("left", "right", "up", "down"))
    return ImageOps.expand(picture, (left, up, right, down), fill=(90, 110, 130))


def twice(call: Call, picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 2, picture.height * 2))


def invent(call: Call) -> Image.Image:
    size = call.params["width"], call.params["height"]
    return Image.linear_gradient("L").resize(size).convert("RGB")


WORK = {"erase": erase, "remove-background": cut, "outpaint": extend, "upscale": twice}


class Darkroom(Renderer):
    key = "darkroom"
    label = "Darkroom"
    offers = tuple(_offer(key) for key in DONE)

    def render(self, call: Call) -> Update:
        if "image" in call.files:
            picture = ImageOps.exif_transpose(Image.open(call.files["image"])).convert("RGB")
            made = WORK.get(call.offer.operation, lambda _, p: ImageOps.solarize(p))(call, picture)
        else:
            made = invent(call)
        path: Path = call.folder / "result.png"
        made.save(path)
        return Update(Status.SUCCEEDED, ref=call.ref, progress=1.0, outputs=(Output(path),))


PROVIDER = Darkroom()
