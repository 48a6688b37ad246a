"""Runway: the contract, and what only Runway does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from billing.pricing import CREDIT
from studio import catalogue
from studio.engine.shape import nearest_ratio, size_of
from studio.forms import OperationForm
from studio.providers import runway
from studio.spec import Call, ErrorKind, Offer, ProviderError, Status
from tests import needs
from tests.fakes.parts import CANCELED, DONE, QUEUED, RUNNING
from tests.fakes.runway import FakeRunway
from tests.providers.contract import ProviderContract, Talk, any_json

OFFERS = {offer.key: offer for offer in runway.OFFERS}


class TestRunway(ProviderContract):
    provider = runway.PROVIDER
    fake_class = FakeRunway
    vocabulary = ("PENDING", "SUCCEEDED", "FAILED", "CANCELLED", "cost", "credits", "failureCode")
    vocabulary += ("output", "progress", "estimatedCost", "https://a.net/b.mp4")

    def said(self, call: Call, **params: Any) -> Call:
        return replace(call, params={**call.params, **params})

    @pytest.mark.parametrize("offer", runway.OFFERS, ids=lambda o: o.key)
    def test_every_offer_is_accepted(
        self, talk: Talk, fake: FakeRunway, files: dict[str, Path], tmp_path: Path, offer: Offer
    ) -> None:
        last = {"end_image": True} if "end_image" in offer.accepts else {}
        call = self.make_call(talk, offer, files, tmp_path, **last)
        prediction = fake.predictions[talk("submit", call).ref]
        kind = "image" if offer.operation == "image-to-video" else "text"
        assert prediction.model == f"{kind}/{offer.model}"
        assert call.payload.items() <= prediction.input.items()

    # --- what is sent ---------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("size", "ratio"),
        [((640, 360), "1280:720"), ((300, 400), "832:1104"), ((50, 50), "960:960")],
    )
    def test_the_picture_decides_the_shape(
        self, talk: Talk, fake: FakeRunway, call: Call, size: tuple[int, int], ratio: str
    ) -> None:
        Image.new("RGB", size).save(call.files["image"])
        ref = talk("submit", self.said(call, ratio="auto")).ref
        assert fake.predictions[ref].input["ratio"] == ratio

    def test_a_picture_held_upright_counts_as_upright(self, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (400, 300)).save(tmp_path / "a.jpg", exif=exif)
        assert size_of(tmp_path / "a.jpg") == (300, 400)

    @pytest.mark.parametrize(
        ("params", "ratio"),
        [
            ({"width": 1080, "height": 1080}, "960:960"),
            ({"width": 1080, "height": 1920}, "720:1280"),
            ({"width": 3440, "height": 1440}, "1584:672"),
            ({"width": 1080, "height": 1080, "ratio": "1280:720"}, "1280:720"),
            ({"width": 1080}, None),
            ({}, None),
        ],
    )
    def test_a_size_becomes_the_nearest_shape(
        self, params: dict[str, Any], ratio: str | None
    ) -> None:
        """None: left to the picture. What a person chose is not changed."""
        sent = OFFERS["runway-gen4-turbo-image"].payload(params, {"image": "https://a/b.png"})
        assert sent.get("ratio") == ratio
        assert not {"width", "height"} & set(sent)

    def test_the_proposed_shape_is_a_choice(self) -> None:
        for offer in runway.OFFERS:
            params = {p.name: p for p in offer.params(catalogue.operations()[offer.operation])}
            ratio = params["ratio"]
            assert ratio.derive
            for said in ({}, {"width": 64, "height": 3840}, {"width": 1920, "height": 1080}):
                assert ratio.derive(said) in ratio.choices

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("said", "ratio"),
        [
            ({"width": 1080, "height": 1920}, "720:1280"),
            ({"width": 1080, "height": 1920, "ratio": "960:960"}, "960:960"),
            ({}, "auto"),
        ],
    )
    def test_the_form_shows_the_shape_before_it_is_sent(
        self, said: dict[str, Any], ratio: str
    ) -> None:
        offer = OFFERS["runway-gen4-turbo-image"]
        form = OperationForm(catalogue.operations()[offer.operation], offer, said, resolve=False)
        assert form.is_valid(), form.errors
        assert form.params["ratio"] == ratio

    def test_of_equal_shapes_the_nearest_size_is_taken(self) -> None:
        legal = ("1280:720", "1920:1080")
        assert nearest_ratio(1300, 731, legal) == "1280:720"
        assert nearest_ratio(3840, 2160, legal) == "1920:1080"

    def test_the_camera_is_told_in_words(self, call: Call) -> None:
        words = "The camera slowly pans up."
        said = self.said(call, motion="pan", direction="up", strength=30, motion_words=words)
        assert said.payload["promptText"] == f"{call.params['prompt']} {words}"
        assert not {"motion", "direction", "strength", "motion_words"} & set(said.payload)

    def test_nothing_and_false_are_told_apart(self) -> None:
        sent = OFFERS["runway-veo3-1-text"].payload(
            {"prompt": "A cat", "make_audio": False, "seed": None, "duration": 4}, {}
        )
        assert sent == {
            "promptText": "A cat",
            "ratio": "1280:720",
            "duration": 4,
            "audio": False,
        }

    @pytest.mark.parametrize(("words", "good"), [("😀" * 500, True), ("😀" * 501, False)])
    def test_they_count_an_emoji_as_two(
        self, talk: Talk, fake: FakeRunway, call: Call, words: str, good: bool
    ) -> None:
        answer = talk.tried("submit", self.said(call, prompt=words))
        if good:
            assert answer.ref
        else:
            assert answer.kind == ErrorKind.INPUT
            assert "1,002" in answer.message
            assert "1,000" in answer.message
            assert not fake.predictions

    # --- answers --------------------------------------------------------------------------------

    def test_an_older_answer_has_only_an_id(self, talk: Talk, fake: FakeRunway, call: Call) -> None:
        fake.faults.unreadable, fake.faults.body = 1, '{"id": "t1"}'
        assert talk("submit", call).ref == "t1"

    def test_waiting_for_a_free_place_is_no_error(
        self, talk: Talk, fake: FakeRunway, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        task = {"id": handle.ref, "status": "THROTTLED"}
        fake.faults.malformed, fake.faults.body = 1, json.dumps(task)
        update = talk("poll", handle)
        assert (update.status, update.error) == (Status.QUEUED, None)
        assert "free place" in update.stage

    def test_their_cost_is_told(self, talk: Talk, fake: FakeRunway, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        assert talk("poll", handle).cost == 25 * CREDIT

    @pytest.mark.parametrize("credits", [-1, "7", True, 1e300, None])
    def test_a_cost_that_is_none_is_not_told(
        self, talk: Talk, fake: FakeRunway, call: Call, credits: Any
    ) -> None:
        handle = self.begin(talk, fake, call)
        task = {"id": handle.ref, "status": "SUCCEEDED", "output": ["https://a.net/b.mp4"]}
        task["cost"] = {"credits": credits}
        fake.faults.malformed, fake.faults.body = 1, json.dumps(task)
        assert talk("poll", handle).cost is None

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("SAFETY.INPUT.TEXT", ErrorKind.MODERATED),
            ("SAFETY.OUTPUT.VIDEO", ErrorKind.MODERATED),
            ("ASSET.INVALID", ErrorKind.INPUT),
            ("INTERNAL.BAD_OUTPUT.CODE01", ErrorKind.REFUSED),
            ("INTERNAL", ErrorKind.REFUSED),
            ("SOMETHING.NEW", ErrorKind.REFUSED),
            (None, ErrorKind.REFUSED),
        ],
    )
    def test_a_failure_has_a_kind_and_their_text_is_not_shown(
        self, talk: Talk, fake: FakeRunway, call: Call, code: str | None, kind: ErrorKind
    ) -> None:
        handle = self.begin(talk, fake, call)
        task = {
            "id": handle.ref,
            "status": "FAILED",
            "failure": "node 7 crashed",
            "failureCode": code,
        }
        fake.faults.malformed, fake.faults.body = 1, json.dumps(task)
        error = talk("poll", handle).error
        assert error.kind == kind
        assert "node 7" not in error.message
        assert "node 7" in error.detail

    def test_a_wrong_field_is_named(self, talk: Talk, fake: FakeRunway, call: Call) -> None:
        error = talk.refused("submit", replace(call, urls={"image": "http://10.0.0.1/a.png"}))
        assert error.kind == ErrorKind.INPUT
        assert "promptImage" in error.message

    def test_whatever_stands_in_an_answer_is_survived(
        self, talk: Talk, fake: FakeRunway, call: Call
    ) -> None:
        """Of the right work, with a word that is known; a success has an address."""
        handle = self.begin(talk, fake, call)
        fake.faults.malformed = -1
        word = st.sampled_from((*runway.STATUSES, "PONDERING"))
        junk = st.dictionaries(st.sampled_from(self.vocabulary), any_json(self.vocabulary))

        @settings(
            max_examples=needs.often(150), deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(word=word, junk=junk)
        def check(word: str, junk: dict[str, Any]) -> None:
            fake.faults.body = json.dumps({**junk, "id": handle.ref, "status": word})
            answer = talk.tried("poll", handle)
            if isinstance(answer, ProviderError):
                assert answer.kind == ErrorKind.LATER
            elif answer.status == Status.SUCCEEDED:
                assert answer.outputs
                assert all(o.url.startswith(("https://", "data:")) for o in answer.outputs)

        check()

    # --- stop -----------------------------------------------------------------------------------

    @pytest.mark.parametrize(("stage", "cost"), [(QUEUED, 0), (RUNNING, 25 * CREDIT)])
    def test_only_what_had_not_begun_is_given_back(
        self, talk: Talk, fake: FakeRunway, call: Call, stage: str, cost: int
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, stage)
        update = talk("cancel", handle)
        assert (update.status, update.cost) == (Status.CANCELED, cost)
        assert fake.predictions[handle.ref].stage_now() == CANCELED

    def test_a_finished_task_is_not_thrown_away(
        self, talk: Talk, fake: FakeRunway, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        assert talk("cancel", handle).outputs
        assert ("DELETE", f"/v1/tasks/{handle.ref}") not in fake.calls

    def test_the_key_check_tells_what_is_left(self, talk: Talk) -> None:
        assert "2,500 credits" in talk("check_key")
