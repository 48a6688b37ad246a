"""Gemini's still pictures: the contract of answers that are the result, and what only they do."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.providers import gemini
from studio.providers.gemini import pictures
from studio.spec import Call, ErrorKind, Offer, Status, Update
from tests.fakes.gemini import FakeGemini
from tests.fakes.pictures import painted, written
from tests.providers.contract import AtOnce, Talk, content_of

OFFERS = {offer.key: offer for offer in pictures.OFFERS}
PNG = written(painted("a hill", (256, 256), 3))


def part(content: bytes = PNG, **more: Any) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    return {"inlineData": {"mimeType": "image/png", "data": data}, **more}


def answer(*parts: dict[str, Any], reason: str = "STOP") -> str:
    return json.dumps({"candidates": [{"content": {"parts": parts}, "finishReason": reason}]})


class TestGeminiPictures(AtOnce):
    provider = gemini.PROVIDER
    fake_class = FakeGemini
    vocabulary = ("candidates", "content", "parts", "inlineData", "text", "thought", "finishReason")
    vocabulary += ("promptFeedback", "blockReason", "SAFETY", "STOP")

    def offer(self) -> Offer:
        return OFFERS["gemini-flash-image"]

    @pytest.mark.parametrize("offer", pictures.OFFERS, ids=lambda o: o.key)
    def test_every_offer_is_accepted(
        self, talk: Talk, fake: FakeGemini, files: dict[str, Path], tmp_path: Path, offer: Offer
    ) -> None:
        call = self.make_call(talk, offer, files, tmp_path)
        assert talk("submit", call).status == Status.SUCCEEDED
        assert [p.model for p in fake.predictions.values()] == [offer.model]

    def test_two_pictures_travel_before_the_words(
        self, talk: Talk, fake: FakeGemini, files: dict[str, Path], tmp_path: Path
    ) -> None:
        offer = OFFERS["gemini-pro-edit"]
        call = self.make_call(talk, offer, files, tmp_path, reference=True)
        talk("submit", call)
        [prediction] = fake.predictions.values()
        first, second, words = prediction.input["contents"][0]["parts"]
        for sent in (first, second):
            assert base64.b64decode(sent["inlineData"]["data"]) == files["image"].read_bytes()
        assert words == {"text": call.params["prompt"]}
        assert "imageConfig" not in prediction.input["generationConfig"], "it keeps its shape"

    def test_the_model_is_what_the_operator_says(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        talk("submit", replace(call, offer=replace(call.offer, model="gemini-next-image")))
        assert [p.model for p in fake.predictions.values()] == ["gemini-next-image"]

    @pytest.mark.parametrize(
        ("size", "ratio", "large"),
        [
            ((1024, 1024), "1:1", None),
            ((1080, 1350), "4:5", "2K"),
            ((3000, 1000), "21:9", "4K"),
        ],
    )
    def test_shape_and_size_follow_from_what_was_asked(
        self, size: tuple[int, int], ratio: str, large: str | None
    ) -> None:
        offer = OFFERS["gemini-pro-image"]
        params: dict[str, Any] = {"prompt": "a hill", "width": size[0], "height": size[1]}
        for extra in offer.extra:
            assert extra.derive
            params[extra.name] = extra.derive(params)
        config = offer.payload(params, {})["generationConfig"]["imageConfig"]
        assert (config["aspectRatio"], config.get("imageSize")) == (ratio, large)

    def told(self, talk: Talk, fake: FakeGemini, call: Call, body: str) -> Update:
        fake.faults.unreadable, fake.faults.body = 1, body
        update = talk("submit", call)
        assert isinstance(update, Update)
        return update

    def test_thoughts_and_words_are_no_picture(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        thought = part(written(painted("a draft", (128, 128), 5)), thought=True)
        body = answer(thought, {"text": "Here."}, part())
        assert content_of(talk, self.told(talk, fake, call, body)) == PNG

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (answer({"text": "I would rather not."}), ErrorKind.REFUSED),
            (answer({"text": "No."}, reason="IMAGE_SAFETY"), ErrorKind.MODERATED),
            (answer(part(b"not a picture"), reason="IMAGE_OTHER"), ErrorKind.REFUSED),
            (answer(reason="MAX_TOKENS"), ErrorKind.REFUSED),
            ('{"promptFeedback": {"blockReason": "SAFETY"}}', ErrorKind.MODERATED),
            ('{"promptFeedback": {"blockReason": "OTHER"}}', ErrorKind.REFUSED),
        ],
    )
    def test_an_answer_without_a_picture_is_a_failure(
        self, talk: Talk, fake: FakeGemini, call: Call, body: str, kind: ErrorKind
    ) -> None:
        update = self.told(talk, fake, call, body)
        assert (update.status, update.outputs) == (Status.FAILED, ())
        assert update.error
        assert update.error.kind == kind
        if "rather not" in body:
            assert "I would rather not" in update.error.message
