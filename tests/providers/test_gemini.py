"""Gemini: the contract, and what only Gemini does."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.providers import gemini
from studio.spec import Call, ErrorKind, Offer, ProviderError, Status, Update
from tests import needs
from tests.fakes.gemini import FakeGemini
from tests.fakes.parts import DONE
from tests.providers.contract import ProviderContract, Talk, any_json


class TestGemini(ProviderContract):
    provider = gemini.PROVIDER
    fake_class = FakeGemini
    vocabulary = ("steps", "content", "type", "video", "model_output", "uri", "failed", "errors")
    vocabulary += ("outputs", "data", "mime_type", "text", "https://a.net/b.mp4")

    @pytest.mark.parametrize("offer", gemini.OFFERS, ids=lambda o: o.key)
    def test_every_offer_is_accepted(
        self, talk: Talk, fake: FakeGemini, files: dict[str, Path], tmp_path: Path, offer: Offer
    ) -> None:
        call = self.make_call(talk, offer, files, tmp_path)
        prediction = fake.predictions[talk("submit", call).ref]
        assert prediction.model == gemini.MODEL
        assert prediction.input["response_format"]["duration"] == "5s"

    def test_the_picture_travels_inside(
        self, talk: Talk, fake: FakeGemini, call: Call, files: dict[str, Path]
    ) -> None:
        ref = talk("submit", call).ref
        [_, picture] = fake.predictions[ref].input["input"][0]["content"]
        assert base64.b64decode(picture["data"]) == files["image"].read_bytes()
        assert picture["mime_type"] == "image/png"

    def test_a_picture_that_is_too_large_is_not_sent(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        call.files["image"].write_bytes(b"\x89PNG" + bytes(8 * 1024**2))
        error = talk.refused("submit", call)
        assert error.kind == ErrorKind.INPUT
        assert "8.0 MB" in error.message
        assert "7 MB" in error.message
        assert not fake.calls

    def test_the_model_is_what_the_operator_says(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        other = replace(call, offer=replace(call.offer, model="gemini-next"))
        assert fake.predictions[talk("submit", other).ref].model == "gemini-next"

    def test_a_result_of_theirs_wants_the_key_and_of_others_does_not(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        assert talk("poll", handle).outputs[0].own
        assert not self.told(talk, fake, call, _done(uri="https://elsewhere.net/a")).outputs[0].own

    def told(self, talk: Talk, fake: FakeGemini, call: Call, answer: dict[str, Any]) -> Update:
        handle = self.begin(talk, fake, call)
        fake.faults.malformed, fake.faults.body = 1, json.dumps({**answer, "id": handle.ref})
        update = talk("poll", handle)
        assert isinstance(update, Update)
        return update

    def test_a_result_may_lie_inside_the_answer(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        fake.inline = True
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        url = talk("poll", handle).outputs[0].url
        head, _, data = url.partition(";base64,")
        assert head == "data:video/mp4"
        assert base64.b64decode(data)[4:8] == b"ftyp"

    def test_the_older_shape_is_understood(self, talk: Talk, fake: FakeGemini, call: Call) -> None:
        video = {"type": "video", "uri": "https://a.net/b"}
        update = self.told(talk, fake, call, {"status": "completed", "outputs": [video]})
        assert [o.url for o in update.outputs] == ["https://a.net/b"]

    def test_words_instead_of_a_video_are_a_failure(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        update = self.told(talk, fake, call, _done(type="text", text="I would rather not."))
        assert update.status == Status.FAILED
        assert update.error
        assert "I would rather not" in update.error.message

    def test_whatever_stands_in_an_answer_is_survived(
        self, talk: Talk, fake: FakeGemini, call: Call
    ) -> None:
        """Of the right work, with a word that is known; a success has an address."""
        handle = self.begin(talk, fake, call)
        fake.faults.malformed = -1
        word = st.sampled_from((*gemini.STATUSES, "PONDERING"))
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

    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("incomplete", ErrorKind.REFUSED),
            ("requires_action", ErrorKind.REFUSED),
            ("requires_continuation", ErrorKind.REFUSED),
            ("budget_exceeded", ErrorKind.NO_CREDIT),
        ],
    )
    def test_other_endings(
        self, talk: Talk, fake: FakeGemini, call: Call, word: str, kind: ErrorKind
    ) -> None:
        update = self.told(talk, fake, call, {"status": word, "steps": []})
        assert update.status == Status.FAILED
        assert update.error
        assert update.error.kind == kind

    @pytest.mark.parametrize(("delay", "seconds"), [("34s", 34), ("1.5s", 1.5), ("soon", None)])
    def test_the_wait_may_be_among_the_details(
        self, talk: Talk, fake: FakeGemini, call: Call, delay: str, seconds: float | None
    ) -> None:
        fake.delay, fake.faults.too_many, fake.faults.retry_after = delay, 1, ""
        error = talk.refused("submit", call)
        assert (error.kind, error.retry_after) == (ErrorKind.LATER, seconds)

    def test_a_refused_prompt_is_told_apart(self, talk: Talk, fake: FakeGemini, call: Call) -> None:
        fake.refuses = lambda model, said: "The prompt was blocked: PROHIBITED_CONTENT"
        assert talk.refused("submit", call).kind == ErrorKind.MODERATED


def _done(**content: Any) -> dict[str, Any]:
    steps = [{"type": "model_output", "content": [{"type": "video", **content}]}]
    return {"status": "completed", "steps": steps}
