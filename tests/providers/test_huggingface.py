"""Hugging Face: the contract, and what only Hugging Face does."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from studio.providers import huggingface
from studio.spec import Call, ErrorKind, Offer, Status
from tests.fakes.huggingface import FakeHuggingFace
from tests.providers.contract import AtOnce, Talk, content_of


class TestHuggingFace(AtOnce):
    provider = huggingface.PROVIDER
    fake_class = FakeHuggingFace

    # It has no word for content that it does not like.
    test_refused_content_is_told_apart = None  # type: ignore[assignment]

    @pytest.mark.parametrize("offer", huggingface.OFFERS, ids=lambda o: o.key)
    def test_every_offer_is_accepted(
        self,
        talk: Talk,
        fake: FakeHuggingFace,
        files: dict[str, Path],
        tmp_path: Path,
        offer: Offer,
    ) -> None:
        call = self.make_call(talk, offer, files, tmp_path)
        assert talk("submit", call).status == Status.SUCCEEDED
        [prediction] = fake.predictions.values()
        assert prediction.model == offer.model
        inputs = prediction.input["inputs"]
        if call.files:
            assert base64.b64decode(inputs) == files["image"].read_bytes()
            assert prediction.input["parameters"]["prompt"] == call.params["prompt"]
        else:
            assert inputs == call.params["prompt"]

    def test_the_size_is_one_that_models_make(self, talk: Talk, call: Call) -> None:
        tall = replace(call, params={**call.params, "width": 1080, "height": 1920})
        with Image.open(io.BytesIO(content_of(talk, talk("submit", tall)))) as image:
            width, height = image.size
        assert width % 8 == height % 8 == 0
        assert width * height < 1.02 * 1_048_576
        assert width / height == pytest.approx(9 / 16, rel=0.02)

    def test_a_model_that_sleeps_is_asked_again_when_it_is_awake(
        self, talk: Talk, fake: FakeHuggingFace, call: Call
    ) -> None:
        fake.asleep = 1
        error = talk.refused("submit", call)
        assert (error.kind, error.retry_after) == (ErrorKind.LATER, 20.5)
        assert not fake.predictions
        assert talk("submit", call).status == Status.SUCCEEDED

    def test_another_503_leaves_it_open(
        self, talk: Talk, fake: FakeHuggingFace, call: Call
    ) -> None:
        fake.refuses = lambda model, said: "busy"  # type: ignore[method-assign]
        fake.error = lambda *_: _answer({"error": "Service Unavailable"}, 503)  # type: ignore[method-assign]
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR

    @pytest.mark.parametrize(
        ("status", "body", "kind", "words"),
        [
            (404, {"error": "Model x is not supported"}, ErrorKind.REFUSED, "not serve this model"),
            (422, {"error": ["a is wrong", "b too"]}, ErrorKind.INPUT, "a is wrong; b too"),
            (403, {"error": "gated"}, ErrorKind.REFUSED, "gated"),
            (400, {"error": "monthly included credits"}, ErrorKind.NO_CREDIT, "no credit left"),
            (503, {"error": "x", "estimated_time": "soon"}, ErrorKind.UNCLEAR, "may have"),
        ],
    )
    def test_a_no_has_its_kind(
        self,
        talk: Talk,
        fake: FakeHuggingFace,
        call: Call,
        status: int,
        body: dict[str, Any],
        kind: ErrorKind,
        words: str,
    ) -> None:
        fake.refuses = lambda model, said: "no"  # type: ignore[method-assign]
        fake.error = lambda *_: _answer(body, status)  # type: ignore[method-assign]
        error = talk.refused("submit", call)
        assert error.kind == kind
        assert words in error.message

    def test_a_picture_that_is_too_large_is_not_sent(
        self, talk: Talk, fake: FakeHuggingFace, files: dict[str, Path], tmp_path: Path
    ) -> None:
        call = self.make_call(talk, huggingface.OFFERS[-1], files, tmp_path)
        call.files["image"].write_bytes(b"\x89PNG" + bytes(8 * 1024**2))
        error = talk.refused("submit", call)
        assert error.kind == ErrorKind.INPUT
        assert "8.0 MB" in error.message
        assert not fake.calls

    def test_the_token_tells_whose_it_is(self, talk: Talk) -> None:
        assert "of ada" in talk("check_key")


def _answer(body: dict[str, Any], status: int) -> Any:
    return web.json_response(body, status=status)
