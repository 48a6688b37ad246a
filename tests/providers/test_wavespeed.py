"""WaveSpeed: the contract, and what only WaveSpeed does."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from studio.providers import wavespeed
from studio.spec import Call, ErrorKind, Offer, Status
from tests.fakes.parts import DONE
from tests.fakes.wavespeed import FakeWaveSpeed
from tests.providers.contract import Talk, content_of
from tests.providers.news import NewsContract

OFFERS = {offer.key: offer for offer in wavespeed.OFFERS}
STILLS = [o for o in wavespeed.OFFERS if o.operation in ("text-to-image", "inpaint")]


class TestWaveSpeed(NewsContract):
    provider = wavespeed.PROVIDER
    fake_class = FakeWaveSpeed
    vocabulary = ("has_nsfw_contents", "created", "processing", "failed", "deleted")

    @pytest.mark.parametrize("offer", wavespeed.OFFERS, ids=lambda o: o.key)
    def test_every_offer_is_accepted(
        self,
        talk: Talk,
        fake: FakeWaveSpeed,
        files: dict[str, Path],
        tmp_path: Path,
        offer: Offer,
    ) -> None:
        call = self.make_call(talk, offer, files, tmp_path)
        ref = talk("submit", call).ref
        assert fake.predictions[ref].model == offer.model
        assert fake.predictions[ref].input == call.payload

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("refused", ErrorKind.REFUSED),
            ("no_credit", ErrorKind.NO_CREDIT),
            ("bad_key", ErrorKind.KEY),
            ("too_many", ErrorKind.LATER),
            ("error_after", ErrorKind.UNCLEAR),
        ],
    )
    def test_a_code_inside_a_200_is_an_error(
        self, talk: Talk, fake: FakeWaveSpeed, call: Call, fault: str, kind: ErrorKind
    ) -> None:
        fake.in_envelope = True
        setattr(fake.faults, fault, 1)
        assert talk.refused("submit", call).kind == kind

    def test_a_code_that_nobody_knows_is_unclear(
        self, talk: Talk, fake: FakeWaveSpeed, call: Call
    ) -> None:
        fake.faults.unreadable = 1
        fake.faults.body = '{"code": 5004, "message": "Sync mode timed out", "data": {}}'
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR

    def test_an_id_means_accepted_whatever_the_code(
        self, talk: Talk, fake: FakeWaveSpeed, call: Call
    ) -> None:
        fake.faults.unreadable = 1
        fake.faults.body = '{"code": 5004, "data": {"id": "p1", "status": "processing"}}'
        assert talk("submit", call).ref == "p1"

    def test_the_last_result_that_is_fit_is_kept(
        self, talk: Talk, fake: FakeWaveSpeed, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.faults.malformed = -1
        fake.faults.body = (
            '{"data": {"status": "completed", "outputs": ["https://a/1.mp4", "https://a/2.mp4"],'
            ' "has_nsfw_contents": [true, false]}}'
        )
        assert [o.url for o in talk("poll", handle).outputs] == ["https://a/2.mp4"]

    def test_done_without_a_result_is_a_failure(
        self, talk: Talk, fake: FakeWaveSpeed, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        fake.faults.no_outputs = 1
        assert talk("poll", handle).status == Status.FAILED
        fake.faults.many_outputs = 1
        assert len(talk("poll", handle).outputs) == 11

    def test_a_voice_that_is_longer_than_was_paid_for_is_not_sent(
        self, talk: Talk, fake: FakeWaveSpeed, files: dict[str, Path], tmp_path: Path
    ) -> None:
        offer = OFFERS["wavespeed-infinitetalk"]
        call = self.make_call(talk, offer, files, tmp_path)
        short = replace(call, params={**call.params, "seconds": 3})
        error = talk.refused("submit", short)
        assert error.kind == ErrorKind.INPUT
        assert "3 s" in error.message
        assert not fake.predictions
        assert talk("submit", replace(call, params={**call.params, "seconds": 4})).ref

    @pytest.mark.parametrize("offer", STILLS, ids=lambda o: o.key)
    def test_a_picture_comes_in_the_size_that_was_sent(
        self, talk: Talk, fake: FakeWaveSpeed, files: dict[str, Path], tmp_path: Path, offer: Offer
    ) -> None:
        call = self.make_call(talk, offer, files, tmp_path)
        tall = replace(call, params={**call.params, "width": 1080, "height": 1920})
        tall = tall if "width" in offer.accepts else call
        tall = replace(tall, params={**tall.params, **({"ratio": "9:16"} if offer.extra else {})})
        handle = self.begin(talk, fake, tall)
        fake.end(handle.ref, DONE)
        with Image.open(io.BytesIO(content_of(talk, talk("poll", handle)))) as image:
            ratio = image.width / image.height
        assert ratio == pytest.approx(16 / 9 if offer.operation == "inpaint" else 9 / 16, rel=0.02)

    def test_a_reference_is_one_of_a_list_and_a_picture_to_fill_is_none(self) -> None:
        made, filled = (OFFERS[f"wavespeed-ideogram-v3-turbo{end}"] for end in ("", "-inpaint"))
        files = {"image": "https://a.net/a.png"}
        said = made.payload({"prompt": "a cat"}, files)
        assert (said["reference_images"], "image" in said) == (["https://a.net/a.png"], False)
        files["mask"] = "https://a.net/mask.png"
        said = filled.payload({"prompt": "a cat"}, files)
        assert (said["image"], said["mask_image"]) == (files["image"], files["mask"])
