"""What every provider promises, whoever it is. Subclass it with a provider and its fake:

class TestAcme(ProviderContract):
    provider = acme.PROVIDER
    fake_class = FakeAcme

AtOnce is for those whose answer to a submit is the result.
"""

from __future__ import annotations

import base64
import io
import json
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from studio.spec import Call, ErrorKind, ProviderError, Status, Update
from tests import needs
from tests.fakes.parts import CANCELED, DONE, FAILED, MODERATED, QUEUED, RUNNING
from tests.fakes.server import Fake
from tests.providers.submits import LIVE, NONSENSE, SubmitContract, Talk, any_json

__all__ = ["AtOnce", "ProviderContract", "Talk", "any_json", "content_of"]


def content_of(talk: Talk, update: Update) -> bytes:
    """The bytes of the one result."""
    [output] = update.outputs
    if output.url.startswith("data:"):
        return base64.b64decode(output.url.partition(";base64,")[2], validate=True)
    assert not output.own or talk.wire.is_own(output.url)
    headers = talk.provider.headers(talk.key) if output.own else {}
    return httpx.get(output.url, headers=headers).content


class ProviderContract(SubmitContract):
    # Whether work that was stopped while it waited is known to be stopped.
    stops: ClassVar[bool] = True
    # Whether work that they know nothing of any more, asked twice, was taken out of their queue.
    gone_is_stopped: ClassVar[bool] = False

    def test_accepted_work_has_a_name(self, talk: Talk, fake: Fake, call: Call) -> None:
        update = talk("submit", call)
        assert update.status in LIVE
        assert list(fake.predictions) == [update.ref]
        assert fake.leaks == []

    # --- poll -----------------------------------------------------------------------------------

    def test_work_is_followed_to_its_end(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        for stage in (QUEUED, RUNNING):
            fake.end(handle.ref, stage)
            assert talk("poll", handle).status in LIVE
        fake.end(handle.ref, DONE)
        update = talk("poll", handle)
        assert update.status == Status.SUCCEEDED
        self.check_output(talk, update)
        assert len(fake.predictions) == 1

    def check_output(self, talk: Talk, update: Update) -> None:
        assert content_of(talk, update)[4:8] == b"ftyp"

    def test_failed_work_says_why(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, FAILED)
        update = talk("poll", handle)
        assert update.status == Status.FAILED
        assert update.error.kind in (ErrorKind.REFUSED, ErrorKind.INPUT)
        assert self.provider.label in update.error.message

    def test_refused_content_is_told_apart(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, MODERATED)
        update = talk("poll", handle)
        assert (update.status, update.error.kind) == (Status.FAILED, ErrorKind.MODERATED)

    def test_work_that_was_stopped_there_is_canceled(
        self, talk: Talk, fake: Fake, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, CANCELED)
        assert talk("poll", handle).status == Status.CANCELED

    def test_an_unknown_word_means_running(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        fake.faults.wrong_word = -1
        assert talk("poll", handle).status == Status.RUNNING

    @pytest.mark.parametrize("fault", ["server_error", "missing", "malformed"])
    def test_trouble_with_a_poll_says_nothing_about_the_work(
        self, talk: Talk, fake: Fake, call: Call, fault: str
    ) -> None:
        handle = self.begin(talk, fake, call)
        setattr(fake.faults, fault, -1)
        assert talk.refused("poll", handle).kind == ErrorKind.LATER
        setattr(fake.faults, fault, 0)
        assert talk("poll", handle).status in LIVE

    @pytest.mark.parametrize("body", NONSENSE)
    def test_nonsense_is_no_news(self, talk: Talk, fake: Fake, call: Call, body: str) -> None:
        handle = self.begin(talk, fake, call)
        fake.faults.malformed, fake.faults.body = -1, body
        assert talk.refused("poll", handle).kind == ErrorKind.LATER

    def test_whatever_a_poll_answers_is_survived(self, talk: Talk, fake: Fake, call: Call) -> None:
        """Nothing but ProviderError, and no success without an address."""
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        fake.faults.malformed = -1

        @settings(
            max_examples=needs.often(150), deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(body=any_json(self.vocabulary))
        def check(body: Any) -> None:
            fake.faults.body = json.dumps(body)
            answer = talk.tried("poll", handle)
            if isinstance(answer, ProviderError):
                assert answer.kind in (ErrorKind.LATER, ErrorKind.KEY)
            else:
                assert answer.status != Status.SUCCEEDED

        check()

    # --- cancel ---------------------------------------------------------------------------------

    def test_a_stop_is_confirmed_or_not_claimed(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, QUEUED)
        if not self.provider.cancels:
            assert talk.refused("cancel", handle).kind == ErrorKind.REFUSED
            return
        answer = talk("cancel", handle)
        if answer.status != Status.CANCELED:
            assert answer.status == Status.RUNNING
            answer = talk("poll", handle)
        assert (answer.status == Status.CANCELED) == self.stops
        assert fake.predictions[handle.ref].stage_now() == (CANCELED if self.stops else QUEUED)

    def test_what_is_done_is_not_canceled(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, DONE)
        answer = talk.tried("cancel", handle)
        if isinstance(answer, ProviderError):
            assert answer.kind in (ErrorKind.LATER, ErrorKind.REFUSED)
        else:
            assert answer.status != Status.CANCELED
        assert talk("poll", handle).status == Status.SUCCEEDED, "a late result is not lost"

    def test_a_stop_that_got_no_answer_is_not_claimed(
        self, talk: Talk, fake: Fake, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.predictions.clear()
        answer = talk.tried("cancel", handle)
        if self.gone_is_stopped:
            assert isinstance(answer, Update)
            assert answer.status == Status.CANCELED
        elif isinstance(answer, ProviderError):
            assert answer.kind in (ErrorKind.LATER, ErrorKind.REFUSED)
        else:
            assert answer.status != Status.CANCELED


class AtOnce(SubmitContract):
    """The answer to a submit is the result, or what became of it."""

    def test_the_answer_is_the_result(self, talk: Talk, fake: Fake, call: Call) -> None:
        update = talk("submit", call)
        assert (update.status, update.ref) == (Status.SUCCEEDED, "")
        assert len(fake.predictions) == 1
        assert fake.leaks == []
        self.check_output(content_of(talk, update))

    def check_output(self, content: bytes) -> None:
        with Image.open(io.BytesIO(content)) as image:
            assert min(image.size) >= 256

    @pytest.mark.parametrize("fault", ["failed", "moderated"])
    def test_what_came_to_nothing_is_a_failure(
        self, talk: Talk, fake: Fake, call: Call, fault: str
    ) -> None:
        setattr(fake.faults, fault, 1)
        answer = talk.tried("submit", call)
        error = answer if isinstance(answer, ProviderError) else answer.error
        assert error.kind in (ErrorKind.REFUSED, ErrorKind.INPUT, ErrorKind.MODERATED)
        assert self.provider.label in error.message
        assert not isinstance(answer, Update) or not answer.outputs

    def test_refused_content_is_told_apart(self, talk: Talk, fake: Fake, call: Call) -> None:
        fake.faults.moderated = 1
        answer = talk.tried("submit", call)
        error = answer if isinstance(answer, ProviderError) else answer.error
        assert error.kind == ErrorKind.MODERATED

    def test_whatever_an_answer_is_is_survived(self, talk: Talk, fake: Fake, call: Call) -> None:
        """Nothing but ProviderError, and no success without a picture."""

        @settings(
            max_examples=needs.often(100), deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(body=any_json(self.vocabulary))
        def check(body: Any) -> None:
            fake.faults.unreadable, fake.faults.body = 1, json.dumps(body)
            answer = talk.tried("submit", call)
            if isinstance(answer, ProviderError):
                assert answer.kind == ErrorKind.UNCLEAR
            else:
                assert answer.status == Status.FAILED or answer.ref

        check()

    def test_there_is_nothing_to_ask_or_to_stop(self, talk: Talk, fake: Fake, call: Call) -> None:
        handle = self.begin(talk, fake, call)
        assert handle.ref == ""
        if not self.provider.cancels:
            assert talk.refused("cancel", handle).kind == ErrorKind.REFUSED
        assert self.provider.reconcile == "none"
