"""fal.ai: the contract, and what only fal does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.http import Clients, Wire
from studio.providers import fal
from studio.providers.fal.offers import ltx_frames
from studio.spec import Call, ErrorKind, Handle, Offer, ProviderError, Status
from tests.fakes.fal import FakeFal
from tests.fakes.parts import CANCELED, DONE, RUNNING
from tests.providers.contract import Talk
from tests.providers.news import NewsContract


class UnpaddedFal(FakeFal):
    padded = False


@pytest.mark.parametrize(
    ("seconds", "fps", "frames"),
    [(5, 25, 121), (1, 24, 17), (0.1, 24, 9), (16, 30, 473), (60, 30, 481)],
)
def test_seconds_become_frames(seconds: float, fps: int, frames: int) -> None:
    assert ltx_frames({"duration": seconds, "fps": fps}) == frames


class TestFal(NewsContract):
    gone_is_stopped = True
    provider = fal.PROVIDER
    fake_class = FakeFal
    vocabulary = ("video", "videos", "IN_QUEUE", "queue_position", "error_type", "loc", "msg")

    @pytest.mark.parametrize("offer", fal.OFFERS, ids=lambda o: o.key)
    def test_every_offer_is_accepted_and_found_again(
        self, talk: Talk, fake: FakeFal, files: dict[str, Path], tmp_path: Path, offer: Offer
    ) -> None:
        call = self.make_call(talk, offer, files, tmp_path)
        handle = self.begin(talk, fake, call)
        assert fake.predictions[handle.ref].input == call.payload
        # Without what they said, by the rule: only owner and alias are part of the address.
        by_rule = replace(handle, links={})
        fake.end(handle.ref, DONE)
        assert talk("poll", by_rule).outputs == talk("poll", handle).outputs != ()

    def test_an_address_of_somebody_else_is_not_asked(
        self, talk: Talk, fake: FakeFal, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        elsewhere = dict.fromkeys(handle.links, "http://127.0.0.1:9/requests/1")
        assert talk("poll", replace(handle, links=elsewhere)).status == Status.RUNNING

    def test_a_place_in_the_queue_is_told(self, talk: Talk, fake: FakeFal, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.predictions[handle.ref].stage = "queued"
        assert talk("poll", handle).stage == "place 1 in their queue"

    @pytest.mark.parametrize(
        ("body", "kind", "words"),
        [
            ('{"detail": "Old words."}', ErrorKind.REFUSED, "Old words"),
            (
                '{"detail": [{"loc": ["body", "image_url"], "type": "image_load_error",'
                ' "msg": "Failed to load the image"}]}',
                ErrorKind.INPUT,
                "image_url: Failed to load the image",
            ),
            ('{"detail": [3, null, {"loc": 4}]}', ErrorKind.REFUSED, "failed"),
        ],
    )
    def test_done_may_mean_failed(
        self, talk: Talk, fake: FakeFal, call: Call, body: str, kind: ErrorKind, words: str
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        fake.result_error = (422, body)
        update = talk("poll", handle)
        assert (update.status, update.error.kind) == (Status.FAILED, kind)
        assert words in update.error.message

    @pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
    def test_trouble_with_the_result_is_no_failure(
        self, talk: Talk, fake: FakeFal, call: Call, status: int
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        fake.result_error = (status, "<p>Sorry")
        assert talk.refused("poll", handle).kind in (ErrorKind.LATER, ErrorKind.KEY)

    def test_not_yet_is_no_failure(self, talk: Talk, fake: FakeFal, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        fake.result_error = (400, '{"detail": "Request is still in progress"}')
        assert talk("poll", handle).status == Status.RUNNING

    def test_a_request_to_stop_is_no_promise(self, talk: Talk, fake: FakeFal, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, RUNNING)
        assert talk("cancel", handle).status == Status.RUNNING
        fake.end(handle.ref, DONE)
        assert talk("cancel", handle).status == Status.SUCCEEDED, "it was too late"
        fake.end(handle.ref, CANCELED)
        assert talk("poll", handle).status == Status.CANCELED

    def test_what_they_took_out_of_their_queue_is_gone(
        self, talk: Talk, fake: FakeFal, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        del fake.predictions[handle.ref]
        assert talk.refused("poll", handle).kind == ErrorKind.LATER, "on its own it says nothing"
        assert talk("cancel", handle).status == Status.CANCELED

    def test_keys_may_lack_their_padding(self, talk: Talk) -> None:
        with UnpaddedFal() as fake, Talk(self.provider, fake) as elsewhere:
            body = b'{"request_id": "x"}'
            headers = fake.sign(body, id="x")
            keys = elsewhere("hook_keys")
            at = float(headers["x-fal-webhook-timestamp"])
            assert self.provider.read_webhook(headers, body, keys, at).ref == "x"

    def test_news_about_another_request_than_it_says_is_refused(
        self, talk: Talk, fake: FakeFal
    ) -> None:
        body = b'{"request_id": "another"}'
        headers = fake.sign(body, id="x")
        with pytest.raises(ProviderError, match="another request"):
            self.provider.read_webhook(
                headers, body, talk("hook_keys"), float(headers["x-fal-webhook-timestamp"])
            )

    def test_what_lies_beside_the_queue_moves_with_it(self) -> None:
        clients = Clients(8)
        real = Wire(fal.PROVIDER.home, {}, clients)
        assert fal.PROVIDER._beside(real, fal.REST).home == "https://rest.fal.ai"
        gateway = Wire("http://127.0.0.1:9", {}, clients)
        assert fal.PROVIDER._beside(gateway, fal.REST).home == "http://127.0.0.1:9"

    @pytest.mark.parametrize(
        ("model", "path"),
        [
            ("fal-ai/kling-video/v2.6/pro/image-to-video", "/fal-ai/kling-video/requests/r/status"),
            ("workflows/me/mine", "/workflows/me/mine/requests/r/status"),
        ],
    )
    def test_the_address_of_work(self, model: str, path: str) -> None:
        wire = Wire(fal.PROVIDER.home, {}, Clients(8))
        handle = Handle(replace(fal.OFFERS[0], model=model), "job.1", "r")
        assert fal._address(wire, handle, "status") == path
