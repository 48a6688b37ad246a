"""Workflows of ComfyUI that make still pictures: pictures, masks and words in, files out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio import catalogue, graphs, workflows
from studio.models import Workflow
from studio.presets import STYLES
from studio.providers import comfyui
from studio.spec import Call, Handle, Offer, Status
from studio.words.style import WORDS
from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.parts import DONE
from tests.providers.contract import Talk, content_of
from tests.providers.submits import SubmitContract

FILL: dict[str, Any] = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
    "2": {"class_type": "LoadImageMask", "inputs": {"image": "b.png", "channel": "red"}},
    "3": {
        "class_type": "EmptyImage",
        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0},
    },
    "4": {
        "class_type": "ImageCompositeMasked",
        "inputs": {
            "destination": ["1", 0],
            "source": ["3", 0],
            "x": 0,
            "y": 0,
            "resize_source": True,
            "mask": ["2", 0],
        },
    },
    "5": {"class_type": "SaveImage", "inputs": {"images": ["4", 0], "filename_prefix": "z"}},
}
MAPPED = {
    "image": [["1", "image"]],
    "mask": [["2", "image"]],
    "prompt": [["5", "filename_prefix"]],
}
MAKE = {key: FILL[key] for key in ("3", "5")}
MAKE = {**MAKE, "5": {**FILL["5"], "inputs": {**FILL["5"]["inputs"], "images": ["3", 0]}}}
SIZED = {
    "prompt": [["5", "filename_prefix"]],
    "width": [["3", "width"]],
    "height": [["3", "height"]],
}


def workflow(operation: str, graph: dict[str, Any], mapping: dict[str, Any]) -> Workflow:
    return Workflow(
        key="still", label="Still", operation=operation, graph=deepcopy(graph), mapping=mapping
    )


class TestStills:
    @pytest.fixture
    def fake(self) -> Iterator[FakeComfyUI]:
        with FakeComfyUI(seconds=None) as fake:
            yield fake

    @pytest.fixture
    def talk(self, fake: FakeComfyUI) -> Iterator[Talk]:
        with Talk(comfyui.PROVIDER, fake) as talk:
            yield talk

    def call(
        self, talk: Talk, offer: Offer, files: dict[str, Path], folder: Path, **params: Any
    ) -> Call:
        contract = SubmitContract()
        contract.provider = comfyui.PROVIDER  # type: ignore[misc]
        made = contract.make_call(talk, offer, files, folder)
        return replace(made, params={**made.params, **params})

    def done(self, talk: Talk, fake: FakeComfyUI, call: Call) -> tuple[Handle, Any]:
        ref = talk("submit", call).ref
        fake.end(ref, DONE)
        handle = Handle(call.offer, call.ref, ref)
        return handle, talk("poll", handle)

    def test_picture_mask_and_words_have_their_places(
        self, talk: Talk, fake: FakeComfyUI, files: dict[str, Path], tmp_path: Path
    ) -> None:
        stored = workflow("inpaint", FILL, MAPPED)
        assert workflows.problems(stored) == []
        call = self.call(talk, workflows.offer_of(stored), files, tmp_path, style="line-art")
        handle, update = self.done(talk, fake, call)
        graph = fake.predictions[handle.ref].input["prompt"]
        assert fake.uploads[graph["1"]["inputs"]["image"]] == files["image"].read_bytes()
        assert fake.uploads[graph["2"]["inputs"]["image"]] == files["mask"].read_bytes()
        words = graph["5"]["inputs"]["filename_prefix"]
        assert words == f"{call.params['prompt'].rstrip()} {WORDS['line-art']}"
        assert update.status == Status.SUCCEEDED
        assert update.outputs[0].own
        with Image.open(io.BytesIO(content_of(talk, update))) as image:
            assert image.size == (640, 360)

    def test_the_size_goes_into_the_graph_and_strength_is_not_lost_to_motion(
        self, talk: Talk, fake: FakeComfyUI, files: dict[str, Path], tmp_path: Path
    ) -> None:
        offer = workflows.offer_of(workflow("text-to-image", MAKE, SIZED))
        assert "strength" not in offer.accepts, "it goes nowhere, so it is not taken"
        call = self.call(talk, offer, files, tmp_path, width=320, height=200)
        _, update = self.done(talk, fake, call)
        with Image.open(io.BytesIO(content_of(talk, update))) as image:
            assert image.size == (320, 200)

    def test_several_files_are_several_results(
        self, talk: Talk, fake: FakeComfyUI, files: dict[str, Path], tmp_path: Path
    ) -> None:
        offer = workflows.offer_of(workflow("text-to-image", MAKE, SIZED))
        fake.faults.many_outputs = 1
        _, update = self.done(talk, fake, self.call(talk, offer, files, tmp_path))
        assert len(update.outputs) == 11

    @pytest.mark.parametrize(
        ("operation", "kept"),
        [
            ("text-to-image", ["a.png", "c.webp"]),
            ("image-to-video", ["b.mp4", "d.gif"]),
            ("image-to-3d", ["e.glb"]),
        ],
    )
    def test_of_several_kinds_that_is_kept_which_was_asked_for(
        self, talk: Talk, operation: str, kept: list[str]
    ) -> None:
        names = ("a.png", "b.mp4", "c.webp", "d.gif", "e.glb")
        saved = [{"filename": n, "subfolder": "", "type": "output"} for n in names]
        offer = Offer("x", "comfyui", operation, "X", {}, price=None)  # type: ignore[arg-type]
        entry = {"outputs": {"9": {"images": saved[:3], "gifs": saved[3:4], "3d": saved[4:]}}}
        update = comfyui._result(talk.wire, offer, "ref", entry)
        found = [output.url.partition("filename=")[2] for output in update.outputs]
        assert [name.partition("&")[0] for name in found] == kept

    def test_a_style_with_a_place_in_the_graph_goes_there(self) -> None:
        mapping = {**MAPPED, "style": [["2", "channel"]]}
        offer = workflows.offer_of(workflow("inpaint", FILL, mapping))
        assert set(offer.styles) == {style.key for style in STYLES}
        sent = offer.payload({"prompt": "A cat", "style": "line-art"}, {})["prompt"]
        assert sent["2"]["inputs"]["channel"] == "line-art"
        assert sent["5"]["inputs"]["filename_prefix"] == "A cat"


def test_pictures_and_masks_find_their_loaders() -> None:
    """In the order in which the operation asks for them."""
    loaders = {
        **FILL,
        "6": {"class_type": "LoadImage", "inputs": {"image": "c.png"}},
        "7": {"class_type": "KSampler", "inputs": {"steps": 20, "cfg": 7.0, "seed": 1}},
    }
    operations = catalogue.operations()
    edited = graphs.propose(loaders, operations["edit-by-words"])
    assert (edited["image"], edited["reference"]) == ([["1", "image"]], [["6", "image"]])
    assert edited["mask"] == [["2", "image"]]
    assert (edited["steps"], edited["guidance"]) == ([["7", "steps"]], [["7", "cfg"]])
    styled = graphs.propose(loaders, operations["style-transfer"])
    assert styled["style_image"] == [["6", "image"]]
    moved = graphs.propose(loaders, operations["image-to-video"])
    assert moved["end_image"] == [["6", "image"]]
    assert "mask" not in moved
