"""Stability: the contract for named work and for answers that are the result, and what only
Stability does."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiohttp import web
from PIL import Image

from studio import catalogue
from studio.providers import stability
from studio.spec import Call, ErrorKind, Offer, Status, Update
from tests.fakes.parts import DONE
from tests.fakes.stability import PATHS, FakeStability
from tests.providers.contract import AtOnce, ProviderContract, Talk, content_of

OFFERS = {offer.key: offer for offer in stability.PROVIDER.offers}
VOCABULARY = ("image", "finish_reason", "SUCCESS", "seed", "errors", "name", "in-progress")
SOLID = OFFERS["stability-stable-fast-3d"]
each_offer = pytest.mark.parametrize("offer", OFFERS.values(), ids=lambda offer: offer.key)


def picture_of(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


class TestNamed(ProviderContract):
    provider = stability.PROVIDER
    fake_class = FakeStability
    vocabulary = VOCABULARY
    stops = False
    # It stops nothing, so nothing is ever stopped there.
    test_work_that_was_stopped_there_is_canceled: ClassVar[None] = None  # type: ignore[assignment]

    def offer(self) -> Offer:
        return OFFERS["stability-upscale-creative"]

    def check_output(self, talk: Talk, update: Update) -> None:
        assert max(picture_of(content_of(talk, update)).size) > 640

    def test_a_refusal_by_content_is_told_by_a_poll_too(
        self, talk: Talk, fake: FakeStability, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.faults.malformed = -1
        fake.faults.body = '{"finish_reason": "CONTENT_FILTERED", "image": "aGk=", "seed": 1}'
        update = talk("poll", handle)
        assert update.error.kind == ErrorKind.MODERATED
        assert not update.outputs, "what is blurred is no result"

    def test_a_word_that_nobody_knows_is_no_success(
        self, talk: Talk, fake: FakeStability, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        good = talk("poll", handle).outputs[0].url.partition(",")[2]
        fake.faults.malformed = -1
        fake.faults.body = json.dumps({"finish_reason": "PARTIAL", "image": good})
        assert talk.refused("poll", handle).kind == ErrorKind.LATER

    def test_it_is_not_asked_more_often_than_every_ten_seconds(self) -> None:
        assert self.provider.poll_first * 0.95 >= 10, "also when the wait is jittered"
        assert self.provider.keeps == 24 * 3600


class TestAtOnce(AtOnce):
    provider = stability.PROVIDER
    fake_class = FakeStability
    vocabulary = VOCABULARY

    def offer(self) -> Offer:
        return OFFERS["stability-ultra"]

    @each_offer
    def test_every_offer_is_accepted(
        self,
        talk: Talk,
        fake: FakeStability,
        files: dict[str, Path],
        tmp_path: Path,
        offer: Offer,
    ) -> None:
        """As a form with the fields and the files of its payload, and nothing else."""
        call = self.make_call(talk, offer, files, tmp_path)
        if offer.operation == "outpaint":
            call = replace(call, params={**call.params, "left": 40})
        update = talk("submit", call)
        [prediction] = fake.predictions.values()
        path, _, model = offer.model.partition(":")
        assert prediction.model == path
        said = call.offer.payload(call.said, {n: n for n in call.files})
        assert prediction.input.keys() == {*said, *(["model"] if model else [])}
        assert prediction.input.get("model", "") == model
        sent = fake.sent[prediction.id]
        assert sent == {offer.wire.get(n, n): p.read_bytes() for n, p in call.files.items()}
        assert update.status == (Status.RUNNING if PATHS[path].later else Status.SUCCEEDED)

    @pytest.mark.parametrize("name", ["ultra", "sd3-5-large", "sd3-5-medium", "sd3-5-large-turbo"])
    def test_a_reference_brings_its_strength(
        self, talk: Talk, fake: FakeStability, files: dict[str, Path], tmp_path: Path, name: str
    ) -> None:
        offer = OFFERS[f"stability-{name}"]
        call = self.make_call(talk, offer, files, tmp_path, image=True)
        assert talk("submit", call).status == Status.SUCCEEDED
        [prediction] = fake.predictions.values()
        assert prediction.input["strength"] == "0.6"
        assert ("aspect_ratio" in prediction.input) == (name == "ultra")

    def test_a_yes_is_written_in_small_letters(
        self, talk: Talk, fake: FakeStability, files: dict[str, Path], tmp_path: Path
    ) -> None:
        offer = OFFERS["stability-replace-background"]
        call = self.make_call(talk, offer, files, tmp_path)
        lit = {"keep_background": True, "light_direction": "above"}
        talk("submit", replace(call, params={**call.params, **lit}))
        [prediction] = fake.predictions.values()
        assert prediction.input["keep_original_background"] == "true"
        assert prediction.input["light_source_direction"] == "above"
        assert prediction.input["light_source_strength"] == "0.3"

    def test_a_model_in_three_dimensions_comes_as_it_is(
        self, talk: Talk, files: dict[str, Path], tmp_path: Path
    ) -> None:
        update = talk("submit", self.make_call(talk, SOLID, files, tmp_path))
        assert update.outputs[0].url.startswith("data:model/gltf-binary;base64,")
        content = content_of(talk, update)
        assert struct.unpack("<4sII", content[:12]) == (b"glTF", 2, len(content))

    def test_what_is_no_model_is_no_result(
        self, talk: Talk, fake: FakeStability, files: dict[str, Path], tmp_path: Path
    ) -> None:
        fake.faults.unreadable = 1
        call = self.make_call(talk, SOLID, files, tmp_path)
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR

    @pytest.mark.parametrize(
        ("answer", "kind", "words"),
        [
            ((403, "content_moderation", "flagged"), ErrorKind.MODERATED, "for its content"),
            ((403, "permission_denied", "not for you"), ErrorKind.REFUSED, "not for you"),
            ((413, "payload_too_large", "too large"), ErrorKind.INPUT, "10 MB"),
            ((422, "invalid", "language"), ErrorKind.INPUT, "language"),
        ],
    )
    def test_a_no_has_its_kind(
        self,
        talk: Talk,
        fake: FakeStability,
        call: Call,
        answer: tuple[int, str, str],
        kind: ErrorKind,
        words: str,
    ) -> None:
        status, name, error = answer
        reply = {"id": "a", "name": name, "errors": [error]}
        fake.refuses = lambda model, said: "no"  # type: ignore[method-assign]
        fake.error = lambda *_: _json(reply, status)  # type: ignore[method-assign]
        refused = talk.refused("submit", call)
        assert refused.kind == kind
        assert words in refused.message
        assert not fake.predictions

    def test_forbidden_words_are_refused_and_told_apart(
        self, talk: Talk, fake: FakeStability, call: Call
    ) -> None:
        bad = replace(call, params={**call.params, "prompt": "BLOCKED"})
        assert talk.refused("submit", bad).kind == ErrorKind.MODERATED
        assert not fake.predictions

    def test_the_key_tells_what_is_left(self, talk: Talk, fake: FakeStability) -> None:
        fake.credits = 1234.5
        assert "1,234.50 credits left" in talk("check_key")

    def test_pictures_that_are_too_much_together_are_refused_in_words(
        self, talk: Talk, fake: FakeStability, files: dict[str, Path], tmp_path: Path
    ) -> None:
        call = self.make_call(talk, OFFERS["stability-erase"], files, tmp_path)
        call.files["image"].write_bytes(b"\x89PNG" + bytes(11 * 1024**2))
        error = talk.refused("submit", call)
        assert (error.kind, "10 MB" in error.message) == (ErrorKind.INPUT, True)


def _json(body: dict[str, Any], status: int) -> Any:
    return web.json_response(body, status=status)


# Where a request has several pictures, they fit into it together.
MOST = 10 * 1024 * 1024


@each_offer
def test_the_files_of_a_request_fit_into_it(offer: Offer) -> None:
    all_params = offer.params(catalogue.operations()[offer.operation])
    params = [p for p in all_params if p.name not in offer.here]
    sizes = [p.limits.max_bytes for p in params if p.is_asset and p.limits]
    assert sum(size or MOST for size in sizes) < MOST - 50_000
    assert all(p.limits for p in params if p.is_asset)
