"""What every provider promises, whoever it is. Subclass it with a provider and its fake:

class TestAcme(ProviderContract):
    provider = acme.PROVIDER
    fake_class = FakeAcme
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import catalogue
from studio.http import Clients, Wire
from studio.providers import Remote
from studio.spec import Call, ErrorKind, Handle, Offer, ProviderError, Status, Update
from tests.fakes.parts import CANCELED, DONE, FAILED, MODERATED, QUEUED, RUNNING
from tests.fakes.server import Fake

LIVE = (Status.QUEUED, Status.RUNNING)
MIMES = {"image": "image/png", "audio": "audio/wav"}
SAMPLES: Mapping[str, Any] = {"prompt": "A red balloon rises over the sea.", "seconds": 5}

# Answers with status 200 that tell nothing.
NONSENSE = (
    "<!doctype html><p>Bad gateway",
    "",
    "null",
    "[]",
    "{}",
    "7",
    '"completed"',
    '{"status": null}',
    '{"status": 3, "data": 4}',
    '{"data": [], "code": 200}',
    '{"data": {"status": {}}, "status": [], "id": {}}',
    '{"code": 200, "data": {"id": "somebody-elses", "status": "completed"}}',
    '{"status": "COMPLETED", "request_id": "somebody-elses"}',
)
KEYS = ("code", "data", "detail", "error", "id", "output", "outputs", "request_id", "status", "url")


class Talk:
    """A provider at its fake, one verb at a time. Whatever it says is searched for the key."""

    def __init__(self, provider: Remote, fake: Fake, *, key: str = "", home: str = "") -> None:
        self.provider, self.key = provider, key or fake.secret
        self.home = home or fake.url

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner().__enter__()
        self._clients = Clients(8)
        self.wire = Wire(self.home, self.provider.headers(self.key), self._clients)
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._clients.close())
        self._runner.close()

    def tried(self, verb: str, *args: Any) -> Any:
        """Its answer, or the error that it raised."""
        answer: Any
        try:
            answer = self._runner.run(getattr(self.provider, verb)(self.wire, *args))
        except ProviderError as error:
            answer = error
        failed = isinstance(answer, ProviderError)
        assert self.key not in (answer.message + answer.detail if failed else repr(answer))
        return answer

    def __call__(self, verb: str, *args: Any) -> Any:
        answer = self.tried(verb, *args)
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    def refused(self, verb: str, *args: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            self(verb, *args)
        return caught.value


def defaults(offer: Offer) -> dict[str, Any]:
    """The params of a request that says only what it must."""
    params = offer.params(catalogue.operations()[offer.operation])
    plain = {p.name: p for p in params if not p.is_asset}
    found = {n: SAMPLES.get(n) if p.default is None else p.default for n, p in plain.items()}
    return {n: v for n, v in found.items() if v is not None or n in SAMPLES}


class ProviderContract:
    provider: ClassVar[Remote]
    fake_class: ClassVar[type[Fake]]
    # Whether work that was stopped while it waited is known to be stopped.
    stops: ClassVar[bool] = True
    # Whether work that they know nothing of any more, asked twice, was taken out of their queue.
    gone_is_stopped: ClassVar[bool] = False
    vocabulary: ClassVar[tuple[str, ...]] = ()

    @pytest.fixture
    def fake(self) -> Iterator[Fake]:
        """Its work ends by command only."""
        with self.fake_class(seconds=None) as fake:
            yield fake

    @pytest.fixture
    def talk(self, fake: Fake) -> Iterator[Talk]:
        with Talk(self.provider, fake) as talk:
            yield talk

    def offer(self) -> Offer:
        return self.provider.offers[0]

    @pytest.fixture
    def call(self, talk: Talk, fake: Fake, files: dict[str, Path], tmp_path: Path) -> Call:
        return self.make_call(talk, self.offer(), files, tmp_path)

    def make_call(
        self, talk: Talk, offer: Offer, files: dict[str, Path], folder: Path, **more: Any
    ) -> Call:
        """A request by an offer; its files are uploaded already."""
        params = offer.params(catalogue.operations()[offer.operation])
        needed = {p.name: p.kind for p in params if p.is_asset and (p.required or p.name in more)}
        paths = {name: files[kind] for name, kind in needed.items()}
        urls = {}
        if self.provider.uploads:
            urls = {n: talk("upload", paths[n], MIMES[kind]).url for n, kind in needed.items()}
        said = {**defaults(offer), **dict.fromkeys(needed, "asset")}
        return Call(offer, said, paths, "job.1", folder, urls=urls, webhook=more.get("webhook", ""))

    def begin(self, talk: Talk, fake: Fake, call: Call) -> Handle:
        update: Update = talk("submit", call)
        return Handle(call.offer, call.ref, update.ref, update.links)

    # --- submit ---------------------------------------------------------------------------------

    def test_accepted_work_has_a_name(self, talk: Talk, fake: Fake, call: Call) -> None:
        update = talk("submit", call)
        assert update.status in LIVE
        assert list(fake.predictions) == [update.ref]
        assert fake.leaks == []

    @pytest.mark.parametrize("fault", ["cut_before", "cut_after", "error_after", "unreadable"])
    def test_what_may_have_been_accepted_is_unclear(
        self, talk: Talk, fake: Fake, call: Call, fault: str
    ) -> None:
        setattr(fake.faults, fault, 1)
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR
        assert len(fake.predictions) == (fault != "cut_before"), "it was sent once"

    @pytest.mark.parametrize("body", [b for b in NONSENSE if "somebody-elses" not in b])
    def test_a_nonsensical_yes_is_unclear(
        self, talk: Talk, fake: Fake, call: Call, body: str
    ) -> None:
        fake.faults.unreadable, fake.faults.body = 1, body
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR

    def test_nobody_there_means_not_accepted(self, fake: Fake, call: Call) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            home = f"http://127.0.0.1:{closed.getsockname()[1]}"
            with Talk(self.provider, fake, home=home) as talk:
                assert talk.refused("submit", call).kind == ErrorKind.LATER

    @pytest.mark.parametrize(
        ("said", "least", "most"),
        [("7", 7, 7), ("date", 50, 61), ("soon", None, None), ("", None, None), ("-3", None, None)],
    )
    def test_too_many_means_later(
        self, talk: Talk, fake: Fake, call: Call, said: str, least: float | None, most: float | None
    ) -> None:
        date = email.utils.formatdate(time.time() + 60, usegmt=True)
        fake.faults.too_many, fake.faults.retry_after = 1, date if said == "date" else said
        error = talk.refused("submit", call)
        assert error.kind == ErrorKind.LATER
        assert error.retry_after is least or least <= error.retry_after <= most  # type: ignore[operator]
        assert not fake.predictions

    @pytest.mark.parametrize(
        ("fault", "kinds"),
        [
            ("no_credit", (ErrorKind.NO_CREDIT,)),
            ("bad_key", (ErrorKind.KEY,)),
            ("refused", (ErrorKind.REFUSED, ErrorKind.INPUT)),
        ],
    )
    def test_a_refusal_has_its_kind(
        self, talk: Talk, fake: Fake, call: Call, fault: str, kinds: tuple[ErrorKind, ...]
    ) -> None:
        setattr(fake.faults, fault, 1)
        error = talk.refused("submit", call)
        assert error.kind in kinds
        assert self.provider.label in error.message
        assert fault != "refused" or "prompt is too long" in error.message
        assert not fake.predictions

    def test_a_wrong_key_is_named_and_not_shown(self, fake: Fake, call: Call) -> None:
        with Talk(self.provider, fake, key="wrong-key-0123456789abcdef") as talk:
            assert talk.refused("submit", call).kind == ErrorKind.KEY
            assert talk.refused("check_key").kind == ErrorKind.KEY

    def test_a_right_key_is_recognised_for_nothing(self, talk: Talk, fake: Fake) -> None:
        assert talk("check_key")
        assert not fake.predictions

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
        [output] = update.outputs
        assert not output.own or talk.wire.is_own(output.url)
        headers = self.provider.headers(talk.key) if output.own else {}
        assert httpx.get(output.url, headers=headers).content[4:8] == b"ftyp"

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

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(body=_json(self.vocabulary))
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

    # --- files ----------------------------------------------------------------------------------

    def test_a_file_goes_over_without_the_key(
        self, talk: Talk, fake: Fake, files: dict[str, Path], tmp_path: Path
    ) -> None:
        if not self.provider.uploads:
            assert talk.refused("upload", files["image"], "image/png")
            return
        uploaded = talk("upload", files["image"], "image/png")
        assert uploaded.url
        assert uploaded.seconds > 0
        assert files["image"].read_bytes() in fake.uploads.values()
        assert fake.leaks == []


def _json(words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """JSON made of what this protocol is made of, and of anything else."""
    text = st.sampled_from((*words, "completed", "COMPLETED", "succeeded")) | st.text(max_size=8)
    plain = st.none() | st.booleans() | st.integers() | st.floats() | text
    keys = st.sampled_from((*KEYS, *words)) | st.text(max_size=5)
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=12,
    )
