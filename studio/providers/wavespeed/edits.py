"""Pictures changed at WaveSpeed: by words, and by another face. Prices in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.pricing import Flat
from studio.operations.edit_faces import MORE_FACES
from studio.providers._answers import Build, sent_as
from studio.providers._pictures import HERE, MASKED
from studio.providers.wavespeed.pictures import MB, PROMPT, QWEN_HIGH
from studio.spec import FileLimits, Offer

MIMES = ("image/jpeg", "image/png", "image/webp")
PICTURE = FileLimits(max_bytes=10 * MB, mimes=MIMES)
QWEN_PICTURE = FileLimits(max_bytes=10 * MB, max_side=QWEN_HIGH, min_side=64, mimes=MIMES)
KONTEXT_PICTURE = FileLimits(max_bytes=10 * MB, max_side=2048, min_side=64, mimes=MIMES)
SEED = {"high": 2**31 - 1}
FORMAT = {"format": "output_format"}
_plain = sent_as(FORMAT)


def _several(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """The pictures as one list, the one to be changed first."""
    said = _plain(params, files)
    pictures = [said.pop(name) for name in ("image", "reference") if name in said]
    return {**said, "images": pictures}


def _words(key: str, label: str, model: str, price: str, build: Build, **more: Any) -> Offer:
    return Offer(
        key=f"wavespeed-{key}",
        provider="wavespeed",
        operation="edit-by-words",
        label=label,
        model=f"wavespeed-ai/{model}",
        price=Flat(price),
        build=build,
        here=HERE,
        **more,
    )


def _swap(key: str, label: str, model: str, price: str, build: Build, **more: Any) -> Offer:
    return Offer(
        key=f"wavespeed-{key}",
        provider="wavespeed",
        operation="face-swap",
        label=label,
        model=model,
        price=Flat(price),
        build=build,
        **more,
    )


def _groups(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """New faces and those that go, as two lists in the same order. Without a picture of the face
    that goes it is looked for in the whole picture."""
    faces, gone = [files["face"]], [files.get("instead", files["image"])]
    for number in MORE_FACES:
        if f"face_{number}" in files and f"instead_{number}" in files:
            faces.append(files[f"face_{number}"])
            gone.append(files[f"instead_{number}"])
    return {
        "image": files["image"],
        "source_image": faces,
        "target_image": gone,
        "face_enhance": params["refine"],
    }


ONE_FACE: Mapping[str, Any] = {
    "image": {"limits": PICTURE},
    "face": {"limits": PICTURE},
    "format": {"default": "jpeg"},
}
NUMBERED: Mapping[str, Any] = {**ONE_FACE, "face_number": True}
_face = sent_as({**FORMAT, "face": "face_image", "face_number": "target_index"})

BY_WORDS = (
    _words(
        "qwen-edit",
        "Qwen Image Edit",
        "qwen-image/edit",
        "0.02",
        _plain,
        accepts={
            "image": {"limits": QWEN_PICTURE},
            **MASKED,
            "prompt": PROMPT,
            "style": True,
            "format": {"default": "jpeg"},
            "seed": SEED,
        },
        quality="draft",
        summary="Changes things, words in the picture and whole styles; the least expensive one.",
        cannot="Works at 1536 pixels at most.",
    ),
    _words(
        "qwen-edit-plus",
        "Qwen Image Edit Plus",
        "qwen-image/edit-plus",
        "0.02",
        _several,
        accepts={
            "image": {"limits": QWEN_PICTURE},
            **MASKED,
            "reference": {"limits": QWEN_PICTURE},
            "prompt": PROMPT,
            "style": True,
            "format": {"default": "jpeg"},
            "seed": SEED,
        },
        quality="draft",
        summary="As Qwen Image Edit, with a second picture to take from.",
        cannot="Works at 1536 pixels at most.",
    ),
    _words(
        "flux-kontext-pro-edit",
        "FLUX.1 Kontext pro",
        "flux-kontext-pro",
        "0.04",
        sent_as({"guidance": "guidance_scale"}),
        accepts={
            "image": {"limits": KONTEXT_PICTURE},
            **MASKED,
            "prompt": PROMPT,
            "style": True,
            "guidance": {"low": 1, "high": 20},
        },
        quality="standard",
        summary="Keeps people and things as they are while it changes what you say.",
        cannot="Answers with about a million pixels. No seed.",
    ),
)
# None has a field for whether the face that goes is a man's or a woman's.
FACES = (
    _swap(
        "face-swap",
        "Face Swap",
        "wavespeed-ai/image-face-swap",
        "0.01",
        _face,
        accepts=NUMBERED,
        quality="draft",
        summary="One face, quick and cheap.",
    ),
    _swap(
        "face-swap-pro",
        "Face Swap Pro",
        "wavespeed-ai/image-face-swap-pro",
        "0.025",
        _face,
        accepts=NUMBERED,
        quality="standard",
        summary="One face, blended with care.",
    ),
    _swap(
        "head-swap",
        "Head Swap",
        "wavespeed-ai/image-head-swap",
        "0.025",
        _face,
        accepts=ONE_FACE,
        summary="The whole head: face, hair and outline.",
        cannot="Takes the most prominent head; you cannot say which.",
    ),
    _swap(
        "infinite-you",
        "InfiniteYou",
        "wavespeed-ai/infinite-you",
        "0.03",
        sent_as({"image": "target_image", "face": "source_image"}),
        accepts={"image": {"limits": PICTURE}, "face": {"limits": PICTURE}},
        quality="premium",
        summary="Likeness above all.",
        cannot="One face; you cannot say which.",
    ),
    _swap(
        "akool-face-swap",
        "Akool Face Swap",
        "akool/image-face-swap",
        "0.16",
        _groups,
        accepts={
            "image": {"limits": PICTURE},
            "face": {"limits": PICTURE},
            "instead": {"limits": PICTURE},
            **{
                f"{name}_{number}": {"limits": PICTURE}
                for number in MORE_FACES
                for name in ("face", "instead")
            },
            "refine": True,
        },
        summary="Up to five faces of a group at once.",
    ),
)
OFFERS = (*BY_WORDS, *FACES)
